// Sets light or dark before anything is drawn. It is a file because the content security policy allows no inline script.
(() => {
  let wanted = 'auto';
  try {
    wanted = localStorage.getItem('switchboard.scheme') ?? 'auto';
  } catch {
    // Storage is switched off: the system's scheme it is.
  }
  const dark = wanted === 'dark' || (wanted === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();

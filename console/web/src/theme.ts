import { createTheme, localStorageColorSchemeManager } from '@mantine/core';

/** The same key is read by `public/scheme.js` before anything is drawn. */
export const schemeManager = localStorageColorSchemeManager({ key: 'switchboard.scheme' });

export const theme = createTheme({
  primaryColor: 'teal',
  // Shades with which white on the colour, and the colour on white, have a contrast of 4.5 and more.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.35rem' }, h2: { fontSize: '1.1rem' } } },
});

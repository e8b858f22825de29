import { Avatar, type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from '@mantine/core';

/** The same key is read by `public/scheme.js` before anything is drawn. */
export const schemeManager = localStorageColorSchemeManager({ key: 'switchboard.scheme' });

export const theme = createTheme({
  primaryColor: 'teal',
  // Of shade 8, white on the colour and the colour on white have a contrast of 5.2.
  primaryShade: 8,
  colors: {
    teal: [
      '#e6f7f5',
      '#cfece9',
      '#9fd9d3',
      '#6bc4bc',
      '#43b2a8',
      '#2aa79c',
      '#1a9d92',
      '#0d897f',
      '#0b7a75',
      '#066660',
    ],
  },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  // Of the colours that initials may have, those that can be read on their own tint.
  components: {
    Avatar: Avatar.extend({ defaultProps: { allowedInitialsColors: ['violet', 'grape', 'indigo', 'pink'] } }),
  },
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.35rem' }, h2: { fontSize: '1.1rem' } } },
});

/** Quiet words, placeholders and faults with a contrast of 4.5 and more, which the kit's own do not have. */
export const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#565e66',
    '--mantine-color-placeholder': '#656d76',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    '--mantine-color-dimmed': '#a9aeb4',
    '--mantine-color-placeholder': '#9aa0a6',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
});

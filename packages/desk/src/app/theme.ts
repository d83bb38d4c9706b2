import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
} from '@mantine/core';

// The one accent. Green, amber and red are not accents: they say on line, break, broken.
const iris: MantineColorsTuple = [
  '#eef0ff', '#dde1fd', '#bac2f8', '#95a1f3', '#7684ef', '#5f6fe9', '#4c5cdf', '#4050c6', '#3745a8', '#2f3b8c',
];
const leaf: MantineColorsTuple = [
  '#e6f8ee', '#cdefdc', '#9bdfb9', '#66cf94', '#3dc078', '#22ab62', '#178c4e', '#127a43', '#0e6638', '#0a512c',
];
const amber: MantineColorsTuple = [
  '#fff6e0', '#ffecc2', '#ffdb8c', '#fdc957', '#f7b733', '#e8a11a', '#b97a08', '#925f04', '#744b03', '#573802',
];
const coral: MantineColorsTuple = [
  '#ffeded', '#fdd9da', '#f8b1b3', '#f28589', '#ea5f64', '#de434a', '#c9303a', '#b02631', '#931f29', '#761820',
];
const dark: MantineColorsTuple = [
  '#e7eaef', '#c6ccd5', '#9ea7b4', '#727c8a', '#4a535f', '#343c46', '#282f38', '#1b2027', '#13171c', '#0d1014',
];
const gray: MantineColorsTuple = [
  '#f5f6f8', '#eceef2', '#e1e4ea', '#ced3db', '#aab1bd', '#848d9b', '#616b79', '#49525f', '#2f3742', '#171c23',
];

export const theme = createTheme({
  colors: { iris, leaf, amber, coral, dark, gray },
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 6 },
  black: '#171c23',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono", monospace',
  // Four sizes: a note, the text, a heading, a number to be read across the room.
  fontSizes: { xs: '0.8125rem', sm: '0.8125rem', md: '0.9375rem', lg: '1.25rem', xl: '2.5rem' },
  lineHeights: { xs: '1.4', sm: '1.4', md: '1.5', lg: '1.3', xl: '1.15' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1.25rem', lineHeight: '1.3' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.5' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '10px', lg: '14px', xl: '20px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    InputWrapper: { styles: { label: { marginBottom: 6, fontWeight: 500 }, description: { marginTop: 6 } } },
    Button: { defaultProps: { size: 'md' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 350, transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { transitionProps: { duration: 120 }, shadow: 'md' } },
    Popover: { defaultProps: { transitionProps: { duration: 120 }, shadow: 'md' } },
    Modal: {
      defaultProps: { transitionProps: { duration: 150 }, centered: true, radius: 'lg' },
      styles: { title: { fontSize: 'var(--mantine-font-size-lg)', fontWeight: 600 } },
    },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--desk-width': '780px',
    '--desk-amber-solid': '#f6b73c',
    '--desk-amber-ink': '#2b1d00',
  },
  light: {
    '--mantine-color-body': '#f5f6f8',
    '--mantine-color-default-border': '#cdd3dc',
    '--mantine-color-dimmed': '#5a6472',
    '--desk-surface': '#ffffff',
    '--desk-soft': '#f1f3f6',
    '--desk-soft-hover': '#e8ebf0',
    '--desk-soft-active': '#dfe3ea',
    '--desk-line': '#e1e4ea',
    '--desk-shadow': '0 1px 2px rgb(23 28 35 / 4%), 0 8px 24px rgb(23 28 35 / 5%)',
    '--desk-online': '#17904f',
    '--desk-break': '#d98c00',
    '--desk-offline': '#848d9b',
    '--desk-broken': '#c9303a',
    '--desk-online-text': '#0f6b3a',
    '--desk-break-text': '#7a4e00',
    '--desk-broken-text': '#a5222c',
    '--desk-online-soft': '#e9f7ef',
    '--desk-break-soft': '#fff5dd',
    '--desk-broken-soft': '#fdeeee',
    '--desk-accent-text': '#3b4ac0',
  },
  dark: {
    '--mantine-color-body': '#13171c',
    '--mantine-color-default': '#232a32',
    '--mantine-color-default-hover': '#2b333d',
    '--mantine-color-default-border': '#3b4551',
    '--mantine-color-text': '#e7eaef',
    '--mantine-color-dimmed': '#9ea7b4',
    '--desk-surface': '#1b2027',
    '--desk-soft': '#262d35',
    '--desk-soft-hover': '#2f3741',
    '--desk-soft-active': '#3a444f',
    '--desk-line': '#2d343e',
    '--desk-shadow': '0 0 transparent',
    '--desk-online': '#3dc078',
    '--desk-break': '#f7b733',
    '--desk-offline': '#848d9b',
    '--desk-broken': '#f06a70',
    '--desk-online-text': '#66cf94',
    '--desk-break-text': '#fdc957',
    '--desk-broken-text': '#f6959a',
    '--desk-online-soft': '#152a20',
    '--desk-break-soft': '#2d2612',
    '--desk-broken-soft': '#331b1e',
    '--desk-accent-text': '#a3aef6',
  },
});

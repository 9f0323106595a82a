// Mantine's parts, dense and calm, in the colours of theme.css.
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const sea: MantineColorsTuple = [
  "#e3f6f9",
  "#cdebf0",
  "#9fd6e0",
  "#6dc0cf",
  "#45aec1",
  "#2ba3b9",
  "#0b7285",
  "#0a6475",
  "#065866",
  "#004b58",
];

/** Mantine's greys of the dark scheme, with the blue of theme.css. */
const dark: MantineColorsTuple = [
  "#e3e8ee",
  "#b8c2cc",
  "#9aa6b2",
  "#6b7785",
  "#3a444f",
  "#2f3741",
  "#232a32",
  "#191f26",
  "#12161b",
  "#0d1014",
];

export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: 6,
  colors: { sea, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  defaultRadius: "sm",
  autoContrast: true,
  components: {
    Button: { defaultProps: { size: "xs" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    TextInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: { defaultProps: { centered: true, closeButtonProps: { "aria-label": "Close" } } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Alert: { styles: { label: { color: "var(--text)" }, message: { color: "var(--text)" } } },
  },
});

const OURS = {
  "--mantine-color-text": "var(--text)",
  "--mantine-color-body": "var(--card)",
  "--mantine-color-dimmed": "var(--faint)",
  "--mantine-color-placeholder": "var(--faint)",
  "--mantine-color-error": "var(--state-bad)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-default-border": "var(--line)",
};

/** Mantine's own colours, where theme.css has one for the same purpose. */
export const variables: CSSVariablesResolver = () => ({ variables: {}, light: OURS, dark: OURS });

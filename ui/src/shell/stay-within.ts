// Keeps Tab inside a dialog: behind its last part comes its first, not what the browser has around the page.

const REACHED = "a[href], button:not(:disabled), input:not(:disabled), [tabindex='0']";

interface Pressed {
  key: string;
  shiftKey: boolean;
  currentTarget: HTMLElement;
  preventDefault: () => void;
}

/** Hears the keys of a dialog. */
export function stayWithin(event: Pressed): void {
  if (event.key !== "Tab") return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(REACHED)];
  const [end, beginning] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (document.activeElement !== end) return;
  event.preventDefault();
  beginning?.focus();
}

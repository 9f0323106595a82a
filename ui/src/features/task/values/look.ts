// The colours that plots are drawn in, so that they sit on the page in either scheme.

export interface Look {
  ink: string;
  faint: string;
  line: string;
  ground: string;
  accent: string;
}

/** The colours of the page as it is now. */
export function lookNow(): Look {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: colour("--text"),
    faint: colour("--faint"),
    line: colour("--line"),
    ground: colour("--card"),
    accent: colour("--accent"),
  };
}

/** Draws into an element; the answer takes it away again. Fails with words for people where it can't be drawn. */
export type Draw = (element: HTMLElement, drawing: Record<string, unknown>, look: Look) => Promise<() => void>;

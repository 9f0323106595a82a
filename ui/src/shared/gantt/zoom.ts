// The part of the time axis that is shown: how it is told in an address, made shorter or longer, and moved.
import { type Span, stepOf } from "./scale";
import { secondsOf } from "./time";

/** The shortest part that is shown. */
const LEAST_MS = 10;
/** An address is no more exact. */
const EXACT_MS = 0.1;

/** The part that a text means, as seconds from the beginning of the whole: `1.5-4`; the whole where it means none. */
export function partOf(whole: Span, text: string | undefined): Span {
  const seconds = secondsOf(text);
  if (!seconds) return whole;
  const from = whole.from + seconds[0] * 1000;
  const to = Math.min(whole.to, whole.from + seconds[1] * 1000);
  return to - from < LEAST_MS ? whole : { from, to };
}

/** The text of a part; none for the whole. */
export function textOf(whole: Span, part: Span): string | undefined {
  if (part.from - whole.from < EXACT_MS && whole.to - part.to < EXACT_MS) return undefined;
  const seconds = (moment: number): string => String(Math.round((moment - whole.from) * 10) / 10_000);
  return `${seconds(part.from)}-${seconds(part.to)}`;
}

/** A part so many times as long, in which a moment stays where it is. */
export function zoomed(whole: Span, part: Span, times: number, around = (part.from + part.to) / 2): Span {
  const length = Math.min(Math.max((part.to - part.from) * times, LEAST_MS), whole.to - whole.from);
  const share = (around - part.from) / (part.to - part.from);
  return within(whole, around - share * length, length);
}

/** A part as long as it was, so many milliseconds later. */
export function moved(whole: Span, part: Span, by: number): Span {
  return within(whole, part.from + by, part.to - part.from);
}

function within(whole: Span, from: number, length: number): Span {
  const start = Math.min(Math.max(from, whole.from), whole.to - length);
  return { from: start, to: start + length };
}

export function isPart(whole: Span, shown: Span): boolean {
  return shown.to - shown.from < whole.to - whole.from;
}

/** The moments at which a part of the axis is marked: at the same round distances from the beginning of the whole. */
export function marksIn(whole: Span, shown: Span, widthPx?: number): { moment: number; words: string }[] {
  const step = stepOf(shown, widthPx);
  const marks: { moment: number; words: string }[] = [];
  const last = shown.to - whole.from;
  for (let place = Math.ceil((shown.from - whole.from) / step - 1e-6); place * step <= last; place += 1) {
    marks.push({ moment: whole.from + place * step, words: sinceBeginning(place * step, step) });
  }
  return marks;
}

/** A time since the beginning, as exact as marks are that far apart: `12.35 s`, `4:05`, `1:04:05.2`. */
export function sinceBeginning(ms: number, stepMs: number): string {
  const digits = stepMs >= 1000 ? 0 : Math.min(3, Math.max(0, Math.ceil(-Math.log10(stepMs / 1000) - 1e-9)));
  const seconds = ms / 1000;
  if (seconds < 60 - 1e-9) return ms === 0 ? "0" : `${seconds.toFixed(digits)} s`;
  const minutes = Math.floor(seconds / 60 + 1e-9);
  const rest = Math.max(0, seconds - minutes * 60).toFixed(digits);
  const two = (text: string): string => (text.split(".")[0]?.length === 1 ? `0${text}` : text);
  if (minutes < 60) return `${minutes}:${two(rest)}`;
  return `${Math.floor(minutes / 60)}:${two(String(minutes % 60))}:${two(rest)}`;
}

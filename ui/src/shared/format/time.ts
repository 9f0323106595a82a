// Times and durations in words.

/** A duration: `0.42 s`, `12 s`, `3 min 04 s`, `2 h 05 min`, `3 d 4 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "–";
  if (seconds < 0.0995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Seconds between two moments; an end that has not come is `now`. */
export function between(
  start: string | null | undefined,
  end: string | null | undefined,
  now = Date.now(),
): number | null {
  if (!start) return null;
  return ((end ? Date.parse(end) : now) - Date.parse(start)) / 1000;
}

/** How long ago or how far ahead: `just now`, `4 min ago`, `in 2 h`. */
export function relative(moment: string, now = Date.now()): string {
  const seconds = (Date.parse(moment) - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 5) return "just now";
  const words =
    size < 60
      ? `${Math.round(size)} s`
      : size < 3600
        ? `${Math.round(size / 60)} min`
        : size < 86_400
          ? `${Math.round(size / 3600)} h`
          : `${Math.round(size / 86_400)} d`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

/** The viewer's zone, or the one chosen in the menu. */
export function zone(): string {
  return localStorage.getItem("tradewind-zone") ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${timeZone}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat("sv-SE", { timeZone, ...options });
    formats.set(key, found);
  }
  return found;
}

/** `2026-11-22 14:03:09` in a zone. */
export function absolute(moment: string | number, timeZone = zone()): string {
  const options = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  } as const;
  return format("full", timeZone, options).format(new Date(moment));
}

/** `14:03` today, else `22 Nov 14:03`. */
export function short(moment: string | number, timeZone = zone(), now = Date.now()): string {
  const day = format("day", timeZone, { year: "numeric", month: "2-digit", day: "2-digit" });
  const clock = format("clock", timeZone, { hour: "2-digit", minute: "2-digit" }).format(new Date(moment));
  if (day.format(new Date(moment)) === day.format(now)) return clock;
  const [, month, date] = day.format(new Date(moment)).split("-");
  return `${Number(date)} ${MONTHS[Number(month) - 1]} ${clock}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

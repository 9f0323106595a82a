// The part of a chart's time as an address has it: from and to, in seconds since the beginning, `1.5-4`.

const TEXT = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/;

/** What an address has of a part, if it can be one. */
export function timeOf(value: unknown): string | undefined {
  return typeof value === "string" && TEXT.test(value) ? value : undefined;
}

/** From and to, in seconds; none where it is no part. */
export function secondsOf(time: string | undefined): [number, number] | undefined {
  const [, from, to] = TEXT.exec(time ?? "") ?? [];
  return from === undefined || to === undefined ? undefined : [Number(from), Number(to)];
}

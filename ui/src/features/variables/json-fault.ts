// Tells what is wrong with a value that looks as if it was meant to be JSON.

/** A sentence about the fault; undefined: it is JSON, or a plain text. */
export function jsonFault(value: string): string | undefined {
  const trimmed = value.trim();
  if (!/^[[{]/.test(trimmed)) return undefined;
  try {
    JSON.parse(trimmed);
    return undefined;
  } catch (error) {
    return `This begins like JSON and is not: ${error instanceof Error ? error.message : String(error)}`;
  }
}

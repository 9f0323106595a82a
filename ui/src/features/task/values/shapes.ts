// What a value that a task handed on looks like: a table, a plot, a picture, a text, a tree; and what a stored one says of itself.

/** A value that is kept as a file: what it is and looks like. */
export interface Stored {
  __tw__: "file";
  name: string;
  format: string;
  bytes?: number;
  type?: string;
  library?: string;
  shape?: number[];
  columns?: string[];
  head?: unknown[];
  width?: number;
  height?: number;
  media_type?: string;
}

export interface Chart {
  kind: "plotly" | "vega" | "vega-lite";
  /** A figure or a specification, as its library writes it. */
  drawing: Record<string, unknown>;
}

export interface Table {
  columns: string[];
  rows: Record<string, unknown>[];
}

const TAG = "__tw__";
const MOST_ROWS = 200;
const MOST_COLUMNS = 40;
const PICTURES: [string, string][] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
];

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** The value as people write it: what tags say of its type gives way to what they hold; files stay as they are. */
export function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged);
  if (!isObject(value)) return value;
  const tag = value[TAG];
  if (tag === undefined || tag === "file") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, untagged(one)]));
  }
  if (tag === "dict" && Array.isArray(value.v)) {
    return Object.fromEntries(value.v.map(([key, one]) => [nameOf(untagged(key)), untagged(one)]));
  }
  if (tag === "timedelta" && Array.isArray(value.v)) {
    const [days, seconds, micros] = value.v.map(Number);
    return `${(days ?? 0) * 86_400 + (seconds ?? 0) + (micros ?? 0) / 1e6} s`;
  }
  return untagged(value.v);
}

function nameOf(key: unknown): string {
  return typeof key === "string" ? key : JSON.stringify(key);
}

export function asStored(value: unknown): Stored | undefined {
  return isObject(value) && value[TAG] === "file" && typeof value.name === "string"
    ? (value as unknown as Stored)
    : undefined;
}

/** A list of flat objects is a table. */
export function asTable(value: unknown): Table | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_ROWS) return undefined;
  const isFlat = value.every(
    (row) => isObject(row) && Object.values(row).every((one) => one === null || typeof one !== "object"),
  );
  if (!isFlat) return undefined;
  const columns = [...new Set(value.flatMap((row) => Object.keys(row as object)))];
  return columns.length > 0 && columns.length <= MOST_COLUMNS
    ? { columns, rows: value as Record<string, unknown>[] }
    : undefined;
}

/** What plotly, Vega and Vega-Lite write as JSON is a plot. */
export function asChart(value: unknown): Chart | undefined {
  if (!isObject(value)) return undefined;
  const schema = typeof value.$schema === "string" ? /\/schema\/(vega-lite|vega)\//.exec(value.$schema) : null;
  if (schema) return { kind: schema[1] as Chart["kind"], drawing: value };
  const { data, layout } = value;
  const isFigure =
    Array.isArray(data) &&
    data.every(isObject) &&
    (isObject(layout) || data.some((trace) => typeof trace.type === "string")) &&
    Object.keys(value).every((key) => ["data", "layout", "frames", "config"].includes(key)) &&
    (data.length > 0 || Object.keys(layout as object).length > 0);
  return isFigure ? { kind: "plotly", drawing: value } : undefined;
}

/** A picture that is kept in the database as its bytes: the address of its content. */
export function asPicture(value: unknown): string | undefined {
  if (!isObject(value) || value[TAG] !== "bytes" || typeof value.v !== "string") return undefined;
  const content = value.v;
  const found = PICTURES.find(([start]) => content.startsWith(start));
  return found && `data:${found[1]};base64,${content}`;
}

/** Whether a text is to be read line by line. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value.includes("\n");
}

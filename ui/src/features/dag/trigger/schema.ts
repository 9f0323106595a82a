// What a param may be, read out of its JSON schema: which control it gets, and what is wrong with a value.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Schema = Record<string, Json>;

export type Control =
  | "switch"
  | "choice"
  | "choices"
  | "integer"
  | "number"
  | "date"
  | "datetime"
  | "time"
  | "text"
  | "lines"
  | "list"
  | "json";

export interface Field {
  name: string;
  title: string;
  help: string;
  section: string;
  control: Control;
  isNullable: boolean;
  initial: Json;
  schema: Schema;
  options: { value: Json; label: string }[];
}

interface Given {
  value?: unknown;
  schema?: Schema;
  description?: string | null;
}

const typesOf = (schema: Schema): string[] =>
  Array.isArray(schema.type) ? schema.type.map(String) : typeof schema.type === "string" ? [schema.type] : [];

/** The fields of a form, in the order of the DAG. */
export function fieldsOf(params: Record<string, unknown>): Field[] {
  return Object.entries(params).map(([name, value]) => fieldOf(name, (value ?? {}) as Given));
}

function fieldOf(name: string, given: Given): Field {
  const schema = given.schema ?? {};
  const types = typesOf(schema);
  const initial = (given.value ?? null) as Json;
  const labels = (schema.values_display ?? {}) as Record<string, string>;
  const listed = listOf(schema.enum) ?? (types.includes("array") ? listOf(schema.examples) : undefined) ?? [];
  return {
    name,
    title: typeof schema.title === "string" ? schema.title : name,
    help: String(given.description ?? schema.description ?? schema.description_md ?? ""),
    section: typeof schema.section === "string" ? schema.section : "",
    control: controlOf(schema, types, initial),
    isNullable: types.length === 0 ? initial === null : types.includes("null"),
    initial,
    schema,
    options: listed.map((value) => ({ value, label: labels[String(value)] ?? textOf(value) })),
  };
}

const listOf = (value: Json | undefined): Json[] | undefined => (Array.isArray(value) ? value : undefined);

function controlOf(schema: Schema, types: string[], initial: Json): Control {
  if (Array.isArray(schema.enum)) return "choice";
  const type = types.find((one) => one !== "null") ?? (initial === null ? "json" : typeOf(initial));
  switch (type) {
    case "boolean":
      return types.includes("null") ? "choice" : "switch";
    case "integer":
    case "number":
      return type;
    case "array":
      return Array.isArray(schema.examples) ? "choices" : isTexts(schema, initial) ? "list" : "json";
    case "string":
      if (schema.format === "date") return "date";
      if (schema.format === "date-time") return "datetime";
      if (schema.format === "time") return "time";
      return schema.format === "multiline" ? "lines" : "text";
    default:
      return "json";
  }
}

/** Whether a list is one of texts, as far as one can tell: its items can be typed one by one. */
function isTexts(schema: Schema, initial: Json): boolean {
  const items = schema.items as Schema | undefined;
  if (items !== undefined) return items.type === "string";
  return Array.isArray(initial) && initial.length > 0 && initial.every((one) => typeof one === "string");
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

export const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What is wrong with a value, in words; undefined: nothing that is known here. The server knows all of JSON schema. */
export function problemOf(schema: Schema, value: Json): string | undefined {
  const types = typesOf(schema);
  const type = typeOf(value);
  const fits = (one: string): boolean => one === type || (one === "number" && type === "integer");
  if (types.length > 0 && !types.some(fits)) {
    if (value === null) return "A value is needed";
    return `This has to be ${types.map((one) => WORDS[one] ?? one).join(" or ")}`;
  }
  if (value === null) return undefined;
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => same(one, value))) {
    return `One of ${schema.enum.map(textOf).join(", ")}`;
  }
  if (schema.const !== undefined && !same(schema.const, value)) return `Only ${textOf(schema.const)}`;
  if (typeof value === "number") return problemOfNumber(schema, value);
  if (typeof value === "string") return problemOfText(schema, value);
  if (Array.isArray(value)) return problemOfList(schema, value);
  return typeof value === "object" ? problemOfObject(schema, value) : undefined;
}

const WORDS: Record<string, string> = {
  integer: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "empty",
};

const same = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);
const numberIn = (schema: Schema, key: string): number | undefined =>
  typeof schema[key] === "number" ? schema[key] : undefined;

function problemOfNumber(schema: Schema, value: number): string | undefined {
  const least = numberIn(schema, "minimum");
  const most = numberIn(schema, "maximum");
  const above = numberIn(schema, "exclusiveMinimum");
  const below = numberIn(schema, "exclusiveMaximum");
  const step = numberIn(schema, "multipleOf");
  if (least !== undefined && value < least) return `At least ${least}`;
  if (most !== undefined && value > most) return `At most ${most}`;
  if (above !== undefined && value <= above) return `More than ${above}`;
  if (below !== undefined && value >= below) return `Less than ${below}`;
  if (step !== undefined && Math.abs(value / step - Math.round(value / step)) > 1e-9) return `A multiple of ${step}`;
  return undefined;
}

function problemOfText(schema: Schema, value: string): string | undefined {
  const least = numberIn(schema, "minLength");
  const most = numberIn(schema, "maxLength");
  if (least !== undefined && value.length < least)
    return least === 1 ? "A value is needed" : `${least} characters at least`;
  if (most !== undefined && value.length > most) return `${most} characters at most`;
  if (schema.format === "date" && !/^\d{4}-\d\d-\d\d$/.test(value)) return "A date such as 2026-11-22";
  if (schema.format === "date-time" && (Number.isNaN(Date.parse(value)) || !/[zZ]|[+-]\d\d:?\d\d$/.test(value))) {
    return "A moment with its zone, such as 2026-11-22T09:00:00Z";
  }
  if (typeof schema.pattern === "string" && !matches(schema.pattern, value)) return `It has to match ${schema.pattern}`;
  return undefined;
}

/** A pattern that this browser does not know is left to the server. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function problemOfList(schema: Schema, value: Json[]): string | undefined {
  const least = numberIn(schema, "minItems");
  const most = numberIn(schema, "maxItems");
  if (least !== undefined && value.length < least) return `${least} entries at least`;
  if (most !== undefined && value.length > most) return `${most} entries at most`;
  if (schema.uniqueItems === true && new Set(value.map(textOf)).size < value.length) return "Each entry only once";
  const items = schema.items;
  if (items && typeof items === "object" && !Array.isArray(items)) {
    for (const [place, one] of value.entries()) {
      const problem = problemOf(items, one);
      if (problem) return `Entry ${place + 1}: ${problem}`;
    }
  }
  return undefined;
}

function problemOfObject(schema: Schema, value: { [key: string]: Json }): string | undefined {
  const missing = listOf(schema.required)?.find((key) => !(String(key) in value));
  if (missing !== undefined) return `${textOf(missing)} is missing`;
  for (const [key, inner] of Object.entries((schema.properties ?? {}) as Record<string, Schema>)) {
    const problem = key in value ? problemOf(inner, value[key] ?? null) : undefined;
    if (problem) return `${key}: ${problem}`;
  }
  return undefined;
}

/** Whether a value is one that nobody else may read: it is not kept in the browser. */
export function isSecret(schema: Schema): boolean {
  return schema.writeOnly === true || schema.format === "password";
}

/** The values that may be kept under a name. */
export function withoutSecrets(fields: Field[], values: Record<string, Json>): Record<string, Json> {
  const secret = new Set(fields.filter((field) => isSecret(field.schema)).map((field) => field.name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !secret.has(name)));
}

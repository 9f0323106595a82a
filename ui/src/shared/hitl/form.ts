// The fields of a question to a person, out of their JSON schemas.

export interface Field {
  name: string;
  title: string;
  description: string;
  kind: "boolean" | "choice" | "number" | "text" | "json";
  choices: string[];
  initial: unknown;
  isRequired: boolean;
  isInteger: boolean;
  minimum: number | undefined;
  maximum: number | undefined;
}

interface About {
  value?: unknown;
  description?: string | null;
  schema?: Record<string, unknown>;
}

/** The fields that a question has. */
export function fieldsOf(params: Record<string, unknown>): Field[] {
  return Object.entries(params).map(([name, given]) => {
    const about = (given ?? {}) as About;
    const schema = about.schema ?? {};
    const types = [schema.type ?? "string"].flat() as string[];
    const choices = Array.isArray(schema.enum) ? schema.enum.map(String) : [];
    const kind =
      choices.length > 0
        ? "choice"
        : types.includes("boolean")
          ? "boolean"
          : types.includes("integer") || types.includes("number")
            ? "number"
            : types.includes("object") || types.includes("array")
              ? "json"
              : "text";
    return {
      name,
      title: typeof schema.title === "string" ? schema.title : name,
      description: about.description ?? (typeof schema.description === "string" ? schema.description : ""),
      kind,
      choices,
      initial:
        kind === "json"
          ? JSON.stringify(about.value ?? null, null, 2)
          : (about.value ?? (kind === "boolean" ? false : "")),
      isRequired: !types.includes("null"),
      isInteger: types.includes("integer") && !types.includes("number"),
      minimum: typeof schema.minimum === "number" ? schema.minimum : undefined,
      maximum: typeof schema.maximum === "number" ? schema.maximum : undefined,
    };
  });
}

/** What is wrong with a value as one types; empty: nothing. */
export function faultOf(field: Field, value: unknown): string {
  if (field.kind === "boolean") return "";
  if (value === "" || value === undefined) return field.isRequired ? "This is needed." : "";
  if (field.kind === "number") {
    const number = Number(value);
    if (Number.isNaN(number)) return "This is no number.";
    if (field.isInteger && !Number.isInteger(number)) return "This must be a whole number.";
    if (field.minimum !== undefined && number < field.minimum) return `At least ${field.minimum}.`;
    if (field.maximum !== undefined && number > field.maximum) return `At most ${field.maximum}.`;
  }
  if (field.kind === "json") {
    try {
      JSON.parse(String(value));
    } catch (error) {
      return `This is no JSON: ${error instanceof Error ? error.message : error}`;
    }
  }
  return "";
}

/** The value as the server takes it. */
export function answerOf(field: Field, value: unknown): unknown {
  if (value === "" && !field.isRequired) return null;
  if (field.kind === "number") return Number(value);
  if (field.kind === "json") return JSON.parse(String(value));
  return value;
}

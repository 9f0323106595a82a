// Which fields the form of a connection has: those that all have, named and hidden as its type says, and the type's own.
import type { Schemas } from "@/shared/api/schemas";

export type ConnectionType = Schemas["ConnectionTypeResponse"];

export interface Field {
  name: string;
  label: string;
  placeholder: string;
  kind: "text" | "password" | "number" | "boolean" | "choice" | "json";
  choices: string[];
  description: string;
  /** Whether it is kept in `extra`, under its name. */
  isExtra: boolean;
}

const COMMON: Pick<Field, "name" | "label" | "kind">[] = [
  { name: "host", label: "Host", kind: "text" },
  { name: "port", label: "Port", kind: "number" },
  { name: "schema", label: "Schema", kind: "text" },
  { name: "login", label: "Login", kind: "text" },
  { name: "password", label: "Password", kind: "password" },
];

interface Behaviour {
  hidden_fields?: string[];
  relabeling?: Record<string, string>;
  placeholders?: Record<string, string>;
}

interface Own {
  schema?: { title?: string; description?: string; type?: string | string[]; format?: string; enum?: unknown[] };
  description?: string | null;
}

/** The fields of the form for a type; a type that nobody knows has those that all have. */
export function fieldsOf(type: ConnectionType | undefined): Field[] {
  const behaviour = (type?.ui_field_behaviour ?? {}) as Behaviour;
  const hidden = new Set(behaviour.hidden_fields ?? []);
  const common = COMMON.filter((field) => !hidden.has(field.name)).map(
    (field): Field => ({
      ...field,
      label: behaviour.relabeling?.[field.name] ?? field.label,
      placeholder: behaviour.placeholders?.[field.name] ?? "",
      choices: [],
      description: "",
      isExtra: false,
    }),
  );
  const own = Object.entries((type?.conn_fields ?? {}) as Record<string, Own>).map(([name, field]) =>
    ownField(name, field, behaviour),
  );
  return [...common, ...own];
}

function ownField(name: string, field: Own, behaviour: Behaviour): Field {
  const schema = field.schema ?? {};
  const types = [schema.type].flat();
  const kind = schema.enum
    ? "choice"
    : schema.format === "password"
      ? "password"
      : types.includes("boolean")
        ? "boolean"
        : types.includes("integer") || types.includes("number")
          ? "number"
          : types.includes("object") || types.includes("array")
            ? "json"
            : "text";
  return {
    name,
    label: behaviour.relabeling?.[name] ?? schema.title ?? name,
    placeholder: behaviour.placeholders?.[name] ?? "",
    kind,
    choices: (schema.enum ?? []).map(String),
    description: field.description ?? schema.description ?? "",
    isExtra: true,
  };
}

/** The object that `extra` holds; undefined: it holds something else, which the form leaves as it is. */
export function extraOf(extra: string): Record<string, unknown> | undefined {
  if (extra.trim() === "") return {};
  try {
    const found: unknown = JSON.parse(extra);
    return typeof found === "object" && found !== null && !Array.isArray(found)
      ? (found as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** `extra` with one of its values changed; undefined or "" takes it out. */
export function withExtra(extra: string, name: string, value: unknown): string {
  const found = extraOf(extra) ?? {};
  if (value === undefined || value === "") delete found[name];
  else found[name] = value;
  return Object.keys(found).length === 0 ? "" : JSON.stringify(found, null, 2);
}

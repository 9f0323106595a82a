// The same run as a command: for a shell, for curl, for Python.
import { apiBase } from "@/shared/api/place";
import type { Json } from "./schema";

export interface Wish {
  dagId: string;
  conf: { [key: string]: Json };
  runId: string;
  logicalDate: string | null;
  note: string;
}

/** The body of the request. */
export function bodyOf(wish: Wish): Record<string, Json> {
  return {
    logical_date: wish.logicalDate,
    conf: wish.conf,
    ...(wish.runId ? { dag_run_id: wish.runId } : {}),
    ...(wish.note ? { note: wish.note } : {}),
  };
}

/** A word of a shell, in quotes where it needs them. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export function asCli(wish: Wish): string {
  const parts = ["tradewind dags trigger", quoted(wish.dagId)];
  if (Object.keys(wish.conf).length > 0) parts.push(`--conf ${quoted(JSON.stringify(wish.conf))}`);
  if (wish.runId) parts.push(`--run-id ${quoted(wish.runId)}`);
  if (wish.logicalDate) parts.push(`--logical-date ${quoted(wish.logicalDate)}`);
  if (wish.note) parts.push(`--note ${quoted(wish.note)}`);
  return parts.join(" \\\n  ").replace(" \\\n  ", " ");
}

const address = (wish: Wish): string =>
  `${window.location.origin}${apiBase}/api/v2/dags/${encodeURIComponent(wish.dagId)}/dagRuns`;

export function asCurl(wish: Wish): string {
  return [
    `curl -X POST ${quoted(address(wish))}`,
    `-H "Authorization: Bearer $TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(bodyOf(wish)))}`,
  ].join(" \\\n  ");
}

export function asPython(wish: Wish): string {
  const body = python(bodyOf(wish), 1);
  return `import os\n\nimport requests\n\nanswer = requests.post(\n    ${python(address(wish), 1)},\n    headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},\n    json=${body},\n    timeout=30,\n)\nanswer.raise_for_status()\nprint(answer.json()["dag_run_id"])`;
}

/** A JSON value as Python writes it. */
export function python(value: Json, depth = 0): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => python(one, depth)).join(", ")}]`;
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const pad = "    ".repeat(depth + 1);
  const lines = entries.map(([key, one]) => `${pad}${JSON.stringify(key)}: ${python(one, depth + 1)},\n`);
  return `{\n${lines.join("")}${"    ".repeat(depth)}}`;
}

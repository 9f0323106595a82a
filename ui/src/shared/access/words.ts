// Permissions as sentences.
import { partsOf } from "@/shared/api/may";

const VERBS: Record<string, string> = { read: "see", create: "add", edit: "change", delete: "delete" };
const THINGS: Record<string, string> = {
  audit: "the audit log",
  config: "the configuration",
  dag: "DAGs",
  dag_run: "runs",
  event_log: "events",
  favorite: "favourites",
  log: "logs",
  task_instance: "task instances",
  xcom: "XComs",
};
const BELOW_A_DAG = new Set([
  "backfill",
  "dag_run",
  "event_log",
  "favorite",
  "import_error",
  "log",
  "task",
  "task_instance",
  "xcom",
]);

/** `edit:dag_run:sales_*`: change runs of DAGs named sales_*. */
export function sentenceOf(grant: string): string {
  const { action, resource, names } = partsOf(grant);
  if (action === "*" && resource === "*" && names === "*") return "do everything";
  const verb = action === "*" ? "do everything with" : (VERBS[action] ?? action);
  const thing = resource === "*" ? "all things" : (THINGS[resource] ?? `${resource.replaceAll("_", " ")}s`);
  if (names === "*") return `${verb} ${thing}`;
  return BELOW_A_DAG.has(resource) ? `${verb} ${thing} of DAGs named ${names}` : `${verb} ${thing} named ${names}`;
}

/** One sentence a resource and its names, with all that may be done to it. */
export function sentencesOf(grants: string[]): string[] {
  const actions = new Map<string, string[]>();
  for (const grant of grants) {
    const { action, resource, names } = partsOf(grant);
    const what = `${resource}:${names}`;
    actions.set(what, [...(actions.get(what) ?? []), action]);
  }
  return [...actions].map(([what, verbs]) => {
    if (verbs.includes("*")) return sentenceOf(`*:${what}`);
    const words = verbs.map((verb) => VERBS[verb] ?? verb);
    const all = words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0];
    return `${all} ${sentenceOf(`read:${what}`).slice((VERBS.read ?? "").length + 1)}`;
  });
}

/** `Firefox on Linux`, as a browser calls itself; what is none is shown as it is, shortened. */
export function browserOf(agent: string | null): string {
  if (!agent) return "Unknown";
  const browser = [
    [/Edg\//, "Edge"],
    [/Firefox\//, "Firefox"],
    [/Chrom(e|ium)\//, "Chrome"],
    [/Safari\//, "Safari"],
  ].find(([sign]) => (sign as RegExp).test(agent))?.[1];
  const system = [
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux|X11/, "Linux"],
  ].find(([sign]) => (sign as RegExp).test(agent))?.[1];
  if (!browser) return agent.slice(0, 60);
  return system ? `${browser} on ${system}` : String(browser);
}

// Asks for a run: the params of the DAG as a form, checked as one types; the same run as a command to copy.
import { Button, Checkbox, Group, Modal, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { runUrl } from "@/shared/addresses";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { CodeToCopy } from "@/shared/ui/Copyable";
import { tellDone } from "@/shared/ui/told";
import { ErrorPanel } from "@/shared/ui/whole-page";
import type { DagHead } from "../queries";
import { asCli, asCurl, asPython, bodyOf, type Wish } from "./commands";
import { FieldInput } from "./FieldInput";
import { PresetBar } from "./PresetBar";
import type { Values } from "./presets";
import { type Field, fieldsOf, problemOf, withoutSecrets } from "./schema";

const COMMANDS = { CLI: asCli, curl: asCurl, Python: asPython } as const;
type Language = keyof typeof COMMANDS;

/** Problems of all fields by their names. */
function problemsOf(fields: Field[], values: Values, texts: Record<string, string>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const problem = texts[field.name] ?? problemOf(field.schema, values[field.name] ?? null);
    if (problem) found[field.name] = problem;
  }
  return found;
}

export function TriggerForm({ dag, onClose }: { dag: DagHead; onClose: () => void }) {
  const fields = useMemo(() => fieldsOf(dag.params), [dag.params]);
  const defaults = useMemo(() => Object.fromEntries(fields.map((field) => [field.name, field.initial])), [fields]);
  const [values, setValues] = useState<Values>(defaults);
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [options, setOptions] = useState({ runId: "", logicalDate: "", note: "", unpause: dag.is_paused });
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const problems = problemsOf(fields, values, texts);
  const logicalDate = options.logicalDate ? momentOf(options.logicalDate) : null;
  const wish: Wish = { dagId: dag.dag_id, conf: values, runId: options.runId, logicalDate, note: options.note };
  const isReady = Object.keys(problems).length === 0 && (options.logicalDate === "" || logicalDate !== null);
  const trigger = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const path = { params: { path: { dag_id: dag.dag_id } } };
    try {
      if (options.unpause && dag.is_paused && dag.may.includes("edit")) {
        await api.PATCH("/api/v2/dags/{dag_id}", { ...path, body: { is_paused: false } });
      }
      const answer = await api.POST("/api/v2/dags/{dag_id}/dagRuns", { ...path, body: bodyOf(wish) as never });
      tellDone(`Run ${answer.data?.dag_run_id ?? ""} is on its way.`);
      void client.invalidateQueries({ queryKey: keys.dag(dag.dag_id) });
      if (answer.data) await navigate({ to: runUrl(dag.dag_id, answer.data.dag_run_id) });
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={`Trigger ${dag.display_name}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void trigger();
        }}
        style={{ display: "flex", flexDirection: "column", gap: 14 }}
      >
        {fields.length > 0 && (
          <PresetBar
            dagId={dag.dag_id}
            values={withoutSecrets(fields, values)}
            onLoad={(preset) => {
              setValues({ ...defaults, ...preset });
              setTexts({});
            }}
          />
        )}
        <Fields
          fields={fields}
          values={values}
          problems={problems}
          onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
          onText={(name, problem) =>
            setTexts(({ [name]: _, ...rest }) => (problem === undefined ? rest : { ...rest, [name]: problem }))
          }
        />
        {fields.length === 0 && <Conf onChange={setValues} onText={(text) => setTexts(text ? { conf: text } : {})} />}
        <Options dag={dag} options={options} onChange={setOptions} isWrong={!!options.logicalDate && !logicalDate} />
        <Commands wish={wish} />
        {error !== undefined && <ErrorPanel error={error} />}
        <Group justify="space-between">
          <span className="faint" role="status">
            {isReady ? "" : "Correct what is marked first."}
          </span>
          <Group gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isReady || Object.keys(texts).length > 0} loading={isBusy}>
              Trigger
            </Button>
          </Group>
        </Group>
      </form>
    </Modal>
  );
}

function momentOf(text: string): string | null {
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

function Fields(given: {
  fields: Field[];
  values: Values;
  problems: Record<string, string>;
  onChange: (name: string, value: Values[string]) => void;
  onText: (name: string, problem: string | undefined) => void;
}) {
  const sections = [...new Set(given.fields.map((field) => field.section))];
  return sections.map((section) => (
    <fieldset
      key={section}
      style={{ border: 0, padding: 0, margin: 0, display: "flex", flexDirection: "column", gap: 12 }}
    >
      {section && <legend style={{ fontWeight: 650, paddingBottom: 6 }}>{section}</legend>}
      {given.fields
        .filter((field) => field.section === section)
        .map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            value={given.values[field.name] ?? null}
            problem={given.problems[field.name]}
            onChange={(value) => given.onChange(field.name, value)}
            onText={(problem) => given.onText(field.name, problem)}
          />
        ))}
    </fieldset>
  ));
}

/** A DAG without params takes any object. */
function Conf({
  onChange,
  onText,
}: {
  onChange: (values: Values) => void;
  onText: (problem: string | undefined) => void;
}) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const take = (typed: string): void => {
    setText(typed);
    let found: string | undefined;
    try {
      const value: unknown = typed.trim() === "" ? {} : JSON.parse(typed);
      if (value === null || typeof value !== "object" || Array.isArray(value)) found = 'An object, such as {"key": 1}';
      else onChange(value as Values);
    } catch (error) {
      found = `This is no JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
    setProblem(found);
    onText(found);
  };
  return (
    <Textarea
      label="Configuration"
      description="This DAG declares no params. What you write here is its dag_run.conf."
      placeholder='{"key": "value"}'
      size="sm"
      autosize
      minRows={2}
      maxRows={12}
      value={text}
      error={problem}
      onChange={(event) => take(event.currentTarget.value)}
    />
  );
}

interface OptionValues {
  runId: string;
  logicalDate: string;
  note: string;
  unpause: boolean;
}

function Options(given: {
  dag: DagHead;
  options: OptionValues;
  onChange: (options: OptionValues) => void;
  isWrong: boolean;
}) {
  const { dag, options, onChange } = given;
  return (
    <>
      {dag.is_paused && (
        <Checkbox
          label="Make the DAG active: while it is paused the run only waits"
          checked={options.unpause}
          disabled={!dag.may.includes("edit")}
          onChange={(event) => onChange({ ...options, unpause: event.currentTarget.checked })}
        />
      )}
      <details>
        <summary style={{ cursor: "pointer", fontSize: 13 }}>Date, id and note</summary>
        <div style={{ display: "flex", flexDirection: "column", gap: 10, paddingTop: 10 }}>
          <TextInput
            label="Logical date"
            description="The moment that the run is about, where that is not now: templates see it as ds and logical_date. Most runs by hand need none. There is one run for each."
            type="datetime-local"
            step={1}
            value={options.logicalDate}
            error={given.isWrong ? "A date and a time" : undefined}
            onChange={(event) => onChange({ ...options, logicalDate: event.currentTarget.value })}
          />
          <TextInput
            label="Run id"
            description="Made from the time where you leave it empty."
            value={options.runId}
            onChange={(event) => onChange({ ...options, runId: event.currentTarget.value })}
          />
          <TextInput
            label="Note"
            description="Why you start it; it stays with the run."
            maxLength={1000}
            value={options.note}
            onChange={(event) => onChange({ ...options, note: event.currentTarget.value })}
          />
        </div>
      </details>
    </>
  );
}

function Commands({ wish }: { wish: Wish }) {
  const [language, setLanguage] = useState<Language>("CLI");
  return (
    <details>
      <summary style={{ cursor: "pointer", fontSize: 13 }}>Copy as a command</summary>
      <div style={{ display: "flex", flexDirection: "column", gap: 8, paddingTop: 10 }}>
        <SegmentedControl
          size="xs"
          data={Object.keys(COMMANDS)}
          value={language}
          onChange={(value) => setLanguage(value as Language)}
          aria-label="Language"
          style={{ alignSelf: "flex-start" }}
        />
        <CodeToCopy code={COMMANDS[language](wish)} label="Copy the command" />
      </div>
    </details>
  );
}

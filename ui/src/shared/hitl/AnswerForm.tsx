// A question that a task asks, with its form: choose, fill in, answer; the task goes on at once.
import { Alert, Button, Checkbox, Group, NumberInput, Radio, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { Gated } from "@/shared/ui/Gated";
import { Markdown } from "@/shared/ui/Markdown";
import { Moment } from "@/shared/ui/Moment";
import { tellDone } from "@/shared/ui/told";
import { answerOf, type Field, faultOf, fieldsOf } from "./form";

const NEEDS = "edit:task_instance";

export type Question = Schemas["HITLDetail"];

export function AnswerForm({
  of,
  question,
}: {
  of: { dagId: string; runId: string; taskId: string; mapIndex: number };
  question: Question;
}) {
  const client = useQueryClient();
  const fields = fieldsOf(question.params);
  const [values, setValues] = useState<Record<string, unknown>>(() =>
    Object.fromEntries(fields.map((field) => [field.name, field.initial])),
  );
  const [chosen, setChosen] = useState<string[]>(question.defaults ?? []);
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const faults = Object.fromEntries(fields.map((field) => [field.name, faultOf(field, values[field.name])]));
  const isFilled = Object.values(faults).every((fault) => fault === "");
  // Few options to choose one of are buttons: one press answers.
  const isButtons = !question.multiple && question.options.length <= 4;
  const send = async (options: string[]): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      const path = { dag_id: of.dagId, dag_run_id: of.runId, task_id: of.taskId, map_index: of.mapIndex };
      const params_input = Object.fromEntries(fields.map((field) => [field.name, answerOf(field, values[field.name])]));
      await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}/hitlDetails", {
        params: { path },
        body: { chosen_options: options, params_input },
      });
      tellDone(`Answered: ${options.join(", ")}`);
      for (const queryKey of [keys.run(of.dagId, of.runId), ["task", of.dagId, of.runId], keys.home]) {
        void client.invalidateQueries({ queryKey });
      }
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      aria-label={question.subject}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isButtons) void send(chosen);
      }}
    >
      <Stack gap="sm">
        <div>
          <h2 style={{ fontSize: 16, margin: 0 }}>{question.subject}</h2>
          <div className="faint" style={{ fontSize: 13 }}>
            Asked <Moment at={question.created_at} style="relative" />
            {question.assigned_users.length > 0 && ` of ${question.assigned_users.map((user) => user.name).join(", ")}`}
          </div>
        </div>
        {question.body && <Markdown text={question.body} />}
        {fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            value={values[field.name]}
            fault={faults[field.name] ?? ""}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))}
        {!isButtons && <Options question={question} chosen={chosen} onChange={setChosen} />}
        {error && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group gap={8}>
          {isButtons ? (
            question.options.map((option, place) => (
              <Gated key={option} needs={NEEDS} name={of.dagId}>
                <Button
                  variant={place === 0 ? "filled" : "default"}
                  size="sm"
                  loading={isBusy}
                  disabled={!isFilled}
                  onClick={() => void send([option])}
                >
                  {option}
                </Button>
              </Gated>
            ))
          ) : (
            <Gated needs={NEEDS} name={of.dagId}>
              <Button type="submit" size="sm" loading={isBusy} disabled={!isFilled || chosen.length === 0}>
                Answer
              </Button>
            </Gated>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function Options(given: { question: Question; chosen: string[]; onChange: (chosen: string[]) => void }) {
  const { question, chosen, onChange } = given;
  if (question.multiple) {
    return (
      <Checkbox.Group label="Choose one or more" value={chosen} onChange={onChange}>
        <Stack gap={6} mt={6}>
          {question.options.map((option) => (
            <Checkbox key={option} value={option} label={option} size="xs" />
          ))}
        </Stack>
      </Checkbox.Group>
    );
  }
  return (
    <Radio.Group label="Choose one" value={chosen[0] ?? ""} onChange={(value) => onChange([value])}>
      <Stack gap={6} mt={6}>
        {question.options.map((option) => (
          <Radio key={option} value={option} label={option} size="xs" />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function FieldInput(given: { field: Field; value: unknown; fault: string; onChange: (value: unknown) => void }) {
  const { field, value, fault, onChange } = given;
  const common = {
    label: field.title,
    description: field.description || undefined,
    error: fault || undefined,
    size: "xs",
    maw: 420,
    withAsterisk: field.isRequired && field.kind !== "boolean",
  } as const;
  switch (field.kind) {
    case "boolean":
      return (
        <Checkbox
          label={field.title}
          description={common.description}
          size="xs"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return <Select {...common} data={field.choices} value={String(value)} onChange={(one) => onChange(one ?? "")} />;
    case "number":
      return (
        <NumberInput
          {...common}
          value={value as number | string}
          allowDecimal={!field.isInteger}
          clampBehavior="none"
          onChange={onChange}
        />
      );
    case "json":
      return (
        <Textarea
          {...common}
          autosize
          minRows={3}
          styles={{ input: { fontFamily: "var(--mono)" } }}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "text":
      return <TextInput {...common} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
}

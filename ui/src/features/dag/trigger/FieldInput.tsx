// The control for one param, with what is wrong with its value.
import {
  Button,
  Group,
  JsonInput,
  MultiSelect,
  NumberInput,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useState } from "react";
import { Markdown } from "@/shared/ui/Markdown";
import { hasMarks } from "@/shared/ui/markdown-text";
import { type Field, isSecret, type Json, textOf } from "./schema";

interface Props {
  field: Field;
  value: Json;
  problem: string | undefined;
  onChange: (value: Json) => void;
  /** The text of a value that is no JSON yet. */
  onText: (problem: string | undefined) => void;
}

export function FieldInput(given: Props) {
  const { field, value, problem, onChange } = given;
  const isChanged = JSON.stringify(value) !== JSON.stringify(field.initial);
  const common = {
    label: (
      <Group gap={6} component="span">
        {field.title}
        {field.title !== field.name && <span className="faint mono">{field.name}</span>}
        {isChanged && (
          <Button variant="subtle" size="compact-xs" onClick={() => onChange(field.initial)} tabIndex={-1}>
            default
          </Button>
        )}
      </Group>
    ),
    description: hasMarks(field.help) ? <Markdown text={field.help} /> : field.help || undefined,
    // Marks become paragraphs and lists, which stand in no paragraph.
    descriptionProps: { component: "div" } as never,
    error: problem,
    size: "sm" as const,
  };
  const text = value === null ? "" : textOf(value);
  const empty = (typed: string): Json => (typed === "" && field.isNullable ? null : typed);
  switch (field.control) {
    case "switch":
      return (
        <Switch
          label={common.label}
          description={field.help || undefined}
          error={problem}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return <Choice {...given} common={common} />;
    case "choices":
      return (
        <MultiSelect
          {...common}
          searchable
          data={field.options.map((one) => ({ value: textOf(one.value), label: one.label }))}
          value={Array.isArray(value) ? value.map(textOf) : []}
          onChange={(names) =>
            onChange(names.map((name) => field.options.find((one) => textOf(one.value) === name)?.value ?? name))
          }
        />
      );
    case "list":
      return (
        <TagsInput
          {...common}
          allowDuplicates
          placeholder="Type a value and press Enter"
          value={Array.isArray(value) ? value.map(textOf) : []}
          onChange={onChange}
        />
      );
    case "integer":
    case "number":
      return (
        <NumberInput
          {...common}
          allowDecimal={field.control === "number"}
          value={typeof value === "number" ? value : text}
          onChange={(typed) => onChange(typed === "" ? null : typed)}
        />
      );
    case "lines":
      return (
        <Textarea
          {...common}
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          onChange={(event) => onChange(empty(event.currentTarget.value))}
        />
      );
    case "json":
      return <JsonField {...given} common={common} />;
    default:
      return (
        <TextInput
          {...common}
          type={
            isSecret(field.schema)
              ? "password"
              : field.control === "date" || field.control === "time"
                ? field.control
                : "text"
          }
          autoComplete="off"
          step={1}
          placeholder={field.control === "datetime" ? "2026-11-22T09:00:00Z" : field.isNullable ? "empty" : ""}
          value={text}
          onChange={(event) => onChange(empty(event.currentTarget.value))}
        />
      );
  }
}

function Choice({ field, value, onChange, common }: Props & { common: object }) {
  const options =
    field.options.length > 0
      ? field.options
      : [
          { value: true, label: "true" },
          { value: false, label: "false" },
        ];
  return (
    <Select
      {...common}
      clearable={field.isNullable}
      searchable={options.length > 8}
      allowDeselect={false}
      data={options.map((one) => ({ value: JSON.stringify(one.value), label: one.label }))}
      value={JSON.stringify(value)}
      onChange={(chosen) => onChange(chosen === null ? null : (JSON.parse(chosen) as Json))}
    />
  );
}

function JsonField({ value, onChange, onText, common, problem }: Props & { common: object }) {
  const [typed, setTyped] = useState<string>();
  const shown = typed ?? (value === null ? "" : JSON.stringify(value, null, 2));
  return (
    <JsonInput
      {...common}
      autosize
      minRows={2}
      maxRows={14}
      styles={{ input: { fontFamily: "var(--mono)", fontSize: 12.5 } }}
      error={problem}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        if (text.trim() === "") {
          onText(undefined);
          onChange(null);
          return;
        }
        try {
          onChange(JSON.parse(text) as Json);
          onText(undefined);
        } catch (error) {
          onText(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`);
        }
      }}
      onBlur={() => {
        if (!problem) setTyped(undefined);
      }}
    />
  );
}

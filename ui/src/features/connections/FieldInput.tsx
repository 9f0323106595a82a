// One field of a connection's form.
import { Checkbox, NumberInput, PasswordInput, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Field } from "./fields";

export function FieldInput({
  field,
  value,
  onChange,
}: {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const common = { label: field.label, placeholder: field.placeholder, description: field.description || undefined };
  const words = value === undefined || value === null ? "" : String(value);
  switch (field.kind) {
    case "boolean":
      return (
        <Checkbox
          mt={22}
          label={field.label}
          description={common.description}
          checked={value === true || value === "true"}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <NumberInput size="xs" {...common} value={words === "" ? "" : Number(words)} onChange={onChange} hideControls />
      );
    case "password":
      return (
        <PasswordInput
          size="xs"
          {...common}
          autoComplete="new-password"
          value={words}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "choice":
      return <Select {...common} clearable data={field.choices} value={words || null} onChange={onChange} />;
    case "json":
      return <JsonInput field={field} value={value} onChange={onChange} />;
    default:
      return <TextInput {...common} value={words} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
}

/** A value of JSON, taken over as soon as what is typed is one. */
function JsonInput({ field, value, onChange }: { field: Field; value: unknown; onChange: (value: unknown) => void }) {
  const [typed, setTyped] = useState(value === undefined ? "" : JSON.stringify(value, null, 2));
  const [fault, setFault] = useState<string>();
  const take = (words: string): void => {
    setTyped(words);
    try {
      onChange(words.trim() === "" ? undefined : JSON.parse(words));
      setFault(undefined);
    } catch {
      setFault("This is not JSON yet");
    }
  };
  return (
    <Textarea
      label={field.label}
      description={field.description || undefined}
      autosize
      minRows={2}
      value={typed}
      error={fault}
      onChange={(event) => take(event.currentTarget.value)}
    />
  );
}

// Adds a variable or changes one.
import { Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "@/shared/api/client";
import type { Schemas } from "@/shared/api/schemas";
import { Confirm } from "@/shared/ui/confirm";
import { tellDone } from "@/shared/ui/told";
import { jsonFault } from "./json-fault";

type Variable = Schemas["VariableResponse"];

export function VariableForm(given: { variable: Variable | undefined; onClose: () => void; onSaved: () => void }) {
  const { variable } = given;
  const [key, setKey] = useState(variable?.key ?? "");
  const [value, setValue] = useState(variable?.value ?? "");
  const [description, setDescription] = useState(variable?.description ?? "");
  const fault = jsonFault(value);
  const save = async (): Promise<void> => {
    const body = { key, value, description: description || null };
    if (variable) {
      await api.PATCH("/api/v2/variables/{variable_key}", { params: { path: { variable_key: variable.key } }, body });
    } else {
      await api.POST("/api/v2/variables", { body });
    }
    given.onSaved();
    tellDone(`${key} is saved.`);
  };
  return (
    <Confirm
      title={variable ? `Change ${variable.key}` : "Add a variable"}
      yes="Save"
      size="lg"
      isReady={key.trim() !== ""}
      act={save}
      onClose={given.onClose}
    >
      <TextInput
        label="Key"
        required
        value={key}
        disabled={variable !== undefined}
        onChange={(event) => setKey(event.currentTarget.value)}
        data-autofocus={variable === undefined}
      />
      <Textarea
        label="Value"
        description="A text, or JSON for DAGs that ask for it with deserialize_json=True."
        mt="sm"
        autosize
        minRows={4}
        maxRows={18}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        error={fault}
        styles={{ input: { fontFamily: "var(--mono)", fontSize: 12.5 } }}
      />
      <TextInput
        label="Description"
        mt="sm"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
    </Confirm>
  );
}

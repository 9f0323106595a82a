// One condition of the audit log: what is typed counts a moment later, and what has been seen is offered.
import { Autocomplete } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";

const PAUSE_MS = 300;

export function FilterBox(given: {
  label: string;
  value: string | undefined;
  seen: string[];
  width: number;
  onChange: (value: string | undefined) => void;
}) {
  const { value, onChange } = given;
  const [typed, setTyped] = useState(value ?? "");
  useEffect(() => setTyped(value ?? ""), [value]);
  const tell = useDebouncedCallback((wanted: string) => onChange(wanted.trim() || undefined), PAUSE_MS);
  return (
    <Autocomplete
      size="xs"
      aria-label={given.label}
      placeholder={given.label}
      data={given.seen}
      limit={20}
      value={typed}
      onChange={(wanted) => {
        setTyped(wanted);
        tell(wanted);
      }}
      clearable
      w={given.width}
    />
  );
}

// A search whose words stand in the address, a moment after they are typed.
import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

const PAUSE_MS = 200;

export function SearchBox(given: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  width?: number;
}) {
  const { value, onChange } = given;
  const [typed, setTyped] = useState(value ?? "");
  const told = useRef(value);
  useEffect(() => {
    if (value !== told.current) {
      told.current = value;
      setTyped(value ?? "");
    }
  }, [value]);
  useEffect(() => {
    const wanted = typed.trim() || undefined;
    if (wanted === told.current) return;
    const timer = setTimeout(() => {
      told.current = wanted;
      onChange(wanted);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <TextInput
      aria-label={given.label}
      placeholder={given.label}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      leftSection={<IconSearch size={14} />}
      rightSection={typed ? <CloseButton size="xs" aria-label="Clear the search" onClick={() => setTyped("")} /> : null}
      w={given.width ?? 260}
    />
  );
}

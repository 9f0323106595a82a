// A search whose words stand in the address, a moment after they are typed.
import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useTyped } from "./useTyped";

export function SearchBox(given: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  width?: number;
}) {
  const [typed, setTyped] = useTyped(given.value, given.onChange);
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

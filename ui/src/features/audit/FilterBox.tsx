// One condition of the audit log: what is typed counts a moment later, and what has been seen is offered.
import { Autocomplete } from "@mantine/core";
import { useTyped } from "@/shared/ui/useTyped";

export function FilterBox(given: {
  label: string;
  value: string | undefined;
  seen: string[];
  width: number;
  onChange: (value: string | undefined) => void;
}) {
  const [typed, setTyped] = useTyped(given.value, given.onChange);
  return (
    <Autocomplete
      size="xs"
      aria-label={given.label}
      placeholder={given.label}
      data={given.seen}
      limit={20}
      value={typed}
      onChange={setTyped}
      clearable
      w={given.width}
    />
  );
}

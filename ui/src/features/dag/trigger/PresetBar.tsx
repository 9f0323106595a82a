// Values under a name: choose one, keep what is in the form, forget one.
import { ActionIcon, Button, Group, Popover, Select, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { readPresets, type Values, writePresets } from "./presets";

export function PresetBar({
  dagId,
  values,
  onLoad,
}: {
  dagId: string;
  values: Values;
  onLoad: (values: Values) => void;
}) {
  const [presets, setPresets] = useState(() => readPresets(dagId));
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [isOpen, setOpen] = useState(false);
  const keep = (next: typeof presets): void => {
    writePresets(dagId, next);
    setPresets(next);
  };
  const save = (): void => {
    if (!name.trim()) return;
    keep({ ...presets, [name.trim()]: values });
    setChosen(name.trim());
    setOpen(false);
  };
  const names = Object.keys(presets).sort();
  return (
    <Group gap={6}>
      {names.length > 0 && (
        <Select
          aria-label="Preset"
          placeholder="Presets"
          w={200}
          data={names}
          value={chosen}
          onChange={(one) => {
            setChosen(one);
            const preset = one === null ? undefined : presets[one];
            onLoad(preset ?? {});
          }}
          clearable
        />
      )}
      {chosen !== null && (
        <ActionIcon
          aria-label={`Forget the preset ${chosen}`}
          onClick={() => {
            const { [chosen]: _, ...rest } = presets;
            keep(rest);
            setChosen(null);
          }}
        >
          <IconTrash size={15} />
        </ActionIcon>
      )}
      <Popover opened={isOpen} onChange={setOpen} withinPortal trapFocus>
        <Popover.Target>
          <Button variant="subtle" onClick={() => setOpen(!isOpen)}>
            Save as a preset
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Group gap={6} align="flex-end">
            <TextInput
              label="Name, kept in this browser"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                event.preventDefault();
                save();
              }}
            />
            <Button onClick={save} disabled={!name.trim()}>
              Save
            </Button>
          </Group>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}

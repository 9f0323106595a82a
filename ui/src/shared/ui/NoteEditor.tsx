// A note that people leave on a run or task: read it, write it.
import { ActionIcon, Button, Group, Textarea } from "@mantine/core";
import { IconNote, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { Gated } from "./Gated";
import { Markdown } from "./Markdown";
import { tellFailed } from "./told";

export function NoteEditor({
  note,
  needs,
  dagId,
  onSave,
}: {
  note: string | null;
  /** The permission that it takes. */
  needs: string;
  dagId: string;
  onSave: (note: string | null) => Promise<unknown>;
}) {
  const [text, setText] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      await onSave(text?.trim() || null);
      setText(undefined);
    } catch (error) {
      tellFailed(error);
    } finally {
      setBusy(false);
    }
  };
  if (text === undefined) {
    if (!note) {
      return (
        <Gated needs={needs} name={dagId}>
          <Button size="compact-xs" variant="subtle" leftSection={<IconNote size={13} />} onClick={() => setText("")}>
            Add a note
          </Button>
        </Gated>
      );
    }
    return (
      <div style={{ display: "inline-flex", gap: 4, alignItems: "flex-start", minWidth: 0 }}>
        <Markdown text={note} keepsLines />
        <Gated needs={needs} name={dagId}>
          <ActionIcon size={20} aria-label="Edit the note" onClick={() => setText(note)}>
            <IconPencil size={13} />
          </ActionIcon>
        </Gated>
      </div>
    );
  }
  return (
    <div style={{ width: "min(460px, 100%)" }}>
      <Textarea
        size="xs"
        autosize
        autoFocus
        minRows={2}
        maxLength={1000}
        aria-label="Note"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
          if (event.key === "Escape") setText(undefined);
        }}
      />
      <Group gap={6} mt={4}>
        <Button size="compact-xs" loading={isBusy} onClick={() => void save()}>
          Save
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => setText(undefined)}>
          Cancel
        </Button>
      </Group>
    </div>
  );
}

// What one can do to a task instance: run it again, or say how it counts; both show first what they would change.
import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { ClearDialog } from "@/shared/act/ClearDialog";
import { MarkDialog } from "@/shared/act/MarkDialog";
import type { EndState } from "@/shared/act/rerun";
import { Gated, GatedItem } from "@/shared/ui/Gated";
import { StateIcon } from "@/shared/ui/StateIcon";

const STATES: EndState[] = ["success", "failed", "skipped"];

export function TaskActions({
  aim,
  hasDate,
}: {
  aim: { dagId: string; runId: string; taskId: string; mapIndex?: number | undefined };
  hasDate: boolean;
}) {
  const [asking, setAsking] = useState<"clear" | EndState>();
  const close = (): void => setAsking(undefined);
  return (
    <>
      <Gated needs="edit:task_instance" name={aim.dagId}>
        <Button leftSection={<IconRefresh size={14} />} onClick={() => setAsking("clear")}>
          Clear
        </Button>
      </Gated>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={13} />}>
            Mark as
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {STATES.map((state) => (
            <GatedItem
              key={state}
              needs="edit:task_instance"
              name={aim.dagId}
              leftSection={<StateIcon state={state} label={false} />}
              onClick={() => setAsking(state)}
            >
              {state}
            </GatedItem>
          ))}
        </Menu.Dropdown>
      </Menu>
      {asking === "clear" && <ClearDialog aim={aim} hasDate={hasDate} onClose={close} />}
      {asking !== undefined && asking !== "clear" && (
        <MarkDialog aim={aim} state={asking} hasDate={hasDate} onClose={close} />
      )}
    </>
  );
}

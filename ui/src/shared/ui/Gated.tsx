// A button for those who may: for others it stays in its place, can be reached, does nothing, and says why.
import { Tooltip } from "@mantine/core";
import { cloneElement, type MouseEvent, type ReactElement } from "react";
import { useRefusal } from "@/shared/api/may";

/** `needs` is `action:resource`; `name` the thing's own, or its DAG's. Around one Button or ActionIcon. */
export function Gated({
  needs,
  name,
  children,
}: {
  needs: string;
  name?: string;
  children: ReactElement<Record<string, unknown>>;
}) {
  const refusal = useRefusal(needs, name);
  if (refusal === undefined) return children;
  const stopped = {
    "data-disabled": true,
    "aria-disabled": true,
    onClick: (event: MouseEvent) => event.preventDefault(),
  };
  return (
    <Tooltip label={refusal} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      {cloneElement(children, stopped)}
    </Tooltip>
  );
}

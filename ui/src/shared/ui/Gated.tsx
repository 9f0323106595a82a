// What somebody may not press: it stays in its place, can be reached, does nothing, and says why.
import { Menu, type MenuItemProps, Tooltip } from "@mantine/core";
import { cloneElement, type MouseEvent, type ReactElement, type ReactNode } from "react";
import { useRefusal } from "@/shared/api/may";

/** `needs` is `action:resource`; `name` the thing's own, or its DAG's. */
interface Needs {
  needs: string;
  name?: string;
}

type OneButton = ReactElement<Record<string, unknown>>;

/** Around one Button or ActionIcon. */
export function Gated({ needs, name, children }: Needs & { children: OneButton }) {
  return <Greyed reason={useRefusal(needs, name)}>{children}</Greyed>;
}

/** The same for any reason why it cannot be pressed; undefined: it can. */
export function Greyed({ reason, children }: { reason: string | undefined; children: OneButton }) {
  if (reason === undefined) return children;
  return <Refused refusal={reason}>{cloneElement(children, stopped(reason))}</Refused>;
}

/** An item of a menu. */
export function GatedItem({
  needs,
  name,
  onClick,
  ...item
}: Needs & MenuItemProps & { onClick: () => void; children: ReactNode }) {
  const refusal = useRefusal(needs, name);
  if (refusal === undefined) return <Menu.Item {...item} onClick={onClick} />;
  return (
    <Refused refusal={refusal}>
      <Menu.Item {...item} {...stopped(refusal)} closeMenuOnClick={false} />
    </Refused>
  );
}

function Refused({ refusal, children }: { refusal: string; children: ReactElement<Record<string, unknown>> }) {
  return (
    <Tooltip label={refusal} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      {children}
    </Tooltip>
  );
}

function stopped(refusal: string) {
  return {
    "data-disabled": true,
    "aria-disabled": true,
    "data-refusal": refusal,
    onClick: (event: MouseEvent) => event.preventDefault(),
  };
}

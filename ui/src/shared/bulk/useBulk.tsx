// The buttons of the bar that comes with chosen rows, and the question that each of them asks.
import { Button } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useMe } from "@/shared/api/may";
import { count } from "@/shared/format/numbers";
import { Greyed } from "@/shared/ui/Gated";
import type { BulkDialog as Dialog } from "./BulkDialog";
import { type BulkAction, planOf, type Thing } from "./plan";

// What `lazy` makes of it has no type parameter any more.
const BulkDialog = lazy(() =>
  import("./BulkDialog").then((found) => ({ default: found.BulkDialog })),
) as unknown as typeof Dialog;

interface Asked<T extends Thing> {
  action: BulkAction<T>;
  chosen: T[];
  /** Takes the choice of rows away. */
  choseNone: () => void;
}

/** `buttons` go into the bar; `dialog` stands outside of the table, whose bar goes with the last row that is chosen. */
export function useBulk<T extends Thing>(actions: readonly BulkAction<T>[], nounOf: (number: number) => string) {
  const [asked, ask] = useState<Asked<T>>();
  const me = useMe().data;
  const buttons = (chosen: T[], choseNone: () => void): React.ReactNode =>
    actions.map((action) => {
      const { meant, left } = planOf(action, chosen, me);
      const [reason] = left.keys();
      const Icon = action.icon;
      return (
        <Greyed key={action.id} reason={meant.length > 0 ? undefined : reason}>
          <Button
            variant={action.isDangerous ? "filled" : "default"}
            color={action.isDangerous ? "red.9" : "gray"}
            size="compact-sm"
            leftSection={<Icon size={14} />}
            onClick={() => ask({ action, chosen, choseNone })}
          >
            {action.verb} {meant.length > 0 && count(meant.length)}
          </Button>
        </Greyed>
      );
    });
  const dialog = asked && (
    <Suspense>
      <BulkDialog
        action={asked.action}
        plan={planOf(asked.action, asked.chosen, me)}
        nounOf={nounOf}
        onDone={asked.choseNone}
        onClose={() => ask(undefined)}
      />
    </Suspense>
  );
  return { buttons, dialog };
}

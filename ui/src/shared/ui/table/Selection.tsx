// Rows that are chosen: the box that chooses all of them, and the bar with what can be done with them.
import { Button, Checkbox } from "@mantine/core";
import { many } from "@/shared/format/numbers";
import classes from "../DataTable.module.css";

export function ChooseAll(given: { isAll: boolean; isSome: boolean; toggle: () => void }) {
  return (
    <div role="columnheader" className={classes.choice}>
      <Checkbox
        size="xs"
        aria-label="Choose all rows"
        checked={given.isAll}
        indeterminate={given.isSome && !given.isAll}
        onChange={given.toggle}
      />
    </div>
  );
}

export function ChosenBar(given: { count: number; clear: () => void; children: React.ReactNode }) {
  return (
    <div className={classes.bar} role="toolbar" aria-label="What is chosen">
      <b>{many(given.count, "row")} chosen</b>
      {given.children}
      <Button variant="subtle" size="compact-xs" onClick={given.clear}>
        Choose none
      </Button>
    </div>
  );
}

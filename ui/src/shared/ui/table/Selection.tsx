// Rows that are chosen: the box that chooses all of them, and the bar with what can be done with them.
import { Button } from "@mantine/core";
import { count, many } from "@/shared/format/numbers";
import classes from "../DataTable.module.css";

export function ChooseAll(given: {
  isAll: boolean;
  isSome: boolean;
  /** How many rows are here, where there are more than that. */
  here: number | undefined;
  toggle: () => void;
}) {
  return (
    <div role="columnheader" className={classes.choice}>
      <input
        type="checkbox"
        className={classes.box}
        aria-label={
          given.here === undefined ? "Choose all rows" : `Choose the ${count(given.here)} rows that are loaded`
        }
        title={given.here === undefined ? undefined : `The ${count(given.here)} rows that are loaded; scroll for more`}
        checked={given.isAll}
        ref={(box) => {
          if (box) box.indeterminate = given.isSome && !given.isAll;
        }}
        onChange={given.toggle}
      />
    </div>
  );
}

export function ChosenBar(given: { count: number; total: number; clear: () => void; children: React.ReactNode }) {
  const { total } = given;
  return (
    <div className={classes.bar} role="toolbar" aria-label="What is chosen" data-chosen-bar>
      <span role="status">
        <b>{many(given.count, "row")} chosen</b>{" "}
        {total > given.count && <span className="faint">of {count(total)}</span>}
      </span>
      {given.children}
      <Button variant="subtle" size="compact-xs" className={classes.none} onClick={given.clear}>
        Choose none
      </Button>
    </div>
  );
}

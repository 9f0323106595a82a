// The tasks of two runs, each with a bar for either run on an axis that begins with the run.
import { useMemo } from "react";
import { duration } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import { DataTable } from "@/shared/ui/DataTable";
import { StateIcon } from "@/shared/ui/StateIcon";
import type { Column } from "@/shared/ui/table/columns";
import classes from "./Compare.module.css";
import { type Difference, lengthOf, type Side } from "./differences";

const SAME_S = 0.05;

export function CompareTable({ differences }: { differences: Difference[] }) {
  const columns = useMemo(() => columnsOf(lengthOf(differences)), [differences]);
  return (
    <DataTable
      label="Differences by task"
      rows={differences}
      columns={columns}
      rowKey={(row) => row.taskId}
      height="380px"
    />
  );
}

function columnsOf(length: number): Column<Difference>[] {
  return [
    {
      id: "task",
      header: "Task",
      width: "minmax(150px, 1.4fr)",
      cell: (row) => row.taskId,
      value: (row) => row.taskId,
    },
    {
      id: "mine",
      header: "This run",
      width: "110px",
      cell: (row) => <State side={row.mine} />,
      value: (row) => row.mine?.took,
    },
    {
      id: "other",
      header: "The other",
      width: "110px",
      cell: (row) => <State side={row.other} />,
      value: (row) => row.other?.took,
    },
    {
      id: "bars",
      header: `From the start to ${duration(length)}`,
      width: "minmax(180px, 2fr)",
      cell: (row) => <Bars row={row} length={length} />,
      isMinor: true,
    },
    {
      id: "change",
      header: "Difference",
      width: "minmax(200px, 1fr)",
      cell: (row) => <Change row={row} />,
      value: (row) => row.change,
    },
  ];
}

function State({ side }: { side: Side | undefined }) {
  if (!side) return <span className="faint">not in it</span>;
  return (
    <span className="nowrap">
      <StateIcon state={side.state} size={13} /> {side.took === null ? "" : duration(side.took)}
    </span>
  );
}

function Bars({ row, length }: { row: Difference; length: number }) {
  return (
    <span className={classes.bars}>
      {(["mine", "other"] as const).map((name) => {
        const side = row[name];
        if (!side || side.from === null) return null;
        const to = side.to ?? length;
        const { tone, word } = lookOf(side.state);
        return (
          <i
            key={name}
            data-side={name}
            title={`${name === "mine" ? "This run" : "The other"}: ${word}, ${duration(side.from)} to ${duration(to)}`}
            style={
              {
                "--tone": `var(--state-${tone})`,
                left: `${(side.from / length) * 100}%`,
                width: `${((to - side.from) / length) * 100}%`,
              } as React.CSSProperties
            }
          />
        );
      })}
    </span>
  );
}

function Change({ row }: { row: Difference }) {
  const { mine, other, change } = row;
  if (!mine) return <span className={classes.changed}>only in the other</span>;
  if (!other) return <span className={classes.changed}>only in this run</span>;
  if (mine.state !== other.state) {
    return (
      <span className={classes.changed}>
        {lookOf(mine.state).word}, was {lookOf(other.state).word}
      </span>
    );
  }
  if (change === null || Math.abs(change) < SAME_S) return <span className="faint">about the same</span>;
  const share = (other.took ?? 0) > 0 ? Math.round((Math.abs(change) / (other.took ?? 1)) * 100) : undefined;
  return (
    <span className={change > 0 ? classes.longer : classes.shorter}>
      {change > 0 ? "▲" : "▼"} {duration(Math.abs(change))} {change > 0 ? "longer" : "shorter"}
      {share !== undefined && <span className="faint"> {share} %</span>}
    </span>
  );
}

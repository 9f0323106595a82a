// How tasks, groups and assets look in the graph.
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { lookOf } from "@/shared/states";
import { StateIcon } from "@/shared/ui/StateIcon";
import classes from "./Canvas.module.css";
import type { TaskBox } from "./drawing";
import type { Direction } from "./model";

export interface NodeData extends Record<string, unknown> {
  box: TaskBox;
  state: string | undefined;
  counts: Record<string, number>;
  isSelected: boolean;
  /** What is selected has nothing to do with it. */
  isFar: boolean;
  isHovered: boolean;
  direction: Direction;
  onFold: (id: string) => void;
}
export type GraphNode = Node<NodeData>;

/** Where lines come in and go out; they are not for the pointer. */
function Port({ type, direction }: { type: "source" | "target"; direction: Direction }) {
  const [before, behind] = direction === "DOWN" ? [Position.Top, Position.Bottom] : [Position.Left, Position.Right];
  return (
    <Handle type={type} position={type === "target" ? before : behind} className={classes.port} isConnectable={false} />
  );
}

function toneOf(state: string | undefined): React.CSSProperties {
  if (state === undefined) return {};
  const { tone } = lookOf(state);
  return { "--tone": `var(--state-${tone})`, "--soft": `var(--state-${tone}-soft)` } as React.CSSProperties;
}

const TaskNode = memo(function TaskNode({ data }: NodeProps<GraphNode>) {
  const { box, state, counts, isSelected } = data;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const isFolded = box.kind === "folded";
  const below = isFolded ? `${box.taskIds.length} tasks` : box.below;
  return (
    <div
      className={classes.task}
      data-kind={box.kind}
      data-role={box.role}
      data-mapped={box.isMapped}
      data-selected={isSelected}
      data-hovered={data.isHovered}
      data-far={data.isFar}
      data-state={state}
      style={toneOf(state)}
      title={box.id}
    >
      <Port type="target" direction={data.direction} />
      {state !== undefined && <StateIcon state={state} />}
      <span className={classes.words}>
        <span className={classes.label}>{box.label}</span>
        <span className={classes.below}>
          {state !== undefined && (total > 1 || isFolded)
            ? Object.entries(counts)
                .map(([one, count]) => `${count} ${lookOf(one).word}`)
                .join(", ")
            : box.role === "task"
              ? below
              : `${box.role} · ${below}`}
          {box.isMapped && " [ ]"}
        </span>
      </span>
      {isFolded && (
        <button
          type="button"
          className={`nodrag ${classes.fold}`}
          aria-label={`Unfold ${box.label}`}
          onClick={(event) => {
            event.stopPropagation();
            data.onFold(box.id);
          }}
        >
          +
        </button>
      )}
      <Port type="source" direction={data.direction} />
    </div>
  );
});

const GroupNode = memo(function GroupNode({ data }: NodeProps<GraphNode>) {
  const { box } = data;
  return (
    <div className={classes.group} title={box.id}>
      <Port type="target" direction={data.direction} />
      <div className={classes.groupHead}>
        <span className={classes.label}>
          {box.label}
          {box.isMapped && " [ ]"}
        </span>
        <button
          type="button"
          className={`nodrag ${classes.fold}`}
          aria-label={`Fold ${box.label}`}
          onClick={(event) => {
            event.stopPropagation();
            data.onFold(box.id);
          }}
        >
          –
        </button>
      </div>
      <Port type="source" direction={data.direction} />
    </div>
  );
});

const AssetNode = memo(function AssetNode({ data }: NodeProps<GraphNode>) {
  return (
    <div className={classes.task} data-kind="asset" title={data.box.below}>
      <Port type="target" direction={data.direction} />
      <span className={classes.words}>
        <span className={classes.label}>{data.box.label}</span>
        <span className={classes.below}>asset</span>
      </span>
      <Port type="source" direction={data.direction} />
    </div>
  );
});

export const NODE_TYPES = { task: TaskNode, folded: TaskNode, box: GroupNode, asset: AssetNode };

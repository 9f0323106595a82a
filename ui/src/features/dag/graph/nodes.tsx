// How tasks, groups and assets look in the graph.
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { StateIcon } from "@/shared/ui/StateIcon";
import { cellLook } from "../grid/cells";
import classes from "./Graph.module.css";
import type { TaskBox } from "./model";

export interface NodeData extends Record<string, unknown> {
  box: TaskBox;
  state: string | undefined;
  counts: Record<string, number>;
  isSelected: boolean;
  onFold: (id: string) => void;
}
export type GraphNode = Node<NodeData>;

const TaskNode = memo(function TaskNode({ data }: NodeProps<GraphNode>) {
  const { box, state, counts, isSelected } = data;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const look = state === undefined ? undefined : cellLook(state);
  const isFolded = box.kind === "folded";
  const below = isFolded ? `${box.taskIds.length} tasks` : box.below;
  return (
    <div
      className={classes.task}
      data-kind={box.kind}
      data-role={box.role}
      data-mapped={box.isMapped}
      data-selected={isSelected}
      data-state={state}
      style={look?.style}
      title={box.id}
    >
      <Handle type="target" position={Position.Left} className={classes.port} isConnectable={false} />
      {state !== undefined && <StateIcon state={state} />}
      <span className={classes.words}>
        <span className={classes.label}>{box.label}</span>
        <span className={classes.below}>
          {state !== undefined && (total > 1 || isFolded)
            ? Object.entries(counts)
                .map(([one, count]) => `${count} ${cellLook(one).word}`)
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
      <Handle type="source" position={Position.Right} className={classes.port} isConnectable={false} />
    </div>
  );
});

const GroupNode = memo(function GroupNode({ data }: NodeProps<GraphNode>) {
  const { box } = data;
  return (
    <div className={classes.group} title={box.id}>
      <Handle type="target" position={Position.Left} className={classes.port} isConnectable={false} />
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
      <Handle type="source" position={Position.Right} className={classes.port} isConnectable={false} />
    </div>
  );
});

const AssetNode = memo(function AssetNode({ data }: NodeProps<GraphNode>) {
  return (
    <div className={classes.task} data-kind="asset" title={data.box.below}>
      <Handle type="target" position={Position.Left} className={classes.port} isConnectable={false} />
      <span className={classes.words}>
        <span className={classes.label}>{data.box.label}</span>
        <span className={classes.below}>asset</span>
      </span>
      <Handle type="source" position={Position.Right} className={classes.port} isConnectable={false} />
    </div>
  );
});

export const NODE_TYPES = { task: TaskNode, folded: TaskNode, box: GroupNode, asset: AssetNode };

// The boxes of a graph as React Flow takes them; one in which nothing has changed stays the same, and is not drawn again.
import { Position } from "@xyflow/react";
import { type Drawing, statesOf, type TaskBox } from "./drawing";
import type { Direction, Place, Places } from "./model";
import type { GraphNode } from "./nodes";

interface From {
  drawing: Drawing;
  places: Places;
  direction: Direction;
  states: Record<string, Record<string, number>>;
  selected: string | undefined;
  hovered: string | undefined;
  /** What leads to what is selected, and from it; empty: nothing is selected. */
  related: ReadonlySet<string>;
  onFold: (id: string) => void;
}

/** Nodes for all boxes that have a place; those of `before` are taken over where they would look the same. */
export function nodesOf(from: From, before: ReadonlyMap<string, GraphNode>): GraphNode[] {
  const { drawing, places, related } = from;
  const found: GraphNode[] = [];
  // A parent has to come before what lies in it: groups come outermost first.
  for (const box of drawing.boxes) {
    const place = places[box.id];
    if (!place) continue;
    const known = statesOf(from.states, box.taskIds);
    const data = {
      box,
      state: known?.state,
      counts: known?.counts ?? {},
      isSelected: box.id === from.selected,
      isFar: box.kind !== "group" && related.size > 0 && !related.has(box.id),
      isHovered: box.id === from.hovered,
      direction: from.direction,
      onFold: from.onFold,
    };
    const old = before.get(box.id);
    found.push(old && isSame(old, data, place) ? old : nodeOf(box, place, data, places));
  }
  return found;
}

function isSame(old: GraphNode, data: GraphNode["data"], place: Place): boolean {
  const was = old.data;
  return (
    was.box === data.box &&
    was.state === data.state &&
    was.isSelected === data.isSelected &&
    was.isFar === data.isFar &&
    was.isHovered === data.isHovered &&
    was.direction === data.direction &&
    was.onFold === data.onFold &&
    old.position.x === place.x &&
    old.position.y === place.y &&
    old.width === place.width &&
    old.height === place.height &&
    isSameCount(was.counts, data.counts)
  );
}

function isSameCount(one: Record<string, number>, other: Record<string, number>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function nodeOf(box: TaskBox, place: Place, data: GraphNode["data"], places: Places): GraphNode {
  const { width, height } = place;
  const size = { width: 1, height: 1 };
  return {
    id: box.id,
    type: box.kind === "group" ? "box" : box.kind,
    position: { x: place.x, y: place.y },
    width,
    height,
    // Known beforehand, so that boxes out of sight need not be drawn to be measured.
    measured: { width, height },
    handles:
      data.direction === "DOWN"
        ? [
            { type: "target", position: Position.Top, x: width / 2, y: 0, ...size },
            { type: "source", position: Position.Bottom, x: width / 2, y: height, ...size },
          ]
        : [
            { type: "target", position: Position.Left, x: 0, y: height / 2, ...size },
            { type: "source", position: Position.Right, x: width, y: height / 2, ...size },
          ],
    ...(box.parent !== null && places[box.parent] ? { parentId: box.parent } : {}),
    ariaLabel: `${box.kind} ${box.label}${data.state ? `, ${data.state}` : ""}`,
    data,
  };
}

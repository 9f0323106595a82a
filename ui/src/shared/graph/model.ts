// What a layout takes and gives: boxes that may lie in boxes, lines between them, and where each box goes.

export interface Box {
  id: string;
  /** The box that it lies in. */
  parent: string | null;
  /** Its size; of a box that holds others its least. */
  width: number;
  height: number;
}

/** Where layers go: beside each other, or below each other. */
export type Direction = "RIGHT" | "DOWN";

export interface Line {
  from: string;
  to: string;
}

export interface Place {
  /** From the corner of the box that it lies in. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Places = Record<string, Place>;

/** Room around what a box holds; above it is its name. */
export const PADDING = { side: 16, top: 38 } as const;
/** Between layers, by where they go, and between the boxes of one. */
export const GAP = { layer: { RIGHT: 56, DOWN: 34 }, node: 14 } as const;

export interface Layout {
  places: Places;
  direction: Direction;
}

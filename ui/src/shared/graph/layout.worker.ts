// Lays big graphs out beside the page, which goes on listening to who uses it.
import { directionFor, layered } from "./layered";
import type { Box, Layout, Line } from "./model";

export interface Asked {
  id: number;
  boxes: Box[];
  lines: Line[];
  aspect: number | undefined;
}

export interface Answered extends Layout {
  id: number;
}

addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  const { id, boxes, lines, aspect } = data;
  const direction = aspect === undefined ? "RIGHT" : directionFor(boxes, lines, aspect);
  const answer: Answered = { id, direction, places: layered(boxes, lines, direction) };
  postMessage(answer);
});

// Lays big graphs out beside the page, which goes on listening to who uses it.
import { quickLayout } from "./layered";
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
  const answer: Answered = { id, ...quickLayout(boxes, lines, aspect) };
  postMessage(answer);
});

// The quick layout of a big graph, made by a worker: the page goes on listening to who uses it.
import type { Answered, Asked } from "./layout.worker";
import type { Box, Layout, Line } from "./model";

interface Waiting {
  resolve: (layout: Layout) => void;
  reject: (error: Error) => void;
}

let worker: Worker | undefined;
let last = 0;
const waiting = new Map<number, Waiting>();

function started(): Worker {
  if (worker) return worker;
  const begun = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  begun.onmessage = ({ data: { id, ...layout } }: MessageEvent<Answered>) => {
    waiting.get(id)?.resolve(layout);
    waiting.delete(id);
  };
  begun.onerror = (event) => {
    worker = undefined;
    begun.terminate();
    for (const one of waiting.values()) one.reject(new Error(event.message || "the layout could not be made"));
    waiting.clear();
  };
  worker = begun;
  return begun;
}

/** As `quickLayout`, beside the page. */
export function quickLayoutBeside(boxes: Box[], lines: Line[], aspect: number | undefined): Promise<Layout> {
  return new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    const asked: Asked = { id: last, boxes, lines, aspect };
    started().postMessage(asked);
  });
}

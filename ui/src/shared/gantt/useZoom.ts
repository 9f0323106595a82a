// What the visitor sees of a chart's time, and how it is changed: wheel, pinch and drag, keys, buttons.
import { useDebouncedCallback } from "@mantine/hooks";
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useShortcuts } from "@/shared/shortcuts";
import type { Span } from "./scale";
import { isPart, moved, partOf, textOf, zoomed } from "./zoom";

const STEP = 0.6;
const WHEEL = 0.002;
const MOST_WHEEL = 60;
/** How much of what is shown an arrow key moves it by. */
const ARROW = 0.15;
/** So far a press may slip and is still none that drags. */
const SLIP_PX = 4;
/** The address follows when the hand rests. */
const REST_MS = 250;

export type Zoom = ReturnType<typeof useZoom>;

/** `time`: the part as the address has it. `track`: as wide as the axis, and where it stands. */
export function useZoom(given: {
  whole: Span | undefined;
  time: string | undefined;
  onTime: ((time: string | undefined) => void) | undefined;
  scroller: RefObject<HTMLElement | null>;
  track: () => DOMRect | undefined;
}) {
  const { whole, onTime } = given;
  const [time, setTime] = useState(given.time);
  const told = useRef(given.time);
  useEffect(() => {
    if (given.time === told.current) return;
    told.current = given.time;
    setTime(given.time);
  }, [given.time]);
  const tell = useDebouncedCallback((next: string | undefined) => {
    told.current = next;
    onTime?.(next);
  }, REST_MS);
  const shown = whole && partOf(whole, time);
  const show = (next: Span): void => {
    if (!whole || !onTime) return;
    const text = textOf(whole, next);
    setTime(text);
    tell(text);
  };
  const zoom = (times: number, around?: number): void => {
    if (whole && shown) show(zoomed(whole, shown, times, around));
  };
  const move = (by: number): void => {
    if (whole && shown) show(moved(whole, shown, by));
  };
  const act = { zoom, move, shown, whole, track: given.track };
  useWheel(given.scroller, act, onTime !== undefined);
  const drag = useDrag({ show, shown, whole, track: given.track });
  const length = shown ? shown.to - shown.from : 0;
  const keys: Record<string, () => void> = {
    "+": () => zoom(STEP),
    "=": () => zoom(STEP),
    "-": () => zoom(1 / STEP),
    "0": () => whole && show(whole),
    ArrowLeft: () => move(-ARROW * length),
    ArrowRight: () => move(ARROW * length),
  };
  useShortcuts(
    onTime
      ? [
          { keys: "+", words: "On a chart: less time" },
          { keys: "-", words: "On a chart: more time" },
          { keys: "0", words: "On a chart: the whole time" },
          { keys: "← →", words: "On a chart: earlier or later" },
        ]
      : [],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = event.ctrlKey || event.metaKey || event.altKey || !onTime ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return {
    shown,
    isPart: whole !== undefined && shown !== undefined && isPart(whole, shown),
    isPossible: onTime !== undefined && whole !== undefined,
    closer: () => zoom(STEP),
    farther: () => zoom(1 / STEP),
    fit: () => whole && show(whole),
    onKeyDown,
    drag,
  };
}

interface Acts {
  zoom: (times: number, around?: number) => void;
  move: (by: number) => void;
  shown: Span | undefined;
  whole: Span | undefined;
  track: () => DOMRect | undefined;
}

/** The wheel with Ctrl, which two fingers on a pad make as well, makes it longer or shorter; sideways it moves. */
function useWheel(scroller: RefObject<HTMLElement | null>, acts: Acts, isWanted: boolean): void {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    const element = scroller.current;
    if (!element || !isWanted) return;
    const heard = (event: WheelEvent): void => {
      const { shown, whole, zoom, move, track } = latest.current;
      const box = track();
      if (!shown || !whole || !box?.width) return;
      const perPx = (shown.to - shown.from) / box.width;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        const by = Math.min(Math.max(event.deltaY, -MOST_WHEEL), MOST_WHEEL);
        const x = Math.min(Math.max(event.clientX - box.left, 0), box.width);
        zoom(Math.exp(by * WHEEL * 4), shown.from + x * perPx);
      } else if (isPart(whole, shown) && Math.abs(sideways) > (event.shiftKey ? 0 : Math.abs(event.deltaY))) {
        move(sideways * perPx);
      } else return;
      event.preventDefault();
    };
    // React's own listener may not keep the browser from making the page larger.
    element.addEventListener("wheel", heard, { passive: false });
    return () => element.removeEventListener("wheel", heard);
  }, [scroller, isWanted]);
}

/** Held and moved, the time goes along; what is pressed in the end is not meant. */
function useDrag({
  show,
  shown,
  whole,
  track,
}: Pick<Acts, "shown" | "whole" | "track"> & { show: (next: Span) => void }) {
  const from = useRef<{ x: number; part: Span; hasMoved: boolean } | undefined>(undefined);
  return {
    onPointerDown: (event: PointerEvent): void => {
      const box = track();
      from.current = undefined;
      if (!box || !whole || !shown || !isPart(whole, shown) || event.button !== 0) return;
      if (event.clientX < box.left || event.clientX > box.right) return;
      from.current = { x: event.clientX, part: shown, hasMoved: false };
    },
    onPointerMove: (event: PointerEvent): void => {
      const at = from.current;
      const width = track()?.width;
      // Let go without a click, as pens and fingers are: what moves now holds nothing.
      if (event.buttons === 0) from.current = undefined;
      if (!at || !whole || !width || event.buttons === 0) return;
      const by = event.clientX - at.x;
      if (!at.hasMoved && Math.abs(by) < SLIP_PX) return;
      if (!at.hasMoved) event.currentTarget.setPointerCapture(event.pointerId);
      at.hasMoved = true;
      show(moved(whole, at.part, (-by * (at.part.to - at.part.from)) / width));
    },
    onPointerUp: (): void => {
      if (from.current && !from.current.hasMoved) from.current = undefined;
    },
    onPointerCancel: (): void => {
      from.current = undefined;
    },
    onClickCapture: (event: { stopPropagation: () => void }): void => {
      if (from.current?.hasMoved) event.stopPropagation();
      from.current = undefined;
    },
  };
}

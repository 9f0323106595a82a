// Two things side by side, with a line between them that can be moved; below each other where there is little width.
import { useRef, useState } from "react";
import classes from "./Split.module.css";

const LEAST = 20;
const MOST = 80;
const STEP = 4;

export function Split(given: {
  /** Percent of the width that the first one has. */
  share: number;
  /** Told when the line has been put somewhere. */
  onShare: (share: number) => void;
  label: string;
  first: React.ReactNode;
  second: React.ReactNode;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number>();
  const share = dragged ?? given.share;
  const shareAt = (x: number): number => {
    const box = frame.current?.getBoundingClientRect();
    return box ? kept(((x - box.left) / box.width) * 100) : share;
  };
  return (
    <div
      ref={frame}
      className={classes.split}
      data-dragged={dragged !== undefined}
      style={{ "--first": `${share}%` } as React.CSSProperties}
    >
      <div className={classes.part}>{given.first}</div>
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={given.label}
        aria-valuenow={Math.round(share)}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        className={classes.line}
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragged(share);
        }}
        onPointerMove={(event) => {
          if (dragged !== undefined) setDragged(shareAt(event.clientX));
        }}
        onPointerUp={() => {
          if (dragged !== undefined) given.onShare(Math.round(dragged));
          setDragged(undefined);
        }}
        onPointerCancel={() => setDragged(undefined)}
        onKeyDown={(event) => {
          const by = event.key === "ArrowLeft" ? -STEP : event.key === "ArrowRight" ? STEP : 0;
          if (by === 0) return;
          event.preventDefault();
          given.onShare(kept(given.share + by));
        }}
      />
      <div className={classes.part}>{given.second}</div>
    </div>
  );
}

function kept(share: number): number {
  return Math.min(MOST, Math.max(LEAST, share));
}

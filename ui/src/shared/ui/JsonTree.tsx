// A JSON value to look into: objects and lists fold, long texts are cut until asked for.
import { useState } from "react";
import { many } from "@/shared/format/numbers";
import classes from "./JsonTree.module.css";

const OPEN_DEPTH = 2;
const STEP = 100;
const LONG = 400;

export function JsonTree({ value, name, depth = 0 }: { value: unknown; name?: string; depth?: number }) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(STEP);
  const label = name === undefined ? null : <span className={classes.name}>{name}: </span>;
  if (value === null || typeof value !== "object") {
    return (
      <div className={classes.line}>
        {label}
        <Leaf value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries: [string, unknown][] = isList ? value.map((one, at) => [String(at), one]) : Object.entries(value);
  const size = isList ? many(entries.length, "item") : many(entries.length, "key");
  if (entries.length === 0) {
    return (
      <div className={classes.line}>
        {label}
        {isList ? "[]" : "{}"}
      </div>
    );
  }
  return (
    <div>
      <button type="button" className={classes.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span aria-hidden>{isOpen ? "▾" : "▸"}</span> {label}
        <span className="faint">
          {isList ? "[" : "{"}
          {size}
          {isList ? "]" : "}"}
        </span>
      </button>
      {isOpen && (
        <div className={classes.inside}>
          {entries.slice(0, shown).map(([key, one]) => (
            <JsonTree key={key} name={key} value={one} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <button type="button" className={classes.fold} onClick={() => setShown(shown + 10 * STEP)}>
              {many(entries.length - shown, "more")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== "string") return <span className={classes.literal}>{String(value)}</span>;
  const isCut = value.length > LONG && !isWhole;
  return (
    <span className={classes.text}>
      "{isCut ? value.slice(0, LONG) : value}"
      {isCut && (
        <button type="button" className={classes.fold} onClick={() => setWhole(true)}>
          … {many(value.length - LONG, "more character")}
        </button>
      )}
    </span>
  );
}

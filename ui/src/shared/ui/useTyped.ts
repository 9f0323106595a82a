// The words of a field that count a moment after they are typed: its page puts them into its address then.
import { useEffect, useRef, useState } from "react";

const PAUSE_MS = 200;

/** What the field shows, and what sets it; `onChange` is told once nobody has typed for a moment. */
export function useTyped(value: string | undefined, onChange: (value: string | undefined) => void) {
  const [typed, setTyped] = useState(value ?? "");
  // What the address had last, and what it was told since: it may say so when more has been typed already.
  const asked = useRef([value]);
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(() => {
    const at = asked.current.lastIndexOf(value);
    asked.current = at < 0 ? [value] : asked.current.slice(at);
    if (at < 0) setTyped(value ?? "");
  }, [value]);
  useEffect(() => {
    const wanted = typed.trim() || undefined;
    if (wanted === asked.current.at(-1)) return;
    const timer = setTimeout(() => {
      asked.current.push(wanted);
      tell.current(wanted);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return [typed, setTyped] as const;
}

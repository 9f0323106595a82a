// Whether it is time for what nobody needs at once, and must not keep the page waiting.
import { useEffect, useState } from "react";

const AT_THE_LATEST_MS = 1500;

/** Call something as soon as the browser has nothing else to do; what takes that back. */
export function afterFirst(act: () => void): () => void {
  // Safari has no idle callbacks.
  if (!window.requestIdleCallback) {
    const timer = setTimeout(act, AT_THE_LATEST_MS);
    return () => clearTimeout(timer);
  }
  const asked = window.requestIdleCallback(() => act(), { timeout: AT_THE_LATEST_MS });
  return () => window.cancelIdleCallback(asked);
}

/** True as soon as the browser has nothing else to do. */
export function useAfterFirst(): boolean {
  const [isTime, setTime] = useState(false);
  useEffect(() => afterFirst(() => setTime(true)), []);
  return isTime;
}

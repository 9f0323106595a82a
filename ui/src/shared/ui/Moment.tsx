// Moments and durations on the page: in the viewer's zone, with UTC and the distance from now on hover.
import { absolute, between, duration, relative, short, zone } from "@/shared/format/time";
import { useNow } from "./useNow";

/** A moment. `style`: `short` (14:03, or with the day), `full`, or `relative` (4 min ago). */
export function Moment({
  at,
  style = "short",
}: {
  at: string | null | undefined;
  style?: "short" | "full" | "relative";
}) {
  if (!at) return <span className="faint">–</span>;
  const shown = style === "full" ? absolute(at) : style === "short" ? short(at) : undefined;
  return (
    <time dateTime={at} className="nowrap" onPointerEnter={(event) => tell(event.currentTarget, at)}>
      {shown ?? <Relative at={at} />}
    </time>
  );
}

function Relative({ at }: { at: string }) {
  return <>{relative(at, useNow(10_000))}</>;
}

/** The words for who points at it; made only then, since a table has hundreds of moments. */
function tell(element: HTMLElement, at: string): void {
  element.title = `${absolute(at)} ${zone()}\n${absolute(at, "UTC")} UTC\n${relative(at)}`;
}

/** How long something took, or takes until now where it has not ended. */
export function Took({ start, end }: { start: string | null | undefined; end: string | null | undefined }) {
  if (!start) return <span className="faint">–</span>;
  return <span className="nowrap">{end ? duration(between(start, end)) : <Growing start={start} />}</span>;
}

function Growing({ start }: { start: string }) {
  return <>{duration(between(start, null, useNow(1000)))}</>;
}

// A log of any length: the rows in sight are drawn, pieces are fetched as one scrolls, and new lines are followed.
import { Button } from "@mantine/core";
import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { size } from "@/shared/format/numbers";
import { tellFailed } from "@/shared/ui/told";
import { ErrorPanel } from "@/shared/ui/whole-page";
import { downloadLog } from "./download";
import { LogBar, type LogLook } from "./LogBar";
import { LogRowView } from "./LogRowView";
import classes from "./LogView.module.css";
import { type LogRow, loggersOf, rowsOf } from "./rows";
import { useLogSearch } from "./useLogSearch";
import { type LogAddress, LogWindow } from "./window";

const ROW_PX = 20;
const NEAR_PX = 600;
const LOOK: LogLook = { hasTime: true, isWrapped: false, levels: [], loggers: [] };

export function LogView(given: {
  of: LogAddress;
  /** Byte of the line that the address of the page names. */
  at?: number | undefined;
  onAt: (at: number | undefined) => void;
  height: string;
  /** Left in the bar: tries, for example. */
  children?: React.ReactNode;
}) {
  const { dagId, runId, taskId, mapIndex, tryNumber } = given.of;
  const of = useMemo(
    () => ({ dagId, runId, taskId, mapIndex, tryNumber }),
    [dagId, runId, taskId, mapIndex, tryNumber],
  );
  const log = useMemo(() => new LogWindow(of), [of]);
  const state = useSyncExternalStore(log.subscribe, log.get);
  const [look, setLook] = useState(LOOK);
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState("");
  const [place, setPlace] = useState(-1);
  const [isFollowing, setFollowing] = useState(given.at === undefined);
  const found = useLogSearch(of, search);
  const scroller = useRef<HTMLDivElement>(null);
  const first = useRef(given.at);
  const target = useRef(given.at);

  useEffect(() => log.open(first.current), [log]);
  useEffect(() => {
    log.isHeld = !isFollowing;
  }, [log, isFollowing]);
  const rows = useMemo(
    () => rowsOf(state.lines, { levels: new Set(look.levels), loggers: new Set(look.loggers), turned }),
    [state.lines, look.levels, look.loggers, turned],
  );
  const loggers = useMemo(() => loggersOf(state.lines), [state.lines]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
    getItemKey: (index) => rows[index]?.key ?? index,
  });

  // A place to go to is reached as soon as its row is there.
  const hasJumped = useRef(false);
  useLayoutEffect(() => {
    hasJumped.current = false;
    if (target.current === undefined || rows.length === 0) return;
    const wanted = target.current;
    const index = rows.findIndex((row) => row.at >= wanted);
    if (index >= 0) {
      virtual.scrollToIndex(index, { align: "center" });
      target.current = undefined;
      hasJumped.current = true;
    }
  }, [rows, virtual]);
  // Rows that come, or are let go, above those in sight leave them where they are.
  const before = useRef<{ rows: LogRow[]; measures: VirtualItem[] }>({ rows: [], measures: [] });
  useLayoutEffect(() => {
    const { rows: old, measures } = before.current;
    before.current = { rows, measures: virtual.measurementsCache };
    const [first, wasFirst] = [rows[0]?.key, old[0]?.key];
    if (!first || !wasFirst || first === wasFirst || target.current !== undefined || hasJumped.current) return;
    const added = rows.findIndex((row) => row.key === wasFirst);
    const gone = added < 0 ? old.findIndex((row) => row.key === first) : -1;
    const by = added > 0 ? virtual.measurementsCache[added]?.start : -(measures[gone]?.start ?? 0);
    if (by && scroller.current) scroller.current.scrollTop += by;
  }, [rows, virtual]);
  // Where following has brought the view: above that is only who has scrolled there, as the end moves on by itself.
  const followedTo = useRef(0);
  const height = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more, its end is gone to
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!isFollowing || !element) return;
    element.scrollTop = element.scrollHeight;
    followedTo.current = element.scrollTop;
  }, [isFollowing, rows, height]);

  const goTo = (at: number): void => {
    setFollowing(false);
    target.current = at;
    if (at >= state.start && at < state.end)
      virtual.scrollToIndex(
        rows.findIndex((row) => row.at >= at),
        { align: "center" },
      );
    else void log.jump(at);
  };
  const scrolled = (element: HTMLDivElement): void => {
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (element.scrollTop < NEAR_PX && !isFollowing) void log.earlier();
    if (below < NEAR_PX) void log.later();
    if (isFollowing) setFollowing(element.scrollTop >= followedTo.current - 2);
    else if (below < ROW_PX * 2 && log.isAtEnd && state.lines.length > 0) setFollowing(true);
  };
  const fold = (id: string): void => {
    setFollowing(false);
    setTurned((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  };
  const linked = place >= 0 ? found.at[place] : given.at;
  return (
    <div className={classes.frame}>
      <LogBar
        look={look}
        onLook={setLook}
        allLoggers={loggers}
        search={search}
        onSearch={(words) => {
          setSearch(words);
          setPlace(-1);
        }}
        found={found}
        place={place}
        onPlace={(next) => {
          setPlace(next);
          const at = found.at[next];
          if (at !== undefined) goTo(at);
        }}
        onDownload={() => void downloadLog(of).catch(tellFailed)}
      >
        {given.children}
      </LogBar>
      {state.error !== undefined && <ErrorPanel error={state.error} retry={() => void log.jump(undefined)} />}
      <div
        ref={scroller}
        className={classes.scroller}
        style={{ height: given.height }}
        onScroll={(event) => scrolled(event.currentTarget)}
        tabIndex={0}
        role="log"
        aria-label="Log"
        aria-live="off"
      >
        {rows.length === 0 && !state.isLoading && state.error === undefined && (
          <p className="faint" style={{ padding: 12 }}>
            {state.lines.length > 0
              ? "No line here is of these levels and sources."
              : state.isLive
                ? "Nothing is written yet."
                : "This try wrote no log."}
          </p>
        )}
        <div style={{ height, position: "relative", minWidth: "max-content" }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={item.key}
                data-index={item.index}
                ref={look.isWrapped ? virtual.measureElement : undefined}
                className={classes.row}
                data-level={row.level}
                data-own={row.logger.startsWith("tradewind.")}
                data-linked={linked === row.at}
                data-wrap={look.isWrapped}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <LogRowView row={row} hasTime={look.hasTime} search={search} onLink={given.onAt} onFold={fold} />
              </div>
            );
          })}
        </div>
      </div>
      <div className={classes.foot}>
        <span>{size(state.size)}</span>
        {state.start > 0 && <span>from line {rows[0]?.number} on</span>}
        {state.isLoading && <span role="status">reading…</span>}
        {state.isLive && <span role="status">{isFollowing ? "following" : "being written"}</span>}
        <span className={classes.grow} />
        {rows.length > 0 && (
          <Button variant="subtle" size="compact-xs" onClick={() => goTo(0)}>
            First line
          </Button>
        )}
        {!isFollowing && (
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => {
              setFollowing(true);
              given.onAt(undefined);
              if (!log.isAtEnd) void log.jump(undefined);
            }}
          >
            Last line
          </Button>
        )}
      </div>
    </div>
  );
}

// A year of runs, a square a day; a click leads to the runs of that day. Days to come show what is planned.
import { ActionIcon, Group } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { many } from "@/shared/format/numbers";
import { worstOf } from "@/shared/states";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";
import { cellLook } from "../grid/cells";
import classes from "./Calendar.module.css";
import { type Day, dayOf, daysOf, weeksOf } from "./calendar";

const MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" }).format(Date.UTC(2026, month, 1)),
);
const PLANNED = 200;

export function CalendarTab({ dag, search, go }: TabProps) {
  const today = dayOf(Date.now());
  const thisYear = Number(today.slice(0, 4));
  const year = search.year ?? thisYear;
  const counted = useQuery({
    queryKey: keys.dag(dag.dag_id, "live", "calendar", year),
    queryFn: () => {
      const start = new Date(Date.UTC(year, 0, 1) - 864e5).toISOString();
      const end = new Date(Date.UTC(year + 1, 0, 1) + 864e5).toISOString();
      return data(
        api.GET("/api/v2/ui/dags/{dag_id}/calendar", {
          params: { path: { dag_id: dag.dag_id }, query: { start, end } },
        }),
      );
    },
  });
  const planned = useQuery({
    queryKey: keys.dag(dag.dag_id, "live", "planned"),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/nextRuns", {
          params: { path: { dag_id: dag.dag_id }, query: { limit: PLANNED } },
        }),
      ),
    enabled: year >= thisYear,
    retry: false,
  });
  const days = useMemo(() => daysOf(counted.data?.hours ?? []), [counted.data]);
  const coming = useMemo(() => {
    const found = new Map<string, number>();
    for (const run of planned.data?.next_runs ?? []) {
      const day = dayOf(Date.parse(run.run_after));
      found.set(day, (found.get(day) ?? 0) + 1);
    }
    return found;
  }, [planned.data]);
  if (counted.error) return <ErrorPanel error={counted.error} retry={() => void counted.refetch()} />;
  return (
    <div>
      <Group gap={6} mb={10}>
        <ActionIcon variant="default" aria-label="The year before" onClick={() => go({ year: year - 1 })}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <b>{year}</b>
        <ActionIcon
          variant="default"
          aria-label="The year after"
          disabled={year > thisYear}
          onClick={() => go({ year: year + 1 })}
        >
          <IconChevronRight size={16} />
        </ActionIcon>
        <span className="faint">
          {many(
            [...days.values()].reduce((sum, day) => sum + total(day), 0),
            "run",
          )}
          {counted.data?.is_cut && "; older ones are not counted"}
        </span>
      </Group>
      {counted.isPending ? (
        <Loading />
      ) : (
        <div className={classes.year}>
          {MONTHS.map((name, month) => (
            <section key={name} className={`card ${classes.month}`} aria-label={`${name} ${year}`}>
              <h2>{name}</h2>
              <div className={classes.days}>
                {weeksOf(year, month)
                  .flat()
                  .map((day, place) =>
                    day === undefined ? (
                      // biome-ignore lint/suspicious/noArrayIndexKey: an empty place has nothing else
                      <i key={place} />
                    ) : (
                      <Square
                        key={day}
                        day={day}
                        runs={days.get(day)}
                        planned={coming.get(day)}
                        isToday={day === today}
                        open={() => go({ tab: undefined, before: nextDay(day) }, true)}
                      />
                    ),
                  )}
              </div>
            </section>
          ))}
        </div>
      )}
    </div>
  );
}

const total = (day: Day): number => Object.values(day).reduce((sum, count) => sum + count, 0);

/** Midnight after a day, in the browser's zone. */
function nextDay(day: string): string {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + 1);
  return at.toISOString();
}

function Square(given: {
  day: string;
  runs: Day | undefined;
  planned: number | undefined;
  isToday: boolean;
  open: () => void;
}) {
  const { day, runs, planned, isToday } = given;
  const number = Number(day.slice(8));
  if (!runs) {
    return (
      <span
        className={classes.day}
        data-today={isToday}
        data-planned={planned !== undefined}
        title={planned ? `${day}: ${many(planned, "planned run")}` : day}
      >
        {number}
      </span>
    );
  }
  const look = cellLook(worstOf(runs) ?? "none");
  const words = Object.entries(runs)
    .map(([state, count]) => `${count} ${cellLook(state).word}`)
    .join(", ");
  return (
    <button
      type="button"
      className={classes.day}
      data-today={isToday}
      data-loud={look.isLoud}
      data-runs
      style={look.style}
      title={`${day}: ${words}${planned ? `; ${planned} more planned` : ""}`}
      aria-label={`${day}: ${words}`}
      onClick={given.open}
    >
      <span aria-hidden>{look.sign}</span>
      {number}
    </button>
  );
}

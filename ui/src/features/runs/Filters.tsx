// What narrows the list of runs; all of it stands in the address.
import { MultiSelect, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { lookOf } from "@/shared/states";
import { SearchBox } from "@/shared/ui/SearchBox";
import { StateIcon } from "@/shared/ui/StateIcon";
import classes from "./RunsPage.module.css";
import { RUN_STATES, RUN_TYPES, type RunsSearch, runsSearch } from "./search";

const SPANS = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
  { value: "between", label: "Between…" },
];
const TYPES = RUN_TYPES.map((type) => ({ value: type, label: type.replace("_", " ") }));

export function Filters({ search, onSearch }: { search: RunsSearch; onSearch: (search: RunsSearch) => void }) {
  const set = (change: Record<string, unknown>): void => onSearch(runsSearch({ ...search, ...change }));
  const states = search.states ?? [];
  const [isBetween, setBetween] = useState(search.after !== undefined || search.before !== undefined);
  return (
    <div className={classes.filters}>
      <SearchBox label="DAG" value={search.dag} onChange={(dag) => set({ dag })} width={200} />
      <div className={classes.states} role="group" aria-label="States">
        {RUN_STATES.map((state) => (
          <button
            key={state}
            type="button"
            className={classes.chip}
            aria-pressed={states.includes(state)}
            onClick={() =>
              set({ states: states.includes(state) ? states.filter((one) => one !== state) : [...states, state] })
            }
          >
            <StateIcon state={state} size={12} label={false} /> {lookOf(state).word}
          </button>
        ))}
      </div>
      <MultiSelect
        size="xs"
        aria-label="How runs came to be"
        placeholder={search.types ? "" : "Any type"}
        data={TYPES}
        value={search.types ?? []}
        onChange={(types) => set({ types })}
        clearable
        className={classes.types}
      />
      <Select
        size="xs"
        aria-label="Due when"
        placeholder="Due at any time"
        data={SPANS}
        value={isBetween ? "between" : (search.since ?? null)}
        onChange={(since) => {
          setBetween(since === "between");
          set({ since: since ?? undefined, after: undefined, before: undefined });
        }}
        clearable
        w={150}
      />
      {isBetween && (
        <>
          <TextInput
            type="datetime-local"
            aria-label="Due at or after"
            value={search.after ?? ""}
            onChange={(event) => set({ after: event.currentTarget.value })}
            w={168}
          />
          <TextInput
            type="datetime-local"
            aria-label="Due at or before"
            value={search.before ?? ""}
            onChange={(event) => set({ before: event.currentTarget.value })}
            w={168}
          />
        </>
      )}
    </div>
  );
}

// What narrows the list of DAGs; all of it stands in the address.
import { MultiSelect, SegmentedControl } from "@mantine/core";
import { lookOf } from "@/shared/states";
import { SearchBox } from "@/shared/ui/SearchBox";
import { StateIcon } from "@/shared/ui/StateIcon";
import classes from "./DagsPage.module.css";
import { DAG_STATES, type DagsSearch, dagsSearch } from "./search";

export function Filters(given: { search: DagsSearch; onSearch: (search: DagsSearch) => void; tags: string[] }) {
  const { search, onSearch } = given;
  const set = (change: Record<string, unknown>): void => onSearch(dagsSearch({ ...search, ...change }));
  const tags = [...new Set([...given.tags, ...(search.tags ?? [])])];
  return (
    <div className={classes.filters}>
      <SearchBox label="Search by name" value={search.search} onChange={(text) => set({ search: text })} width={230} />
      <SegmentedControl
        size="xs"
        aria-label="Which DAGs"
        value={search.show ?? "all"}
        onChange={(show) => set({ show })}
        data={[
          { value: "all", label: "All" },
          { value: "active", label: "Active" },
          { value: "paused", label: "Paused" },
          { value: "favorites", label: "Favourites" },
        ]}
      />
      <div className={classes.states} role="group" aria-label="State of the last run">
        {DAG_STATES.map((state) => (
          <button
            key={state}
            type="button"
            className={classes.chip}
            aria-pressed={search.state === state}
            onClick={() => set({ state: search.state === state ? undefined : state })}
          >
            <StateIcon state={state} size={12} label={false} /> {lookOf(state).word}
          </button>
        ))}
      </div>
      {tags.length > 0 && (
        <MultiSelect
          size="xs"
          aria-label="Tags"
          placeholder={search.tags ? "" : "Tags"}
          data={tags}
          value={search.tags ?? []}
          onChange={(chosen) => set({ tags: chosen })}
          searchable
          clearable
          limit={50}
          className={classes.tags}
        />
      )}
      {search.owners?.map((owner) => (
        <button
          key={owner}
          type="button"
          className={classes.chip}
          aria-pressed
          aria-label={`Owner ${owner}: take this filter away`}
          onClick={() => set({ owners: search.owners?.filter((one) => one !== owner) })}
        >
          owner: {owner} ×
        </button>
      ))}
    </div>
  );
}

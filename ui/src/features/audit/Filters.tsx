// What narrows the audit log; all of it stands in the address.
import { Button, TextInput } from "@mantine/core";
import type { Schemas } from "@/shared/api/schemas";
import { FilterBox } from "./FilterBox";
import type { AuditSearch } from "./search";

type Entry = Schemas["AuditEntryResponse"];

function seen(rows: Entry[], of: (row: Entry) => string | null): string[] {
  return [...new Set(rows.map(of).filter((one) => one !== null && one !== ""))].sort() as string[];
}

export function Filters(props: {
  search: AuditSearch;
  rows: Entry[];
  onChange: (change: Partial<Record<keyof AuditSearch, string | undefined>>) => void;
  onClear: () => void;
}) {
  const { search, rows, onChange } = props;
  return (
    <>
      <FilterBox
        label="Who"
        value={search.who}
        seen={seen(rows, (row) => row.owner)}
        width={110}
        onChange={(who) => onChange({ who })}
      />
      <FilterBox
        label="What was done"
        value={search.event}
        seen={seen(rows, (row) => row.event)}
        width={150}
        onChange={(event) => onChange({ event })}
      />
      <FilterBox
        label="Kind of thing"
        value={search.resource}
        seen={seen(rows, (row) => row.resource)}
        width={120}
        onChange={(resource) => onChange({ resource })}
      />
      <FilterBox
        label="Its name"
        value={search.name}
        seen={seen(rows, (row) => row.name)}
        width={120}
        onChange={(name) => onChange({ name })}
      />
      <FilterBox
        label="DAG"
        value={search.dag}
        seen={seen(rows, (row) => row.dag_id)}
        width={110}
        onChange={(dag) => onChange({ dag })}
      />
      <TextInput
        type="datetime-local"
        aria-label="After"
        leftSection={<span className="faint">from</span>}
        leftSectionWidth={44}
        value={search.after ?? ""}
        onChange={(event) => onChange({ after: event.currentTarget.value })}
        w={198}
      />
      <TextInput
        type="datetime-local"
        aria-label="Before"
        leftSection={<span className="faint">to</span>}
        leftSectionWidth={30}
        value={search.before ?? ""}
        onChange={(event) => onChange({ before: event.currentTarget.value })}
        w={184}
      />
      {Object.keys(search).some((one) => one !== "entry") && (
        <Button variant="subtle" onClick={props.onClear}>
          Take all filters away
        </Button>
      )}
    </>
  );
}

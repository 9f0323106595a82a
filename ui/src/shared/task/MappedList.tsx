// The instances of a mapped task: filter them by state, find one by name, choose it.
import { Button, Group, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { count } from "@/shared/format/numbers";
import { lookOf } from "@/shared/states";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Moment, Took } from "@/shared/ui/Moment";
import { StateBadge, StateIcon } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { mappedInstances } from "./queries";

interface Instance {
  map_index: number;
  rendered_map_index: string | null;
  state: string | null;
  try_number: number;
  start_date: string | null;
  end_date: string | null;
  note: string | null;
}

export function MappedList(given: {
  dagId: string;
  runId: string;
  taskId: string;
  counts: Record<string, number>;
  height?: string;
  /** The name of an instance, as a link to it. */
  link: (mapIndex: number, label: string) => React.ReactNode;
}) {
  const { dagId, runId, taskId, counts } = given;
  const [states, setStates] = useState<string[]>([]);
  const [search, setSearch] = useState("");
  const list = useInfiniteQuery(mappedInstances(dagId, runId, taskId, states, search));
  const rows: Instance[] = list.data?.pages.flatMap((page) => page.task_instances) ?? [];
  const columns: Column<Instance>[] = [
    {
      id: "index",
      header: "Instance",
      width: "minmax(180px, 2fr)",
      cell: (row) => given.link(row.map_index, row.rendered_map_index ?? String(row.map_index)),
    },
    { id: "state", header: "State", width: "150px", cell: (row) => <StateBadge state={row.state} /> },
    { id: "try", header: "Tries", width: "60px", align: "end", cell: (row) => row.try_number || "–" },
    { id: "start", header: "Started", width: "120px", cell: (row) => <Moment at={row.start_date} /> },
    { id: "took", header: "Took", width: "110px", cell: (row) => <Took start={row.start_date} end={row.end_date} /> },
    { id: "note", header: "Note", width: "minmax(80px, 1fr)", cell: (row) => row.note ?? "" },
  ];
  return (
    <div style={{ padding: 10, display: "flex", flexDirection: "column", gap: 8 }}>
      <Group gap={6}>
        {Object.entries(counts).map(([state, number]) => {
          const isOn = states.includes(state);
          return (
            <Button
              key={state}
              size="compact-xs"
              variant={isOn ? "light" : "default"}
              aria-pressed={isOn}
              leftSection={<StateIcon state={state === "none" ? null : state} size={12} label={false} />}
              onClick={() => setStates(isOn ? states.filter((one) => one !== state) : [...states, state])}
            >
              {lookOf(state === "none" ? null : state).word} {count(number)}
            </Button>
          );
        })}
        <TextInput
          ml="auto"
          w={180}
          placeholder="Find by name"
          aria-label="Find an instance by its name"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </Group>
      {list.error ? (
        <ErrorPanel error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Loading />
      ) : (
        <DataTable
          label={`Instances of ${taskId}`}
          name="instances of a task"
          rows={rows}
          columns={columns}
          rowKey={(row) => String(row.map_index)}
          total={list.data?.pages[0]?.total_entries ?? rows.length}
          more={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined}
          height={given.height ?? "360px"}
          empty={<p className="faint">No instance is like this.</p>}
        />
      )}
    </div>
  );
}

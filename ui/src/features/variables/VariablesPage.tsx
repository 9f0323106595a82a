// Variables: values that DAGs read by name.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { Copyable } from "@/shared/ui/Copyable";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { given } from "@/shared/ui/search-params";
import { Things } from "@/shared/ui/Things";
import { VariableForm } from "./VariableForm";

type Variable = Schemas["VariableResponse"];

const FIRST = `from tradewind import Variable, task

@task
def load():
    limit = Variable.get("row_limit", default=1000)`;

const COLUMNS: Column<Variable>[] = [
  { id: "key", header: "Key", sort: "key", width: "minmax(150px, 1fr)", cell: (row) => <Copyable text={row.key} /> },
  {
    id: "value",
    header: "Value",
    width: "minmax(120px, 2fr)",
    cell: (row) => <span className="mono">{row.value}</span>,
  },
  {
    id: "description",
    header: "Description",
    width: "minmax(160px, 1fr)",
    isMinor: true,
    cell: (row) => <span title={row.description ?? undefined}>{row.description}</span>,
  },
];

export function VariablesPage() {
  const { search, sort, add } = useSearch({ from: "/variables" });
  const navigate = useNavigate({ from: "/variables" });
  const client = useQueryClient();
  const list = useLongList<Variable>(keys.admin("variables", search, sort), async (offset) => {
    const query = given({
      limit: PAGE,
      offset,
      variable_key_pattern: search && `%${search}%`,
      order_by: [sort ?? "key"],
    });
    const page = await data(api.GET("/api/v2/variables", { params: { query } }));
    return { rows: page.variables, total: page.total_entries };
  });
  const changed = () => client.invalidateQueries({ queryKey: keys.admin("variables") });
  return (
    <Things
      title="Variables"
      one="a variable"
      resource="variable"
      list={list}
      columns={COLUMNS}
      nameOf={(row) => row.key}
      isAdding={add === 1}
      onAdding={(isAdding) =>
        void navigate({ search: given({ search, sort, add: isAdding ? (1 as const) : undefined }), replace: !isAdding })
      }
      address={{
        label: "Search by key",
        search,
        sort: sort ?? "key",
        onChange: (change) => void navigate({ search: given({ search, sort, ...change }), replace: true }),
      }}
      form={(row, close) => <VariableForm variable={row} onClose={close} onSaved={() => void changed()} />}
      remove={{
        act: (row) => api.DELETE("/api/v2/variables/{variable_key}", { params: { path: { variable_key: row.key } } }),
        after: changed,
        consequences: "DAGs that read it without a default fail from now on. This cannot be taken back.",
      }}
      empty={
        <EmptyState title="No variables yet" code={FIRST}>
          A variable is a value that DAGs read by its name, so that it can change without a change of code.
        </EmptyState>
      }
    />
  );
}

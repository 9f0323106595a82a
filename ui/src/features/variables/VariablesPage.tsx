// Variables: values that DAGs read by name.
import { ActionIcon, Button } from "@mantine/core";
import { IconEdit, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { Copyable } from "@/shared/ui/Copyable";
import { Confirm } from "@/shared/ui/confirm";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { ListPage } from "@/shared/ui/ListPage";
import { given } from "@/shared/ui/search-params";
import { tellDone } from "@/shared/ui/told";
import { VariableForm } from "./VariableForm";

type Variable = Schemas["VariableResponse"];
type Asked = { kind: "edit"; variable: Variable | undefined } | { kind: "delete"; variable: Variable } | undefined;

const FIRST = `from tradewind import Variable, task

@task
def load():
    limit = Variable.get("row_limit", default=1000)`;

export function VariablesPage() {
  const { search, sort } = useSearch({ from: "/variables" });
  const navigate = useNavigate({ from: "/variables" });
  const client = useQueryClient();
  const [asked, ask] = useState<Asked>();
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
  const columns: Column<Variable>[] = [
    { id: "key", header: "Key", sort: "key", width: "minmax(180px, 1fr)", cell: (row) => <Copyable text={row.key} /> },
    {
      id: "value",
      header: "Value",
      width: "minmax(240px, 2fr)",
      cell: (row) => <span className="mono">{row.value}</span>,
    },
    { id: "description", header: "Description", width: "minmax(160px, 1fr)", cell: (row) => row.description },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width: "90px",
      align: "end",
      cell: (row) => (
        <>
          <Gated needs="edit:variable" name={row.key}>
            <ActionIcon aria-label={`Edit ${row.key}`} onClick={() => ask({ kind: "edit", variable: row })}>
              <IconEdit size={16} />
            </ActionIcon>
          </Gated>
          <Gated needs="delete:variable" name={row.key}>
            <ActionIcon aria-label={`Delete ${row.key}`} onClick={() => ask({ kind: "delete", variable: row })}>
              <IconTrash size={16} />
            </ActionIcon>
          </Gated>
        </>
      ),
    },
  ];
  return (
    <>
      <ListPage
        title="Variables"
        list={list}
        columns={columns}
        rowKey={(row) => row.key}
        search={{
          label: "Search by key",
          value: search,
          onChange: (value) => void navigate({ search: given({ search: value, sort }), replace: true }),
        }}
        sorting={{ by: sort ?? "key", onChange: (by) => void navigate({ search: given({ search, sort: by }) }) }}
        actions={
          <Gated needs="create:variable">
            <Button leftSection={<IconPlus size={14} />} onClick={() => ask({ kind: "edit", variable: undefined })}>
              Add a variable
            </Button>
          </Gated>
        }
        empty={
          <EmptyState title="No variables yet" code={FIRST}>
            A variable is a value that DAGs read by its name, so that it can change without a change of code.
          </EmptyState>
        }
      />
      {asked?.kind === "edit" && (
        <VariableForm variable={asked.variable} onClose={() => ask(undefined)} onSaved={() => void changed()} />
      )}
      {asked?.kind === "delete" && (
        <Confirm
          title={`Delete ${asked.variable.key}?`}
          yes="Delete"
          isDangerous
          onClose={() => ask(undefined)}
          act={async () => {
            await api.DELETE("/api/v2/variables/{variable_key}", {
              params: { path: { variable_key: asked.variable.key } },
            });
            await changed();
            tellDone(`${asked.variable.key} is deleted.`);
          }}
        >
          DAGs that read it without a default fail from now on. This cannot be taken back.
        </Confirm>
      )}
    </>
  );
}

// A list of things that people add, change and delete: as a page, or in a tab of one.
import { ActionIcon, Button } from "@mantine/core";
import { IconEdit, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";
import type { LongList } from "@/shared/api/lists";
import { count } from "@/shared/format/numbers";
import { Confirm } from "./confirm";
import type { Column } from "./DataTable";
import { Gated } from "./Gated";
import { ListBody, type ListParts } from "./ListBody";
import classes from "./ListBody.module.css";
import { ListPage } from "./ListPage";
import { tellDone } from "./told";

const BUTTON_PX = 32;

export interface ThingsProps<Row extends object> {
  title: string;
  /** One of them, in words: `a pool`. */
  one: string;
  /** As permissions call it: `pool`. */
  resource: string;
  list: LongList<Row>;
  /** All but the buttons; keep them the same. */
  columns: Column<Row>[];
  nameOf: (row: Row) => string;
  /** What the address says, and how it is changed; none: the list has neither search nor order. */
  address?: {
    label: string;
    search: string | undefined;
    sort: string;
    onChange: (change: { search?: string | undefined; sort?: string | undefined }) => void;
  };
  /** Whether a new one is being written: the address says so, that it can be led to. */
  isAdding: boolean;
  onAdding: (isAdding: boolean) => void;
  /** Adds one (undefined), or changes one. */
  form: (row: Row | undefined, close: () => void) => React.ReactNode;
  remove: {
    act: (row: Row) => Promise<unknown>;
    /** Makes the list be read again. */
    after: () => Promise<unknown>;
    /** What it means for others. */
    consequences: React.ReactNode;
  };
  /** Whether one comes with the product and stays. */
  isFixed?: (row: Row) => boolean;
  /** Whether one cannot be changed either. */
  isLocked?: (row: Row) => boolean;
  /** Other buttons of a row: so many, and they. */
  more?: { count: number; of: (row: Row) => React.ReactNode };
  empty: React.ReactNode;
  rowClass?: (row: Row) => string | undefined;
  isTab?: boolean;
}

type Asked<Row> = { kind: "edit"; row: Row } | { kind: "delete"; rows: Row[]; done: () => void };

export function Things<Row extends object>(given: ThingsProps<Row>) {
  const { title, resource, nameOf, address, remove } = given;
  const [asked, ask] = useState<Asked<Row>>();
  const columns = useColumns(given, ask);
  const close = (): void => ask(undefined);
  const parts: ListParts<Row> = {
    title,
    list: given.list,
    columns,
    rowKey: nameOf,
    empty: given.empty,
    ...(given.rowClass ? { rowClass: given.rowClass } : {}),
    ...(address && {
      search: { label: address.label, value: address.search, onChange: (search) => address.onChange({ search }) },
      sorting: { by: address.sort, onChange: (sort) => address.onChange({ sort }) },
    }),
    actions: (
      <Gated needs={`create:${resource}`}>
        <Button leftSection={<IconPlus size={14} />} onClick={() => given.onAdding(true)}>
          Add {given.one}
        </Button>
      </Gated>
    ),
    chosenActions: (rows, done) => {
      const some = rows.filter((row) => !given.isFixed?.(row));
      return (
        <Gated needs={`delete:${resource}`}>
          <Button
            color="red.9"
            size="compact-sm"
            leftSection={<IconTrash size={14} />}
            disabled={some.length === 0}
            onClick={() => ask({ kind: "delete", rows: some, done })}
          >
            Delete {count(some.length)}
          </Button>
        </Gated>
      );
    },
  };
  return (
    <>
      {given.isTab ? (
        <div className={classes.tab}>
          <ListBody {...parts} height="calc(100vh - 240px)" />
        </div>
      ) : (
        <ListPage {...parts} />
      )}
      {given.isAdding && given.form(undefined, () => given.onAdding(false))}
      {asked?.kind === "edit" && given.form(asked.row, close)}
      {asked?.kind === "delete" && (
        <Delete names={asked.rows.map(nameOf)} title={title} onClose={close} consequences={remove.consequences}>
          {async () => {
            let gone = 0;
            try {
              for (const row of asked.rows) {
                await remove.act(row);
                gone += 1;
              }
            } finally {
              // Whoever tries again asks for the rest alone.
              if (gone < asked.rows.length) ask({ ...asked, rows: asked.rows.slice(gone) });
              await remove.after();
            }
            asked.done();
          }}
        </Delete>
      )}
    </>
  );
}

/** The buttons of each row, behind the columns of what it is. */
function useColumns<Row extends object>(given: ThingsProps<Row>, ask: (asked: Asked<Row>) => void): Column<Row>[] {
  const latest = useRef(given);
  latest.current = given;
  return useMemo(() => {
    const width = `${2 * BUTTON_PX + 26 + (latest.current.more?.count ?? 0) * BUTTON_PX}px`;
    const actions: Column<Row> = {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width,
      align: "end",
      cell: (row) => {
        const { nameOf, resource, isFixed, isLocked, more } = latest.current;
        const name = nameOf(row);
        return (
          <>
            {more?.of(row)}
            {!isLocked?.(row) && (
              <Gated needs={`edit:${resource}`} name={name}>
                <ActionIcon aria-label={`Edit ${name}`} data-open onClick={() => ask({ kind: "edit", row })}>
                  <IconEdit size={16} />
                </ActionIcon>
              </Gated>
            )}
            {!isFixed?.(row) && (
              <Gated needs={`delete:${resource}`} name={name}>
                <ActionIcon
                  aria-label={`Delete ${name}`}
                  onClick={() => ask({ kind: "delete", rows: [row], done: () => undefined })}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Gated>
            )}
          </>
        );
      },
    };
    return [...given.columns, actions];
  }, [given.columns, ask]);
}

function Delete(given: {
  names: string[];
  title: string;
  consequences: React.ReactNode;
  onClose: () => void;
  children: () => Promise<unknown>;
}) {
  const { names } = given;
  const [first] = names;
  const what = names.length === 1 ? `${first}` : `${count(names.length)} ${given.title.toLowerCase()}`;
  return (
    <Confirm
      title={`Delete ${what}?`}
      yes="Delete"
      isDangerous
      onClose={given.onClose}
      act={async () => {
        await given.children();
        tellDone(names.length === 1 ? `${what} is deleted.` : `${what} are deleted.`);
      }}
    >
      {names.length > 1 && <p className={classes.names}>{names.join(", ")}</p>}
      {given.consequences}
    </Confirm>
  );
}

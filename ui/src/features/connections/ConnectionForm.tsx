// Adds a connection or changes one, in the fields of its type, and tries whether it works.
import { Alert, Autocomplete, Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { tellDone } from "@/shared/ui/told";
import { ErrorPanel } from "@/shared/ui/whole-page";
import classes from "./ConnectionForm.module.css";
import { FieldInput } from "./FieldInput";
import { extraOf, fieldsOf, withExtra } from "./fields";

type Connection = Schemas["ConnectionResponse"];
type Draft = Record<
  "connection_id" | "conn_type" | "description" | "host" | "login" | "password" | "schema" | "port" | "extra",
  string
>;

const PARTS = ["description", "host", "login", "password", "schema", "extra"] as const;

function draftOf(connection: Connection | undefined): Draft {
  const draft = {
    connection_id: connection?.connection_id ?? "",
    conn_type: connection?.conn_type ?? "",
    port: String(connection?.port ?? ""),
  };
  return {
    ...draft,
    ...(Object.fromEntries(PARTS.map((part) => [part, connection?.[part] ?? ""])) as Record<
      (typeof PARTS)[number],
      string
    >),
  };
}

/** What is sent: an empty field means that there is no such part. */
function bodyOf(draft: Draft): Schemas["ConnectionBody"] {
  const parts = Object.fromEntries(PARTS.map((part) => [part, draft[part] || null])) as Record<
    (typeof PARTS)[number],
    string | null
  >;
  return {
    connection_id: draft.connection_id,
    conn_type: draft.conn_type,
    ...parts,
    port: draft.port ? Number(draft.port) : null,
  };
}

export function ConnectionForm(given: {
  connection: Connection | undefined;
  onClose: () => void;
  onSaved: () => void;
}) {
  const { connection } = given;
  const [draft, setDraft] = useState(() => draftOf(connection));
  const [busy, setBusy] = useState<"save" | "test">();
  const [error, setError] = useState<unknown>();
  const [tested, setTested] = useState<Schemas["ConnectionTestResponse"]>();
  const types = useQuery({
    queryKey: keys.admin("connection-types"),
    queryFn: () => data(api.GET("/api/v2/connectionTypes", { params: { query: { limit: 1000 } } })),
  });
  const known = types.data?.connection_types ?? [];
  const type = known.find((one) => one.connection_type === draft.conn_type);
  const extra = extraOf(draft.extra);
  const set = (name: keyof Draft, value: string): void => {
    setTested(undefined);
    setDraft((before) => ({ ...before, [name]: value }));
  };
  const during = async (what: "save" | "test", work: () => Promise<void>): Promise<void> => {
    setBusy(what);
    setError(undefined);
    try {
      await work();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(undefined);
    }
  };
  const save = (): Promise<void> =>
    during("save", async () => {
      const body = bodyOf(draft);
      if (connection) {
        const path = { connection_id: connection.connection_id };
        await api.PATCH("/api/v2/connections/{connection_id}", { params: { path }, body });
      } else {
        await api.POST("/api/v2/connections", { body });
      }
      given.onSaved();
      tellDone(`${draft.connection_id} is saved.`);
      given.onClose();
    });
  const test = (): Promise<void> =>
    during("test", async () => setTested(await data(api.POST("/api/v2/connections/test", { body: bodyOf(draft) }))));
  const isReady = draft.connection_id.trim() !== "" && draft.conn_type.trim() !== "";
  return (
    <Modal
      opened
      onClose={given.onClose}
      size="xl"
      title={connection ? `Change ${connection.connection_id}` : "Add a connection"}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void save();
        }}
      >
        <div className={classes.grid}>
          <TextInput
            label="Connection id"
            required
            value={draft.connection_id}
            disabled={connection !== undefined}
            onChange={(event) => set("connection_id", event.currentTarget.value)}
            data-autofocus={connection === undefined}
          />
          <Autocomplete
            label="Type"
            required
            size="xs"
            description={type ? `${type.hook_name}, of ${type.package_name}` : undefined}
            data={known.map((one) => one.connection_type)}
            value={draft.conn_type}
            onChange={(value) => set("conn_type", value)}
          />
          <TextInput
            className={classes.wide ?? ""}
            label="Description"
            value={draft.description}
            onChange={(event) => set("description", event.currentTarget.value)}
          />
          {fieldsOf(type).map((field) => (
            <FieldInput
              key={field.name}
              field={field}
              value={field.isExtra ? extra?.[field.name] : draft[field.name as keyof Draft]}
              onChange={(value) =>
                field.isExtra
                  ? set("extra", withExtra(draft.extra, field.name, value))
                  : set(field.name as keyof Draft, String(value ?? ""))
              }
            />
          ))}
          <Textarea
            className={classes.wide ?? ""}
            label="Extra"
            description="What else the hook reads, as a JSON object."
            autosize
            minRows={3}
            maxRows={14}
            value={draft.extra}
            onChange={(event) => set("extra", event.currentTarget.value)}
            error={extra === undefined ? "This is not a JSON object" : undefined}
            styles={{ input: { fontFamily: "var(--mono)", fontSize: 12.5 } }}
          />
        </div>
        <p className="faint">Secrets show as ***. Left so, they stay as they are.</p>
        {tested && (
          <Alert
            color={tested.status ? "green" : "red"}
            title={tested.status ? "It works" : "It does not work"}
            role="status"
          >
            {tested.message}
          </Alert>
        )}
        {error !== undefined && <ErrorPanel error={error} />}
        <div className={classes.buttons}>
          <Button variant="default" loading={busy === "test"} disabled={!isReady} onClick={() => void test()}>
            Test
          </Button>
          <span style={{ flex: 1 }} />
          <Button variant="default" onClick={given.onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy === "save"} disabled={!isReady}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

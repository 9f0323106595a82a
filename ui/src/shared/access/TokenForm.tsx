// Makes a token, for oneself or a service account, and shows it this once.
import { Alert, Modal, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { api, data } from "@/shared/api/client";
import { workspace } from "@/shared/api/place";
import { CodeToCopy } from "@/shared/ui/Copyable";
import { Confirm } from "@/shared/ui/confirm";
import classes from "./access.module.css";
import { type GrantRow, GrantRows, grantOf, rowOf } from "./GrantRows";

const DAY_S = 86_400;
const LIVES = [
  { value: String(DAY_S), label: "1 day" },
  { value: String(7 * DAY_S), label: "7 days" },
  { value: String(30 * DAY_S), label: "30 days" },
  { value: String(90 * DAY_S), label: "90 days" },
  { value: String(365 * DAY_S), label: "1 year" },
];

export function TokenForm(given: {
  /** A service account; undefined: oneself. */
  username: string | undefined;
  onClose: () => void;
  onMade: () => void;
}) {
  const { username } = given;
  const [name, setName] = useState("");
  const [life, setLife] = useState(String(30 * DAY_S));
  const [place, setPlace] = useState(workspace);
  const [isBound, setBound] = useState(false);
  const [rows, setRows] = useState<GrantRow[]>([rowOf()]);
  const [made, setMade] = useState<string>();
  const shown = useRef(false);
  const make = async (): Promise<void> => {
    const body = {
      name: name.trim(),
      expires_in: Number(life),
      workspace: place,
      ...(isBound ? { scopes: rows.map(grantOf) } : {}),
      ...(username ? { username } : {}),
    };
    const answer = await data(api.POST("/auth/tokens", { body }));
    given.onMade();
    shown.current = true;
    setMade(answer.token);
  };
  if (made !== undefined) return <NewToken token={made} onClose={given.onClose} />;
  return (
    <Confirm
      title={username ? `Make a token for ${username}` : "Make a token"}
      yes="Make the token"
      size="lg"
      isReady={name.trim() !== "" && (!isBound || rows.length > 0)}
      act={make}
      onClose={() => {
        if (!shown.current) given.onClose(); // the question closes once it is answered; the token is still to be read
      }}
    >
      <TextInput
        label="Name"
        description="What it is for, so that you know later which one to revoke."
        placeholder="nightly export"
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Select
        className={classes.field ?? ""}
        label="Good for"
        data={LIVES}
        value={life}
        allowDeselect={false}
        onChange={(value) => value && setLife(value)}
      />
      <Select
        className={classes.field ?? ""}
        label="Workspace"
        data={[
          { value: workspace, label: workspace },
          { value: "*", label: "all workspaces" },
        ]}
        value={place}
        allowDeselect={false}
        onChange={(value) => value && setPlace(value)}
      />
      <div className={classes.field}>
        <SegmentedControl
          size="xs"
          aria-label="What it may do"
          value={isBound ? "some" : "all"}
          onChange={(value) => setBound(value === "some")}
          data={[
            { value: "all", label: username ? "All that the account may" : "All that you may" },
            { value: "some", label: "Only some of it" },
          ]}
        />
      </div>
      {isBound && (
        <div className={classes.field}>
          <p className="faint" style={{ marginTop: 0 }}>
            A name may have * for any characters, as sales_*. What lies below a DAG goes by the DAG's name. A token
            never allows more than its owner may.
          </p>
          <GrantRows rows={rows} onChange={setRows} />
        </div>
      )}
    </Confirm>
  );
}

function NewToken({ token, onClose }: { token: string; onClose: () => void }) {
  const code = `export TRADEWIND_TOKEN=…
curl -H "Authorization: Bearer $TRADEWIND_TOKEN" ${window.location.origin}/api/v2/dags`;
  return (
    <Modal opened onClose={onClose} title="Your new token" size="lg" closeOnClickOutside={false}>
      <Alert color="yellow" variant="outline" title="It is shown this once">
        Copy it now and keep it like a password. Whoever has it may do what it allows.
      </Alert>
      <h3 style={{ fontSize: 13, margin: "14px 0 6px" }}>The token</h3>
      <CodeToCopy code={token} label="Copy the token" />
      <h3 style={{ fontSize: 13, margin: "14px 0 6px" }}>Try it</h3>
      <CodeToCopy code={code} label="Copy the command" />
    </Modal>
  );
}

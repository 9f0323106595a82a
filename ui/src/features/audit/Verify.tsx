// Whether the audit log is as it was written: each entry is chained to the one before it by its hash.
import { Alert, Button, Group, Modal, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { count } from "@/shared/format/numbers";
import { Copyable } from "@/shared/ui/Copyable";
import { ErrorPanel } from "@/shared/ui/whole-page";

const HASH = /^[0-9a-f]{64}$/;

export function Verify({ onClose }: { onClose: () => void }) {
  const [head, setHead] = useState("");
  const asked = head.trim();
  const verify = useMutation({
    mutationFn: () => data(api.GET("/auth/audit/verify", { params: { query: asked ? { head: asked } : {} } })),
  });
  const found = verify.data;
  const isHash = asked === "" || HASH.test(asked);
  return (
    <Modal opened onClose={onClose} title="Verify the log" size="lg">
      <p style={{ marginTop: 0 }}>
        Each entry carries a hash of itself and of the one before it. This reads all entries of all workspaces and tells
        whether one was changed or taken out.
      </p>
      <TextInput
        label="A head that you noted earlier"
        description="Optional: it proves that the log was not written anew since, nor cut off."
        value={head}
        onChange={(event) => setHead(event.currentTarget.value)}
        error={isHash ? undefined : "A head is 64 digits from 0 to f"}
        styles={{ input: { fontFamily: "var(--mono)" } }}
      />
      {verify.error && <ErrorPanel error={verify.error} />}
      {found && (
        <Alert
          mt="md"
          role="status"
          color={found.holds ? "green" : "red"}
          title={found.holds ? "Nothing was changed" : "The log is not as it was written"}
        >
          {found.holds ? (
            <>
              <div>
                {count(found.entries)} entries hold, {found.first_id} to {found.last_id}. Note the head somewhere else,
                and give it here next time:
              </div>
              <Copyable text={found.head}>
                <span className="mono">{found.head}</span>
              </Copyable>
            </>
          ) : (
            <>
              {found.broken_id !== null && `Entry ${found.broken_id}: `}
              {found.reason}. Compare with a backup or an export.
            </>
          )}
        </Alert>
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button loading={verify.isPending} disabled={!isHash} onClick={() => verify.mutate()}>
          Verify
        </Button>
      </Group>
    </Modal>
  );
}

// Every action that cannot be taken back asks first, and says what it will do.
import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { ErrorPanel } from "./whole-page";

/** A question with its consequences. `act` runs at yes; while it fails, its error is shown and the question stays. */
export function Confirm(given: {
  title: string;
  yes: string;
  isDangerous?: boolean;
  isReady?: boolean;
  size?: string;
  act: () => Promise<unknown>;
  onClose: () => void;
  children?: React.ReactNode;
}) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const go = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await given.act();
      given.onClose();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={given.onClose} title={given.title} size={given.size ?? "md"}>
      {given.children}
      {error !== undefined && <ErrorPanel error={error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={given.onClose}>
          Cancel
        </Button>
        <Button
          color={given.isDangerous ? "red.9" : "sea"}
          loading={isBusy}
          disabled={given.isReady === false}
          onClick={() => void go()}
          data-autofocus
        >
          {given.yes}
        </Button>
      </Group>
    </Modal>
  );
}

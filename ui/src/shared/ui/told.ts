// Words in the corner about what was done.
import { notifications } from "@mantine/notifications";

const CLOSE = { "aria-label": "Close" };

/** Say that something has been done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: "teal", autoClose: 3500, closeButtonProps: CLOSE });
}

/** Say that something has failed, and why. */
export function tellFailed(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  notifications.show({ title: "This was not done", message, color: "red", autoClose: 9000, closeButtonProps: CLOSE });
}

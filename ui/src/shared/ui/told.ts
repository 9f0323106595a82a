// Words in the corner about what was done.
import { notifications } from "@mantine/notifications";

/** Say that something has been done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: "teal", autoClose: 3500 });
}

/** Say that something has failed, and why. */
export function tellFailed(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  notifications.show({ title: "This was not done", message, color: "red", autoClose: 9000 });
}

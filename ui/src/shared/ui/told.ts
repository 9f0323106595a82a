// Words in the corner about what was done.

const CLOSE = { "aria-label": "Close" };

// Its code comes after the first page has been drawn, or now.
const corner = () => import("@mantine/notifications").then(({ notifications }) => notifications);

/** Say that something has been done. */
export function tellDone(message: string): void {
  void corner().then((words) => words.show({ message, color: "teal", autoClose: 3500, closeButtonProps: CLOSE }));
}

/** Say that something has failed, and why. */
export function tellFailed(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const title = "This was not done";
  void corner().then((words) => words.show({ title, message, color: "red", autoClose: 9000, closeButtonProps: CLOSE }));
}

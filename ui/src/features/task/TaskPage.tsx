// One task instance.
export function TaskPage() {
  return null;
}

// What waits for a person.
export function ApprovalsPage() {
  return null;
}

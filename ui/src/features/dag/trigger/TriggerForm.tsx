export function TriggerForm(_: { dag: unknown; onClose: () => void }) {
  return null;
}

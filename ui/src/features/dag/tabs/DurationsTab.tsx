export function DurationsTab() {
  return null;
}

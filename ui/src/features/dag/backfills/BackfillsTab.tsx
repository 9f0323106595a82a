export function BackfillsTab() {
  return null;
}

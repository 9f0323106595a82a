export function GanttTab() {
  return null;
}

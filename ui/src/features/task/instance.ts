// Which task instance a page is of.

export interface InstanceKey {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex: number;
}

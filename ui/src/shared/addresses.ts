// The addresses of pages, for links that are built from names; as Airflow's pages have them.

const part = encodeURIComponent;

export const dagUrl = (dagId: string): string => `/dags/${part(dagId)}`;
export const runUrl = (dagId: string, runId: string): string => `/dags/${part(dagId)}/runs/${part(runId)}`;
export const assetUrl = (assetId: number): string => `/assets/${assetId}`;

/** The page of a task instance: its log comes first there. */
export const taskUrl = (dagId: string, runId: string, taskId: string): string =>
  `${runUrl(dagId, runId)}/tasks/${part(taskId)}`;

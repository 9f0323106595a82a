// A log as a text file.
import { ApiError } from "@/shared/api/client";
import { apiBase } from "@/shared/api/place";
import type { LogAddress } from "./window";

/** Fetch all of a log as text, and hand it to the browser as a file. */
export async function downloadLog(of: LogAddress): Promise<void> {
  const [dag, run, task] = [of.dagId, of.runId, of.taskId].map(encodeURIComponent);
  const path = `/api/v2/dags/${dag}/dagRuns/${run}/taskInstances/${task}/logs/${of.tryNumber}`;
  const answer = await fetch(`${apiBase}${path}?map_index=${of.mapIndex}`, { headers: { accept: "text/plain" } });
  if (!answer.ok) throw new ApiError(answer.status, `The server answered ${answer.status}.`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `${of.dagId}.${of.runId}.${of.taskId}.try${of.tryNumber}.log`.replace(/[^\w.@+-]+/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

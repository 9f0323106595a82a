// Written by tools/generate.py from tradewind.core.states. Do not edit.
export type TaskState =
  | "removed"
  | "scheduled"
  | "queued"
  | "running"
  | "success"
  | "restarting"
  | "failed"
  | "up_for_retry"
  | "up_for_reschedule"
  | "upstream_failed"
  | "skipped"
  | "deferred"
  | "awaiting_input";

export type RunState =
  | "queued"
  | "running"
  | "success"
  | "failed";

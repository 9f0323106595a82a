"""What people do to runs, as checks and core events: mark, clear, delete; one function a verb, shared by single and bulk routes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tradewind.base.errors import Conflict
from tradewind.core.events import Cleared, Event, RunDeleted, RunMarked, TaskRef
from tradewind.core.states import RunState, TaskState
from tradewind.db.engine import Tx
from tradewind.db.runs import RunRecord
from tradewind.db.tasks import TaskRecord, tasks_of

__all__ = ["Clearing", "clear_events", "clear_runs", "clearing", "delete_event", "mark_event", "selected"]

FAILED = frozenset({TaskState.FAILED, TaskState.UPSTREAM_FAILED})


def mark_event(run: RunRecord, state: str) -> Event:
    """Say how a run ended, or queue it again."""
    return RunMarked(run.uid, RunState(state))


def delete_event(run: RunRecord) -> Event:
    """Forget a run.

    Raises:
        Conflict: it is running.
    """
    if run.state is RunState.RUNNING:
        raise Conflict(
            f"The DagRun with dag_id: `{run.dag_id}` and run_id: `{run.run_id}` cannot be deleted in running state; "
            "mark it failed first",
            state=run.state,
        )
    return RunDeleted(run.uid)


def selected(instances: Sequence[TaskRecord], *, only_failed: bool, only_running: bool) -> list[TaskRecord]:
    """Those of the instances whose state was asked for; both flags: failed or running ones."""
    if not only_failed and not only_running:
        return list(instances)
    wanted = (FAILED if only_failed else frozenset[TaskState]()) | ({TaskState.RUNNING} if only_running else set())
    return [one for one in instances if one.state in wanted]


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a clear is about."""

    runs: Sequence[RunRecord]
    instances: Sequence[TaskRecord]
    whole: frozenset[tuple[str, str]]
    """Run uid and id of mapped tasks that are cleared with all their instances, and so are expanded anew."""
    version_id: str | None = None
    """Move the runs to this version first."""


def clearing(
    runs: Sequence[RunRecord],
    meant: Sequence[TaskRecord],
    taken: Sequence[TaskRecord],
    partly: Collection[str],
    version_id: str | None,
) -> Clearing:
    """A clear of the instances `taken` out of those `meant`; of the tasks `partly` only some indexes were named."""
    counts = Counter((one.run_uid, one.task_id) for one in meant)
    counts.subtract((one.run_uid, one.task_id) for one in taken)
    mapped = {(one.run_uid, one.task_id) for one in taken if one.map_index >= 0}
    whole = frozenset(key for key in mapped if counts[key] == 0 and key[1] not in partly)
    return Clearing(runs, taken, whole, version_id)


def clear_runs(tx: Tx, runs: Sequence[RunRecord], *, only_failed: bool, version_id: str | None = None) -> Clearing:
    """A clear of whole runs, or of what failed in them."""
    meant = tasks_of(tx, [run.uid for run in runs])
    return clearing(runs, meant, selected(meant, only_failed=only_failed, only_running=False), (), version_id)


def clear_events(what: Clearing, *, even_empty: bool = False) -> list[Event]:
    """One `Cleared` for each run that has instances to clear, or (`even_empty`) only moves to another version."""
    events: list[Event] = []
    for run in what.runs:
        refs = [
            TaskRef(one.task_id, one.map_index)
            for one in what.instances
            if one.run_uid == run.uid and (run.uid, one.task_id) not in what.whole
        ]
        refs += [TaskRef(task_id) for uid, task_id in sorted(what.whole) if uid == run.uid]
        if refs or even_empty:
            events.append(Cleared(run.uid, tuple(refs), what.version_id))
    return events

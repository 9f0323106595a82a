"""Whether what another DAG does is done: asked by the sensor in its process, and by the trigger of a deferred one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tradewind.providers.standard.exceptions import (
    ExternalDagNotFoundError,
    ExternalTaskGroupNotFoundError,
    ExternalTaskNotFoundError,
)
from tradewind.sdk.exceptions import AirflowRuntimeError
from tradewind.sdk.task_api import TaskApi, task_api

__all__ = ["ExternalWork", "Verdict", "asked_api", "check_existence", "look"]

Verdict = Literal["success", "failed", "skipped", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalWork:
    """What is waited for: tasks, a group, or without either whole runs; in the runs of some dates or ids."""

    dag_id: str
    task_ids: Sequence[str] = ()
    group_id: str = ""
    logical_dates: Sequence[datetime] = ()
    run_ids: Sequence[str] = ()
    allowed_states: Sequence[str] = ("success",)
    skipped_states: Sequence[str] = ()
    failed_states: Sequence[str] = field(default=())

    @property
    def words(self) -> str:
        """What is waited for, in words."""
        if self.group_id:
            return f"group {self.group_id}"
        return f"task {', '.join(self.task_ids)}" if self.task_ids else "the run"


def look(api: TaskApi, work: ExternalWork) -> Verdict:
    """How far it is. A DAG or group that is not known counts as not there yet."""
    runs: list[tuple[Sequence[datetime], Sequence[str]]] = [((date,), ()) for date in work.logical_dates]
    runs += [((), (run_id,)) for run_id in work.run_ids]
    found = [_look_at(api, work, dates, run_ids) for dates, run_ids in runs]
    for verdict in ("failed", "skipped"):
        if verdict in found:
            return verdict
    return "success" if found and all(one == "success" for one in found) else "waiting"


def _look_at(api: TaskApi, work: ExternalWork, dates: Sequence[datetime], run_ids: Sequence[str]) -> Verdict:
    try:
        counts = api.task_counts(
            work.dag_id,
            task_ids=list(work.task_ids),
            group_id=work.group_id,
            logical_dates=list(dates),
            run_ids=list(run_ids),
        )
    except AirflowRuntimeError:
        return "waiting"
    if any(counts.get(state) for state in work.failed_states):
        return "failed"
    if any(counts.get(state) for state in work.skipped_states):
        return "skipped"
    # Every instance must be done, those of a mapped task too, and each of the tasks must be there.
    total = sum(counts.values())
    allowed = sum(counts.get(state, 0) for state in work.allowed_states)
    return "success" if allowed == total and total >= max(len(work.task_ids), 1) else "waiting"


def check_existence(api: TaskApi, work: ExternalWork) -> None:
    """Check that the DAG is there, and has what is waited for.

    Raises:
        ExternalDagNotFoundError: there is no such DAG.
        ExternalTaskNotFoundError: it has no such task.
        ExternalTaskGroupNotFoundError: it has no such group.
    """
    facts = api.dag_facts(work.dag_id)
    if facts is None or facts["is_stale"]:
        raise ExternalDagNotFoundError(f"The external DAG {work.dag_id} does not exist or has been deleted.")
    missing = [task_id for task_id in work.task_ids if task_id not in facts["task_ids"]]
    if missing:
        raise ExternalTaskNotFoundError(
            f"The external task {missing[0]} in DAG {work.dag_id} does not exist; it has {', '.join(facts['task_ids'])}"
        )
    if work.group_id and work.group_id not in facts["group_ids"]:
        raise ExternalTaskGroupNotFoundError(
            f"The external task group {work.group_id!r} in DAG {work.dag_id!r} does not exist"
        )


def asked_api() -> TaskApi:
    """What answers questions about other DAGs.

    Raises:
        AirflowRuntimeError: no task runs here.
    """
    api = task_api()
    if api is None:
        raise AirflowRuntimeError("there is no server to ask about other DAGs")
    return api

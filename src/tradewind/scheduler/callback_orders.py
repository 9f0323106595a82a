"""Orders to call back, as work for a process that has the DAG's code."""

from __future__ import annotations

from pathlib import Path

from tradewind.core.commands import RunCallback
from tradewind.core.states import RunState
from tradewind.protocol.messages import CallbackWork, DagFacts, RunInfo
from tradewind.protocol.waits import Deferral
from tradewind.scheduler.triggers import attempt_log
from tradewind.worker.logs import safe_segment

__all__ = ["callback_work", "expected_run"]


def callback_work(
    command: RunCallback,
    run: RunInfo,
    state: RunState | None,
    code: DagFacts,
    *,
    log_folder: Path,
    wait: Deferral | None = None,
) -> CallbackWork:
    """What a worker is told. The callback of a task writes to the log of the try that it is about."""
    missed = command.deadline
    return CallbackWork(
        work_id=command.id,
        dag=code,
        run=run,
        kind=command.kind,
        reason=command.reason,
        log_path=str(_log_path(command, run, log_folder)),
        task_id=command.task_id or "",
        map_index=command.map_index,
        try_number=command.try_number,
        run_state=state.value if state is not None else "",
        alert=missed.alert if missed is not None else -1,
        deadline_id=missed.id if missed is not None else "",
        deadline_time=missed.at if missed is not None else None,
        wait=wait,
        last_task=command.last[0] if command.last is not None else "",
        last_index=command.last[1] if command.last is not None else -1,
    )


def _log_path(command: RunCallback, run: RunInfo, log_folder: Path) -> Path:
    dag_id = command.dag.dag_id
    if command.task_id is not None and command.try_number > 0:
        return attempt_log(log_folder, dag_id, run.run_id, command.task_id, command.map_index, command.try_number)
    folder = log_folder / f"dag_id={safe_segment(dag_id)}" / f"run_id={safe_segment(run.run_id)}"
    return folder / (
        f"callback={command.kind}.log" if command.task_id is None else f"{command.task_id}.{command.kind}.log"
    )


def expected_run(command: RunCallback) -> RunInfo | None:
    """The run that the schedule asked for and that never came, as it would have been; None: the order is about another."""
    missed = command.deadline
    if command.run_uid or missed is None or missed.run_after is None:
        return None
    at = missed.run_after
    return RunInfo(uid="", run_id=f"scheduled__{at.isoformat()}", run_type="scheduled", run_after=at)

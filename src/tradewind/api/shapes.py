"""Records in the shape that Airflow's clients expect: field names, zero-based tries, ids that are UUIDs."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from hashlib import sha1
from uuid import UUID

from tradewind.api.secrecy import hide
from tradewind.core.states import TaskState
from tradewind.db.runs import RunRecord, VersionRef
from tradewind.db.tasks import AttemptRecord, TaskRecord
from tradewind.db.waits import OpenTrigger
from tradewind.db.xcoms import XComRecord
from tradewind.spec import DagSpec, TaskSpec

__all__ = ["Body", "delta_out", "run_out", "task_out", "try_out", "tasks_by_id", "version_out", "xcom_out"]

Body = dict[str, object]

_OUTCOMES: dict[str | None, TaskState] = {
    None: TaskState.RUNNING,
    "success": TaskState.SUCCESS,
    "failed": TaskState.FAILED,
    "skipped": TaskState.SKIPPED,
    "up_for_reschedule": TaskState.UP_FOR_RESCHEDULE,
}
"""How an attempt ended, in the words of states; what is not listed (lost, killed, not started) counts as failed."""


def tasks_by_id(spec: DagSpec | None) -> Mapping[str, TaskSpec]:
    """The tasks of a spec by id; none where the spec is gone."""
    return {task.task_id: task for task in spec.tasks} if spec is not None else {}


def version_out(version: VersionRef | None, dag_id: str, dag_display_name: str) -> Body | None:
    """`DagVersionResponse`, or None."""
    if version is None:
        return None
    return {
        "id": version.id,
        "version_number": version.number,
        "dag_id": dag_id,
        "dag_display_name": dag_display_name,
        "bundle_name": version.bundle_name,
        "bundle_version": version.bundle_version,
        "bundle_url": None,
        "created_at": version.created_at,
    }


def run_out(run: RunRecord) -> Body:
    """`DAGRunResponse`."""
    version = version_out(run.version, run.dag_id, run.dag_display_name)
    return {
        "dag_run_id": run.run_id,
        "dag_id": run.dag_id,
        "logical_date": run.logical_date,
        "queued_at": run.queued_at,
        "start_date": run.start_date,
        "end_date": run.end_date,
        "duration": run.duration,
        "data_interval_start": run.interval_start,
        "data_interval_end": run.interval_end,
        "run_after": run.run_after,
        "last_scheduling_decision": run.updated_at if run.start_date else None,
        "run_type": run.run_type,
        "state": run.state,
        "triggered_by": run.triggered_by,
        "triggering_user_name": run.triggering_user,
        "conf": hide(run.conf) if run.conf else run.conf,
        "note": run.note,
        "dag_versions": [version] if version else [],
        "bundle_version": run.version.bundle_version if run.version else None,
        "dag_display_name": run.dag_display_name,
        "partition_key": run.partition_key,
        "partition_date": run.partition_date,
    }


def _instance_id(record: TaskRecord) -> str:
    """The attempt's id, as in Airflow; before the first attempt one that is made from the key, and stays the same."""
    if record.attempt is not None:
        return record.attempt
    digest = sha1(f"{record.run_uid}/{record.task_id}/{record.map_index}".encode(), usedforsecurity=False).digest()
    return str(UUID(bytes=digest[:16], version=5))


@cache
def _here() -> tuple[str, str]:
    return socket.gethostname(), getpass.getuser()


def _account_on(hostname: str | None) -> str | None:
    """The account that tasks run as: on this machine it is the server's own; of others nobody has said."""
    here, account = _here()
    return account if hostname == here else None


def _common(record: TaskRecord, task: TaskSpec | None, hostname: str | None) -> Body:
    return {
        "task_id": record.task_id,
        "dag_id": record.dag_id,
        "dag_run_id": record.run_id,
        "map_index": record.map_index,
        "max_tries": record.max_tries - 1,
        "task_display_name": (task and task.display_name) or record.task_id,
        "dag_display_name": record.dag_display_name,
        "unixname": _account_on(hostname),
        "pool": record.pool,
        "operator": record.operator,
        "operator_name": (task and task.operator_name) or record.operator,
        "executor_config": "{}",
        "scheduled_when": record.scheduled_at,
    }


def _trigger_out(trigger: OpenTrigger | None) -> Body | None:
    """`TriggerResponse`: a whole number stands for the id."""
    if trigger is None:
        return None
    return {
        "id": UUID(trigger.id).int % 2**53,
        "classpath": trigger.classpath,
        "kwargs": "{}",
        "created_date": trigger.created_at,
        "queue": None,
        "triggerer_id": None,
    }


def task_out(record: TaskRecord, task: TaskSpec | None, trigger: OpenTrigger | None = None) -> Body:
    """`TaskInstanceResponse`."""
    return {
        "id": _instance_id(record),
        **_common(record, task, record.hostname),
        "logical_date": record.logical_date,
        "run_after": record.run_after,
        "start_date": record.start_date,
        "end_date": record.end_date,
        "duration": record.duration,
        "state": record.state,
        "try_number": record.try_number,
        "hostname": record.hostname,
        "pid": record.pid,
        "pool_slots": record.pool_slots,
        "queue": record.queue,
        "priority_weight": record.priority_weight,
        "queued_when": record.queued_at,
        "executor": record.executor,
        "note": record.note,
        "rendered_map_index": record.rendered_map_index,
        "rendered_fields": record.rendered or {},
        "trigger": _trigger_out(trigger),
        "triggerer_job": None,
        "dag_version": version_out(record.version, record.dag_id, record.dag_display_name),
    }


def try_out(record: TaskRecord, attempt: AttemptRecord, task: TaskSpec | None) -> Body:
    """`TaskInstanceHistoryResponse`: one try, with the instance's state where it is the current one."""
    is_current = attempt.id == record.attempt
    start, end = attempt.started_at, attempt.ended_at
    return {
        **_common(record, task, attempt.hostname),
        "start_date": start,
        "end_date": end,
        "duration": (end - start).total_seconds() if start and end else None,
        "state": record.state if is_current else _OUTCOMES.get(attempt.outcome, TaskState.FAILED),
        "try_number": attempt.try_number,
        "hostname": attempt.hostname,
        "pid": attempt.pid,
        "pool_slots": attempt.pool_slots,
        "queue": attempt.queue,
        "priority_weight": attempt.priority,
        "queued_when": attempt.created_at,
        "executor": attempt.executor,
        "dag_version": version_out(attempt.version, record.dag_id, record.dag_display_name),
    }


def xcom_out(record: XComRecord, task: TaskSpec | None) -> Body:
    """`XComResponse`: everything but the value."""
    return {
        "key": record.key,
        "timestamp": record.timestamp,
        "logical_date": record.logical_date,
        "map_index": record.map_index,
        "task_id": record.task_id,
        "dag_id": record.dag_id,
        "run_id": record.run_id,
        "dag_display_name": record.dag_display_name,
        "task_display_name": (task and task.display_name) or record.task_id,
        "run_after": record.run_after,
    }


def delta_out(seconds: float | None) -> Body | None:
    """Airflow's `TimeDelta` from seconds."""
    if seconds is None:
        return None
    delta = timedelta(seconds=seconds)
    return {
        "__type": "TimeDelta",
        "days": delta.days,
        "seconds": delta.seconds,
        "microseconds": delta.microseconds,
    }

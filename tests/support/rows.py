"""Short ways to say runs, tasks and commands in tests of the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from support.databases import EPOCH
from tradewind.base.ids import IdSource, SequentialIds
from tradewind.core.commands import CreateRun, CreateTasks, Dispatch, SaveRun, SaveTask
from tradewind.core.events import RunFacts
from tradewind.core.states import RunState, TaskState
from tradewind.db import Database, Tx, parses, tables
from tradewind.db.transitions import write
from tradewind.protocol.messages import Ended, XComValue
from tradewind.spec import DagKey, DagSpec, ScheduleSpec, TaskSpec

__all__ = [
    "DAG", "at", "create_run", "dispatch", "ended", "facts", "one", "parsed", "rows", "save_run", "save_task", "spec",
    "store", "with_run",
]  # fmt: skip

DAG = DagKey("default", "etl")


def at(seconds: float) -> datetime:
    """A moment so many seconds into the test's time."""
    return EPOCH + timedelta(seconds=seconds)


def spec(dag_id: str = DAG.dag_id, tasks: Sequence[str] = ("extract", "load"), **more: Any) -> DagSpec:
    """A chain of tasks."""
    chain = tuple(
        TaskSpec(task_id=task, upstream=tuple(tasks[index - 1 : index]) if index else (), task_type="PythonOperator")
        for index, task in enumerate(tasks)
    )
    return DagSpec(**{"dag_id": dag_id, "schedule": ScheduleSpec("none"), "tasks": chain, **more})


def parsed(*specs: DagSpec, path: str = "etl.py", code_hash: str = "code-1", **more: Any) -> parses.ParsedFile:
    """A file that holds these DAGs."""
    return parses.ParsedFile(**{
        "workspace": "default", "bundle_name": "local", "bundle_version": "snapshot-1", "relative_fileloc": path,
        "fileloc": f"/dags/{path}", "code_hash": code_hash, "source": f"# {code_hash}", "dags": specs, **more,
    })  # fmt: skip


def store(database: Database, *files: parses.ParsedFile, ids: IdSource | None = None) -> parses.StoredParse:
    """Store parsed files; DAGs that do not say start unpaused."""
    with database.write() as tx:
        return parses.store_parse(tx, files, ids or SequentialIds("version-"), EPOCH, paused_by_default=False)


def facts(uid: str = "run-1", dag: DagKey = DAG, **more: Any) -> RunFacts:
    """A manual run without a logical date."""
    return RunFacts(**{
        "uid": uid, "dag": dag, "run_id": f"manual__{uid}", "run_type": "manual", "logical_date": None,
        "interval_start": None, "interval_end": None, "run_after": EPOCH, "queued_at": EPOCH, "version_id": "version-1",
        **more,
    })  # fmt: skip


def create_run(uid: str = "run-1", **more: Any) -> CreateRun:
    return CreateRun(facts(uid, **more))


def save_run(uid: str = "run-1", state: RunState = RunState.RUNNING, **more: Any) -> SaveRun:
    return SaveRun(**{
        "uid": uid, "dag": DAG, "state": state, "version_id": "version-1", "queued_at": EPOCH, "start_date": at(1),
        "end_date": None, **more,
    })  # fmt: skip


def save_task(task: str = "extract", state: TaskState | None = None, index: int = -1, **more: Any) -> SaveTask:
    return SaveTask(**{
        "run_uid": "run-1", "task_id": task, "map_index": index, "state": state, "try_number": 1, "max_tries": 1,
        "attempt": None, **more,
    })  # fmt: skip


def dispatch(attempt: str, task: str = "extract", **more: Any) -> Dispatch:
    return Dispatch(**{
        "attempt": attempt, "run_uid": "run-1", "dag": DAG, "task_id": task, "map_index": -1, "try_number": 1,
        "version_id": "version-1", "at": at(2), **more,
    })  # fmt: skip


def ended(attempt: str, outcome: str = "success", **values: object) -> Ended:
    """A report; keyword arguments become XComs."""
    xcoms = [
        XComValue(
            key=key, value=msgspec.json.encode(value).decode(), is_none=value is None,
            length=len(value) if isinstance(value, list | dict) else None,
        )
        for key, value in values.items()
    ]  # fmt: skip
    return Ended(attempt=attempt, at=at(5), outcome=outcome, xcoms=xcoms)  # type: ignore[arg-type]


def with_run(database: Database, uid: str = "run-1", tasks: Sequence[str] = ("extract", "load")) -> None:
    """A running run of a stored DAG, with its instances in state none."""
    store(database, parsed(spec(tasks=tasks)))
    with database.write() as tx:
        commands = [create_run(uid), save_run(uid), *(CreateTasks(uid, task, -1, -1) for task in tasks)]
        assert write(tx, commands, now=EPOCH) == []


def rows(source: Database | Tx, table: str, **where: object) -> list[dict[str, Any]]:
    """All rows of a table as dicts, by primary key."""
    if not isinstance(source, Tx):
        with source.read() as tx:
            return rows(tx, table, **where)
    of = tables.metadata.tables[table]
    query = select(of).where(*(of.c[name] == value for name, value in where.items())).order_by(*of.primary_key)
    return [dict(row) for row in source.execute(query).mappings()]


def one(source: Database | Tx, table: str, **where: object) -> dict[str, Any]:
    """The one row that matches."""
    found = rows(source, table, **where)
    assert len(found) == 1, f"{len(found)} rows of {table} match {where}"
    return found[0]

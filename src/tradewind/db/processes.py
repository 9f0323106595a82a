"""Long-lived processes and their heartbeats, for health and the list of jobs."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, null, select, update

from tradewind.db.engine import Tx
from tradewind.db.listing import DateRange, Page, between, ordered, paged
from tradewind.db.tables import process

__all__ = ["ProcessFilter", "ProcessRecord", "beat", "ended", "is_alive", "latest", "list_processes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRecord:
    """A process that lives, or lived."""

    id: int
    uid: str
    kind: str
    """``SchedulerJob``, ``DagProcessorJob``, ``TriggererJob``."""
    state: str
    """``running``, ``success`` or ``failed``."""
    hostname: str
    pid: int
    username: str | None
    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFilter:
    """Which processes; None: no condition."""

    kind: str | None = None
    state: str | None = None
    hostname: str | None = None
    alive_since: datetime | None = None
    """Running, with a heartbeat at or after this moment."""
    started: DateRange | None = None
    ended: DateRange | None = None


_C = process.c
_NAMES = tuple(ProcessRecord.__dataclass_fields__)
_PROCESSES = select(*(_C[name] for name in _NAMES))
_SORTS = {
    "id": _C.id, "job_type": _C.kind, "state": _C.state, "hostname": _C.hostname, "start_date": _C.started_at,
    "end_date": _C.ended_at, "latest_heartbeat": _C.heartbeat_at, "unixname": _C.username,
    # all are alike in what processes have not
    "dag_id": null(), "executor_class": null(),
}  # fmt: skip


def beat(tx: Tx, uid: str, kind: str, now: datetime) -> None:
    """Say that this process lives; the first time, it is registered."""
    found = tx.execute(update(process).where(_C.uid == uid).values(heartbeat_at=now, state="running"))
    if found.rowcount == 0:
        row = {
            "uid": uid, "kind": kind, "state": "running", "hostname": socket.gethostname(), "pid": os.getpid(),
            "username": getpass.getuser(), "started_at": now, "heartbeat_at": now,
        }  # fmt: skip
        tx.execute(insert(process), row)


def ended(tx: Tx, uid: str, now: datetime, *, failed: bool = False) -> None:
    """Say that this process ended."""
    state = "failed" if failed else "success"
    tx.execute(update(process).where(_C.uid == uid).values(ended_at=now, heartbeat_at=now, state=state))


def latest(tx: Tx, kind: str) -> ProcessRecord | None:
    """The process of a kind that was heard of last; None: there never was one."""
    row = tx.execute(_PROCESSES.where(_C.kind == kind).order_by(_C.heartbeat_at.desc()).limit(1)).first()
    return None if row is None else _record(row)


def list_processes(tx: Tx, wanted: ProcessFilter, page: Page) -> tuple[list[ProcessRecord], int]:
    """Processes, and how many there are in all."""
    conditions: list[ColumnElement[bool]] = [
        *between(_C.started_at, wanted.started),
        *between(_C.ended_at, wanted.ended),
    ]
    for name in ("kind", "state", "hostname"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(_C[name] == value)
    if wanted.alive_since is not None:
        conditions += [_C.state == "running", _C.heartbeat_at >= wanted.alive_since]
    query = ordered(_PROCESSES.where(*conditions), page, _SORTS, (_C.id,))
    return paged(tx, query, select(func.count()).select_from(process).where(*conditions), page, _record)


def is_alive(found: ProcessRecord | None, now: datetime, within: timedelta) -> bool:
    """Whether a process is running and was heard of lately."""
    return found is not None and found.state == "running" and now - found.heartbeat_at <= within


def _record(row: Sequence[Any]) -> ProcessRecord:
    return ProcessRecord(**dict(zip(_NAMES, row, strict=True)))

"""Backfills: what was asked for, the dates of each in the order in which they come, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import and_, func, insert, select

from tradewind.base.errors import Conflict, NotFound
from tradewind.core.commands import Command, FeedBackfill, RepeatRun, SaveBackfill
from tradewind.core.events import BackfillFacts, BackfillFed, BackfillSlot, RunRepeated
from tradewind.core.states import RunState
from tradewind.db import bulk
from tradewind.db import tables as t
from tradewind.db.change_log import Change, note
from tradewind.db.engine import Tx
from tradewind.db.leases import shard_of
from tradewind.db.listing import Page, ordered, paged
from tradewind.db.listing import rows as rows_of
from tradewind.spec import DagKey

__all__ = [
    "BackfillRecord", "ExistingRun", "PlannedSlot", "Progress", "active", "add", "existing_partitions", "existing_runs", "feed", "get",
    "is_active", "list_backfills", "progress", "typical_duration", "write",
]  # fmt: skip

SLOTS_AT_ONCE = 200
"""How many dates the core is handed at a time."""
RUNS_LOOKED_AT = 20

_B, _S, _R = t.backfill.c, t.backfill_slot.c, t.dag_run.c


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillRecord:
    """A backfill as it is shown."""

    id: int = 0
    uid: str
    dag_id: str
    dag_display_name: str = ""
    from_date: datetime
    to_date: datetime
    conf: dict[str, Any] | None
    reprocess: str
    """Which runs that are there run again: ``none``, ``failed``, ``completed``."""
    run_backwards: bool
    on_newest: bool
    max_active_runs: int
    is_paused: bool = False
    next_ordinal: int = 0
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None
    is_cancelled: bool = False
    triggering_user: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A date of a backfill with what is to become of it."""

    slot: BackfillSlot
    skipped: str | None = None
    """Why nothing is done about it: ``in flight``, ``already exists``."""


@dataclass(frozen=True, slots=True)
class ExistingRun:
    """A run of a date that a backfill is about."""

    uid: str
    run_id: str
    state: RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a backfill is."""

    total: int
    """Dates about which something is, was or will be done."""
    waiting: int
    """Of these, the ones whose turn has not come."""
    states: dict[str, int] = field(default_factory=dict[str, int])
    """Runs by state."""
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    """Dates that were left alone from the start, by reason."""

    @property
    def gone(self) -> int:
        """Dates whose turn came, but that have no run of this backfill: another was there first, or it was deleted."""
        return self.total - self.waiting - sum(self.states.values())


_COLUMNS = (
    _B.id, _B.uid, _B.dag_id, t.dag.c.display_name, _B.from_date, _B.to_date, _B.conf, _B.reprocess, _B.run_backwards,
    _B.on_newest, _B.max_active_runs, _B.is_paused, _B.next_ordinal, _B.created_at, _B.updated_at, _B.completed_at,
    _B.is_cancelled, _B.triggering_user,
)  # fmt: skip
_NAMES = (
    "id", "uid", "dag_id", "dag_display_name", "from_date", "to_date", "conf", "reprocess", "run_backwards", "on_newest",
    "max_active_runs", "is_paused", "next_ordinal", "created_at", "updated_at", "completed_at", "is_cancelled",
    "triggering_user",
)  # fmt: skip
_SELECT = select(*_COLUMNS).select_from(
    t.backfill.join(t.dag, and_(t.dag.c.workspace == _B.workspace, t.dag.c.dag_id == _B.dag_id))
)
_SORTS = {
    "id": _B.id, "dag_id": _B.dag_id, "from_date": _B.from_date, "to_date": _B.to_date, "created_at": _B.created_at,
    "completed_at": _B.completed_at, "updated_at": _B.updated_at, "is_paused": _B.is_paused,
    "max_active_runs": _B.max_active_runs,
}  # fmt: skip


def _record(row: Sequence[Any]) -> BackfillRecord:
    return BackfillRecord(**dict(zip(_NAMES, row, strict=True)))


# -- reading ---------------------------------------------------------------------------------------------------------


def get(tx: Tx, workspace: str, backfill_id: int) -> BackfillRecord:
    """A backfill by its number.

    Raises:
        NotFound: there is none.
    """
    row = tx.execute(_SELECT.where(_B.workspace == workspace, _B.id == backfill_id)).first()
    if row is None:
        raise NotFound("Backfill not found", backfill_id=backfill_id)
    return _record(row)


def list_backfills(tx: Tx, workspace: str, dag_id: str | None, page: Page) -> tuple[list[BackfillRecord], int]:
    """Backfills of a DAG, or of all, and how many there are."""
    conditions = [_B.workspace == workspace]
    if dag_id is not None:
        conditions.append(_B.dag_id == dag_id)
    query = ordered(_SELECT.where(*conditions), page, _SORTS, (_B.id,))
    return paged(tx, query, select(func.count()).select_from(t.backfill).where(*conditions), page, _record)


def is_active(tx: Tx, dag: DagKey) -> bool:
    """Whether the DAG has a backfill that is not over."""
    found = select(_B.uid).where(_B.workspace == dag.workspace, _B.dag_id == dag.dag_id, _B.completed_at.is_(None))
    return tx.scalar(found.limit(1)) is not None


def progress(tx: Tx, backfill: BackfillRecord) -> Progress:
    """How far a backfill is."""
    mine = _S.backfill == backfill.uid
    counts = rows_of(tx, select(_S.skipped, func.count()).where(mine).group_by(_S.skipped))
    by_reason = {reason: int(number) for reason, number in counts}
    total = by_reason.pop(None, 0)
    waiting = 0
    if backfill.completed_at is None or backfill.is_cancelled:
        left = and_(mine, _S.skipped.is_(None), _S.ordinal >= backfill.next_ordinal)
        waiting = int(tx.scalar(select(func.count()).where(left)))
    states = rows_of(
        tx,
        select(_R.state, func.count())
        .join_from(t.backfill_slot, t.dag_run, _R.uid == _S.run_uid)
        .where(mine, _R.backfill == backfill.uid)
        .group_by(_R.state),
    )
    return Progress(
        total=total, waiting=waiting, states={state: int(number) for state, number in states}, skipped=by_reason
    )


def existing_runs(tx: Tx, dag: DagKey, first: datetime, last: datetime) -> dict[datetime, ExistingRun]:
    """Runs of a DAG by logical date, within bounds."""
    found = rows_of(
        tx,
        select(_R.logical_date, _R.uid, _R.run_id, _R.state).where(
            _R.workspace == dag.workspace,
            _R.dag_id == dag.dag_id,
            _R.logical_date >= first,
            _R.logical_date <= last,
        ),
    )
    return {date: ExistingRun(uid, run_id, RunState(state)) for date, uid, run_id, state in found}


def existing_partitions(tx: Tx, dag: DagKey, keys: Sequence[str]) -> dict[str, ExistingRun]:
    """The latest run of each of these parts of the data."""
    found: dict[str, ExistingRun] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        query = (
            select(_R.partition_key, _R.uid, _R.run_id, _R.state)
            .where(
                _R.workspace == dag.workspace,
                _R.dag_id == dag.dag_id,
                _R.partition_key.in_(keys[start : start + _KEYS_AT_ONCE]),
            )
            .order_by(_R.run_after, _R.uid)
        )
        found |= {key: ExistingRun(uid, run_id, RunState(state)) for key, uid, run_id, state in rows_of(tx, query)}
    return found


_KEYS_AT_ONCE = 500


def typical_duration(tx: Tx, dag: DagKey) -> float | None:
    """Seconds that the DAG's last successful runs took, their median; None: there are none."""
    found = rows_of(
        tx,
        select(_R.duration)
        .where(
            _R.workspace == dag.workspace,
            _R.dag_id == dag.dag_id,
            _R.state == RunState.SUCCESS.value,
            _R.duration.is_not(None),
        )
        .order_by(_R.run_after.desc())
        .limit(RUNS_LOOKED_AT),
    )
    durations = [float(row[0]) for row in found]
    return median(durations) if durations else None


# -- making ----------------------------------------------------------------------------------------------------------


def add(tx: Tx, dag: DagKey, new: BackfillRecord, slots: Sequence[PlannedSlot]) -> int:
    """Insert a backfill with its dates; the scheduler hears of it by `BackfillAsked`.

    Returns:
        Its number.

    Raises:
        Conflict: the DAG has a backfill that is not over.
    """
    if is_active(tx, dag):
        raise Conflict(
            f"There is already a running backfill for dag {dag.dag_id}; wait for it or cancel it first",
            dag_id=dag.dag_id,
        )
    row = {name: getattr(new, name) for name in _NAMES if name not in {"id", "dag_display_name"}}
    number = tx.scalar(insert(t.backfill).returning(_B.id), {**row, "workspace": dag.workspace})
    moment = bulk.moments(tx)
    _ADD_SLOT.run(
        tx,
        [
            (new.uid, slot.ordinal, slot.run_uid, slot.is_rerun, planned.skipped, moment(slot.logical_date),
             moment(slot.interval_start), moment(slot.interval_end), moment(slot.run_after), slot.partition_key,
             moment(slot.partition_date))
            for planned in slots
            for slot in (planned.slot,)
        ],
    )  # fmt: skip
    made = Change(kind="backfill", workspace=dag.workspace, dag_id=dag.dag_id, name=str(number), new="running")
    note(tx, [made], new.created_at)
    return int(number)


_ADD_SLOT = bulk.insert(
    t.backfill_slot,
    ("backfill", "ordinal", "run_uid", "is_rerun", "skipped", "logical_date", "interval_start", "interval_end",
     "run_after", "partition_key", "partition_date"),
)  # fmt: skip


# -- for the scheduler -----------------------------------------------------------------------------------------------


def active(tx: Tx) -> list[BackfillFacts]:
    """Backfills that are not over."""
    ordered_again: dict[str, list[str]] = {}
    waiting = select(t.inbox.c.event).where(t.inbox.c.kind == RunRepeated.__name__)
    for (event,) in tx.execute(waiting):
        one = msgspec.json.decode(event, type=RunRepeated)
        ordered_again.setdefault(one.backfill, []).append(one.run_uid)
    found = tx.execute(
        select(
            _B.uid, _B.workspace, _B.dag_id, _B.max_active_runs, _B.conf, _B.triggering_user, _B.on_newest,
            _B.is_paused, _B.next_ordinal,
        ).where(_B.completed_at.is_(None)).order_by(_B.id)
    )  # fmt: skip
    return [
        BackfillFacts(
            uid=uid,
            dag=DagKey(workspace, dag_id),
            max_active_runs=max_active_runs,
            conf=conf,
            user=user,
            on_newest=on_newest,
            is_paused=is_paused,
            next_ordinal=next_ordinal,
            awaited=tuple(ordered_again.get(uid, ())),
        )
        for uid, workspace, dag_id, max_active_runs, conf, user, on_newest, is_paused, next_ordinal in found
    ]


def feed(tx: Tx, command: FeedBackfill) -> BackfillFed:
    """The next dates of a backfill that are not to be skipped."""
    found = tx.execute(
        select(
            _S.ordinal, _S.run_uid, _S.is_rerun, _S.logical_date, _S.interval_start, _S.interval_end, _S.run_after,
            _S.partition_key, _S.partition_date,
        )
        .where(_S.backfill == command.backfill, _S.ordinal >= command.ordinal, _S.skipped.is_(None))
        .order_by(_S.ordinal)
        .limit(SLOTS_AT_ONCE)
    )  # fmt: skip
    slots = tuple(BackfillSlot(**dict(zip(_SLOT_FIELDS, row, strict=True))) for row in found)
    return BackfillFed(command.backfill, command.dag, slots)


_SLOT_FIELDS = (
    "ordinal", "run_uid", "is_rerun", "logical_date", "interval_start", "interval_end", "run_after", "partition_key",
    "partition_date",
)  # fmt: skip


def write(tx: Tx, commands: Sequence[Command], now: datetime) -> None:
    """Store what the core said about backfills. An order to run something again goes to the inbox in the same
    transaction as its label, so that neither is ever without the other."""
    moment = bulk.moments(tx)
    at = moment(now)
    saves = {c.uid: c for c in commands if isinstance(c, SaveBackfill)}
    _SAVE.run(
        tx,
        [
            (c.is_paused, c.next_ordinal, moment(c.completed_at), c.is_cancelled, at, c.uid)
            for c in saves.values()
        ],
    )  # fmt: skip
    repeats = [c for c in commands if isinstance(c, RepeatRun)]
    _LABEL.run(tx, [("backfill", "backfill", c.backfill, at, c.run_uid) for c in repeats])
    confs = [(msgspec.json.encode(c.conf).decode(), c.run_uid) for c in repeats if c.conf is not None]
    _SET_CONF.run(tx, confs)
    _POST.run(tx, [(shard_of(c.dag), RunRepeated.__name__, _event(c), at) for c in repeats])


def _event(command: RepeatRun) -> str:
    event = RunRepeated(command.run_uid, command.backfill, command.dag, command.on_newest)
    return msgspec.json.encode(event).decode()


_SAVE = bulk.update(
    t.backfill, ("is_paused", "next_ordinal", "completed_at", "is_cancelled", "updated_at"), ("uid",)
)  # fmt: skip
_LABEL = bulk.update(t.dag_run, ("run_type", "triggered_by", "backfill", "updated_at"), ("uid",))
_SET_CONF = bulk.update(t.dag_run, ("conf",), ("uid",))
_POST = bulk.insert(t.inbox, ("shard", "kind", "event", "posted_at"))

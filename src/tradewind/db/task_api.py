"""What running tasks ask for and leave behind in the middle of their work: XComs, states, counts, the run before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select

from tradewind.base.errors import InvalidInput, NotFound, StaleAttempt
from tradewind.core.events import RunFacts
from tradewind.db import tables as t
from tradewind.db.bulk import insert, moments
from tradewind.db.engine import Tx
from tradewind.protocol.messages import RunInfo, XComValue
from tradewind.spec import DagKey

__all__ = [
    "AttemptOwner", "PreviousRun", "RunsOf", "clear_number", "delete_xcom", "owner_of_attempt", "previous_run", "prior_xcom", "put_xcom",
    "require_live", "run_counts", "run_id", "run_state", "run_uid", "same_run", "task_counts", "task_ids_of_run", "task_states",
    "xcom_indexes",
    "xcom_indexes_under", "xcom_sequence", "xcom_value",
]  # fmt: skip

_R, _I, _X, _A = t.dag_run.c, t.task_instance.c, t.xcom.c, t.attempt.c
_MAX_KEY = 512
_VALUE = (_X.key, _X.value, _X.kind, _X.length, _X.is_none)


# -- attempts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AttemptOwner:
    """Whose attempt it is."""

    attempt: str
    dag: DagKey
    run_uid: str
    task_id: str
    map_index: int


def owner_of_attempt(tx: Tx, attempt: str) -> AttemptOwner:
    """The instance that an attempt belongs to.

    Raises:
        StaleAttempt: it has ended, or there is no such attempt.
    """
    row = tx.execute(
        select(_R.workspace, _R.dag_id, _A.run_uid, _A.task_id, _A.map_index)
        .join(t.dag_run, _R.uid == _A.run_uid)
        .where(_A.id == attempt, _A.ended_at.is_(None))
    ).first()
    if row is None:
        raise StaleAttempt(f"attempt {attempt} is over, or never was", attempt=attempt)
    workspace, dag_id, run, task_id, map_index = row
    return AttemptOwner(attempt, DagKey(workspace, dag_id), run, task_id, map_index)


_LIVE = {
    "sqlite": "SELECT 1 FROM attempt WHERE id = ? AND ended_at IS NULL",
    "postgresql": "SELECT 1 FROM attempt WHERE id = %s AND ended_at IS NULL",
}


def require_live(tx: Tx, attempt: str) -> None:
    """Go on only for an attempt that is under way.

    Raises:
        StaleAttempt: it has ended, or there is no such attempt.
    """
    if tx.raw.execute(_LIVE[tx.dialect], (attempt,)).fetchone() is None:
        raise StaleAttempt(f"attempt {attempt} is over, or never was", attempt=attempt)


# -- XComs -----------------------------------------------------------------------------------------------------------


def _both(sql: str) -> dict[str, str]:
    """The statement for each database: what is asked for at every attempt is worth 0.1 ms less."""
    return {"sqlite": sql, "postgresql": sql.replace("?", "%s")}


def _value(row: Sequence[Any]) -> XComValue:
    key, value, kind, length, is_none = row
    return XComValue(key=key, value=value, kind=kind, length=length, is_none=bool(is_none))


def xcom_value(tx: Tx, run: str, task_id: str, map_index: int, key: str) -> XComValue | None:
    """One value of an instance; None: not there."""
    row = tx.raw.execute(_ONE[tx.dialect], (run, task_id, map_index, key)).fetchone()
    return None if row is None else _value(row)


_ONE = _both(
    "SELECT key, value, kind, length, is_none FROM xcom WHERE run_uid = ? AND task_id = ? AND map_index = ? AND key = ?"
)
_INDEXES = _both("SELECT map_index FROM xcom WHERE run_uid = ? AND task_id = ? AND key = ? ORDER BY map_index")
_CLEARS = _both("SELECT clear_number FROM dag_run WHERE uid = ?")


def xcom_indexes(tx: Tx, run: str, task_id: str, key: str) -> list[int]:
    """The map indexes of a task's instances that have a value of this key, in order."""
    return [row[0] for row in tx.raw.execute(_INDEXES[tx.dialect], (run, task_id, key))]


_PATHS = _both(
    "SELECT i.map_path, x.map_index FROM xcom x JOIN task_instance i ON i.run_uid = x.run_uid AND i.task_id = x.task_id"
    " AND i.map_index = x.map_index WHERE x.run_uid = ? AND x.task_id = ? AND x.key = ?"
    " AND (i.state IS NULL OR i.state <> 'removed')"
)


def xcom_indexes_under(tx: Tx, run: str, task_id: str, key: str, path: str) -> list[int]:
    """The same of a task in scopes inside of scopes, in the order of their paths: of those whose path is this one, or
    lies under it (``*``: all; with ``$`` behind it: the last of each innermost scope)."""
    is_last, path = path.endswith("$"), path.removesuffix("$")
    rows = tx.raw.execute(_PATHS[tx.dialect], (run, task_id, key)).fetchall()
    found = [
        (tuple(map(int, (row[0] or str(row[1])).split("/"))), row[1])
        for row in rows
        if path == "*" or row[0] == path or (row[0] or "").startswith(f"{path}/")
    ]
    ordered = sorted(found)
    if is_last:
        ordered = list({place[:-1]: (place, index) for place, index in ordered}.values())
    return [index for _, index in ordered]


def clear_number(tx: Tx, run: str) -> int:
    """How often something of the run was cleared; 0 where there is no such run."""
    row = tx.raw.execute(_CLEARS[tx.dialect], (run,)).fetchone()
    return 0 if row is None else row[0]


_WHEN = func.coalesce(_R.logical_date, _R.run_after)


def prior_xcom(
    tx: Tx, run: str, task_id: str, map_index: int, key: str, *, dag_id: str | None = None
) -> XComValue | None:
    """The newest value of this key in the run or one of its DAG, or of another, before it; None: not there."""
    own = _own_moment(run)
    row = tx.execute(
        select(*_VALUE)
        .join(t.dag_run, _R.uid == _X.run_uid)
        .where(
            _R.workspace == own.c.workspace,
            _R.dag_id == (dag_id or own.c.dag_id),
            own.c.moment >= _WHEN,
            _X.task_id == task_id,
            _X.map_index == map_index,
            _X.key == key,
        )
        .order_by(_WHEN.desc(), _R.uid.desc())
        .limit(1)
    ).first()
    return None if row is None else _value(row)


def _own_moment(run: str) -> Any:
    own = t.dag_run.alias("own_run")
    moment = func.coalesce(own.c.logical_date, own.c.run_after).label("moment")
    return select(own.c.workspace, own.c.dag_id, moment).where(own.c.uid == run).subquery("own")


def xcom_sequence(
    tx: Tx, run: str, task_id: str, key: str, *, start: int | None = None, stop: int | None = None
) -> list[tuple[int, XComValue]]:
    """Values of all instances of a task with their map indexes, in order; `start` and `stop` cut as in a list."""
    query = (
        select(_X.map_index, *_VALUE)
        .where(_X.run_uid == run, _X.task_id == task_id, _X.key == key)
        .order_by(_X.map_index)
    )
    if (start is None or start >= 0) and (stop is None or stop >= 0):
        if start:
            query = query.offset(start)
        if stop is not None:
            query = query.limit(max(0, stop - (start or 0)))
        elif start:
            query = query.limit(2**31 - 1)  # SQLite knows no OFFSET without a LIMIT
        return [(row[0], _value(row[1:])) for row in tx.execute(query)]
    return [(row[0], _value(row[1:])) for row in tx.execute(query)][start:stop]


_PUT = insert(
    t.xcom,
    ("run_uid", "task_id", "map_index", "key", "value", "kind", "length", "is_none", "attempt", "timestamp"),
    "(run_uid, task_id, map_index, key) DO UPDATE SET value = excluded.value, kind = excluded.kind,"
    " length = excluded.length, is_none = excluded.is_none, attempt = excluded.attempt, timestamp = excluded.timestamp",
)


def put_xcom(tx: Tx, run: str, task: tuple[str, int], value: XComValue, *, attempt: str | None, now: datetime) -> None:
    """Store a value of an instance now, in place of one of the same key.

    Args:
        task: task id and map index.
        attempt: who stores it.

    Raises:
        InvalidInput: a key that is empty or too long.
    """
    if not 1 <= len(value.key) <= _MAX_KEY or "\0" in value.key:
        raise InvalidInput(f"the key of an XCom has 1 to {_MAX_KEY} characters", key=value.key[:_MAX_KEY])
    row = (
        run, *task, value.key, value.value, value.kind, value.length, value.is_none, attempt, moments(tx)(now),
    )  # fmt: skip
    _PUT.run(tx, [row])


def delete_xcom(tx: Tx, run: str, task: tuple[str, int], key: str) -> None:
    """Delete a value of an instance; one that is not there is passed over."""
    task_id, map_index = task
    tx.execute(delete(t.xcom).where(_X.run_uid == run, _X.task_id == task_id, _X.map_index == map_index, _X.key == key))


# -- runs ------------------------------------------------------------------------------------------------------------


def run_uid(tx: Tx, dag: DagKey, run_id: str) -> str:
    """The uid of a run.

    Raises:
        NotFound: no such run.
    """
    found = tx.scalar(select(_R.uid).where(*_named(dag), _R.run_id == run_id))
    if found is None:
        raise NotFound(f"DAG {dag.dag_id!r} has no run {run_id!r}", dag_id=dag.dag_id, run_id=run_id)
    return found


def run_id(tx: Tx, uid: str) -> str | None:
    """The id of a run for people; None: no such run."""
    return tx.scalar(select(_R.run_id).where(_R.uid == uid))


def same_run(tx: Tx, facts: RunFacts) -> tuple[str, str] | None:
    """uid and run id of the run that stands in the way of this one: of the same id, or the same logical date."""
    same = _R.run_id == facts.run_id
    if facts.logical_date is not None:
        same = or_(same, _R.logical_date == facts.logical_date)
    row = tx.execute(select(_R.uid, _R.run_id).where(*_named(facts.dag), same).limit(1)).first()
    return None if row is None else (row[0], row[1])


def run_state(tx: Tx, dag: DagKey, run_id: str) -> str | None:
    """The state of a run; None: no such run."""
    return tx.scalar(select(_R.state).where(*_named(dag), _R.run_id == run_id))


def _named(dag: DagKey) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (_R.workspace == dag.workspace, _R.dag_id == dag.dag_id)


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """The run before another one."""

    info: RunInfo
    end_date: datetime | None
    state: str


def previous_run(tx: Tx, run: str, state: str | None = None) -> PreviousRun | None:
    """The last run of the same DAG before this one, in time; None: there is none.

    Args:
        state: only runs in this state.
    """
    own = _own_moment(run)
    query = (
        select(
            _R.uid, _R.run_id, _R.run_type, _R.run_after, _R.logical_date, _R.interval_start, _R.interval_end,
            _R.start_date, _R.queued_at, _R.conf, _R.triggering_user, _R.note, _R.clear_number, _R.end_date, _R.state,
            _R.partition_key, _R.partition_date, _R.backfill,
        )
        .where(_R.workspace == own.c.workspace, _R.dag_id == own.c.dag_id, own.c.moment > _WHEN, _R.uid != run)
        .order_by(_WHEN.desc(), _R.uid.desc())
        .limit(1)
    )  # fmt: skip
    if state is not None:
        query = query.where(_R.state == state)
    about = tx.execute(query).mappings().first()
    if about is None:
        return None
    fields = {name: about[name] for name in RunInfo.__struct_fields__}
    return PreviousRun(RunInfo(**fields), about["end_date"], about["state"])


def task_ids_of_run(tx: Tx, run: str) -> list[str]:
    """The tasks that a run has instances of."""
    return list(tx.execute(select(_I.task_id).distinct().where(_I.run_uid == run).order_by(_I.task_id)).scalars())


# -- counts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsOf:
    """Which runs of a DAG to count in; empty: all."""

    dag: DagKey
    run_ids: Sequence[str] = ()
    logical_dates: Sequence[datetime] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same in SQL."""
        found: list[ColumnElement[bool]] = [*_named(self.dag)]
        if self.run_ids:
            found.append(_R.run_id.in_(self.run_ids))
        if self.logical_dates:
            found.append(_R.logical_date.in_(self.logical_dates))
        return found


def run_counts(tx: Tx, runs: RunsOf) -> dict[str, int]:
    """How many runs there are, by state."""
    return _counts(tx, select(_R.state, func.count()).where(*runs.conditions()).group_by(_R.state))


def task_counts(tx: Tx, runs: RunsOf, task_ids: Sequence[str]) -> dict[str, int]:
    """How many instances of these tasks there are, by state; those without one under ``none``."""
    return _counts(
        tx,
        select(_I.state, func.count())
        .join(t.dag_run, and_(_R.uid == _I.run_uid))
        .where(*runs.conditions(), _I.task_id.in_(task_ids))
        .group_by(_I.state),
    )


def task_states(tx: Tx, runs: RunsOf, task_ids: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Run -> task (with ``_index`` behind it where it is mapped) -> state; of all tasks where none is named."""
    query = (
        select(_R.run_id, _I.task_id, _I.map_index, _I.state)
        .join(t.dag_run, and_(_R.uid == _I.run_uid))
        .where(*runs.conditions(), *([_I.task_id.in_(task_ids)] if task_ids else []))
    )
    found: dict[str, dict[str, str | None]] = {}
    for run, task_id, map_index, state in tx.execute(query):
        found.setdefault(run, {})[task_id if map_index < 0 else f"{task_id}_{map_index}"] = state
    return found


def _counts(tx: Tx, query: Select[*tuple[Any, ...]]) -> dict[str, int]:
    return {state or "none": number for state, number in tx.execute(query)}

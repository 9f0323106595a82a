"""What only a timetable that a user wrote knows: the interval of a run by hand, the dates of a backfill."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tradewind.api.deps import Call
from tradewind.api.requests import RunWish
from tradewind.base.errors import NotFound
from tradewind.db import dags
from tradewind.db.dags import DagRecord
from tradewind.db.engine import Tx
from tradewind.timetables import NextRun

__all__ = ["about_its_interval", "dates_that_it_names"]


async def about_its_interval(call: Call, dag_id: str, wish: RunWish) -> RunWish:
    """The wish with the interval that the DAG's own timetable gives it, where that is code of the user.

    Raises:
        InvalidInput: the timetable failed.
    """
    asker, moment = call.services.timetables, wish.logical_date
    if asker is None or moment is None or wish.interval_start is not None:
        return wish
    version = await _version(call, dag_id)
    if version is None:
        return wish
    interval = await call.desk.in_thread(lambda: asker.manual_interval(call.dag(dag_id), version, moment))
    if interval is None:
        return wish
    return replace(wish, interval_start=interval.start, interval_end=interval.end)


async def dates_that_it_names(call: Call, dag_id: str, first: datetime, last: datetime) -> tuple[NextRun, ...] | None:
    """The runs of a backfill that the DAG's own timetable names; None: its schedule is no code of the user.

    Raises:
        InvalidInput: the timetable failed.
    """
    asker = call.services.timetables
    if asker is None or first > last:
        return None
    version = await _version(call, dag_id)
    if version is None:
        return None
    return tuple(await call.desk.in_thread(lambda: asker.runs_between(call.dag(dag_id), version, first, last)))


async def _version(call: Call, dag_id: str) -> str | None:
    """The newest version of a DAG whose timetable a user wrote; None: it is no such DAG."""
    dag = call.dag(dag_id)

    def find(tx: Tx) -> DagRecord | None:
        try:
            return dags.get_dag(tx, dag)
        except NotFound:  # said where it is looked for in earnest
            return None

    found = await call.read(find)
    return None if found is None or found.timetable_kind != "custom" else found.version_id

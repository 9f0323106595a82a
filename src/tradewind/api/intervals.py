"""The interval of a run by hand, where only a timetable that a user wrote knows it: asked before the run is planned."""

from __future__ import annotations

from dataclasses import replace

from tradewind.api.deps import Call
from tradewind.api.requests import RunWish
from tradewind.base.errors import NotFound
from tradewind.db import dags
from tradewind.db.dags import DagRecord
from tradewind.db.engine import Tx

__all__ = ["about_its_interval"]


async def about_its_interval(call: Call, dag_id: str, wish: RunWish) -> RunWish:
    """The wish with the interval that the DAG's own timetable gives it, where that is code of the user.

    Raises:
        InvalidInput: the timetable failed.
    """
    ask, moment = call.services.manual_interval, wish.logical_date
    if ask is None or moment is None or wish.interval_start is not None:
        return wish
    dag = call.dag(dag_id)

    def find(tx: Tx) -> DagRecord | None:
        try:
            return dags.get_dag(tx, dag)
        except NotFound:  # said where the run is planned
            return None

    found = await call.read(find)
    version = None if found is None else found.version_id
    if found is None or version is None or found.timetable_kind != "custom":
        return wish
    interval = await call.desk.in_thread(lambda: ask(dag, version, moment))
    if interval is None:
        return wish
    return replace(wish, interval_start=interval.start, interval_end=interval.end)

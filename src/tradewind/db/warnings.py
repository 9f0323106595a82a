"""Warnings about DAGs that come up after parsing; those of parsing are written, and all are deleted, by `parses`."""

from __future__ import annotations

from datetime import datetime

from tradewind.core.commands import SaveWarning
from tradewind.db import tables as t
from tradewind.db.bulk import Bulk, insert, printable
from tradewind.db.engine import Tx

__all__ = ["save_schedule_warning"]

SCHEDULE = "runtime varying value"
"""The kind of warning, of those that Airflow's clients know, which comes nearest to a timetable that fails."""


def save_schedule_warning(tx: Tx, save: SaveWarning, at: datetime | str | None) -> None:
    """Say what is wrong with a DAG's timetable, or that nothing is any more.

    Args:
        at: the moment, as the database has it.
    """
    _DROP.run(tx, [(*save.dag, SCHEDULE)])
    if save.message is not None:
        _PUT.run(tx, [(*save.dag, SCHEDULE, printable(save.message), at)])


_DROP = Bulk(
    "DELETE FROM dag_warning WHERE workspace = ? AND dag_id = ? AND warning_type = ?",
    "DELETE FROM dag_warning WHERE (workspace, dag_id, warning_type) IN"
    " (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))",
)
_PUT = insert(t.dag_warning, ("workspace", "dag_id", "warning_type", "message", "timestamp"))

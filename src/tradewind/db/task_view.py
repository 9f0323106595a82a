"""What the page of one task in a run shows beside the instance itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from tradewind.db.engine import Tx
from tradewind.db.listing import rows
from tradewind.db.tables import task_instance, xcom
from tradewind.db.tasks import TaskRecord

__all__ = ["XComHead", "state_counts", "xcom_heads"]

INLINE = 16_384
"""Characters of a value that comes with the page; a longer one is asked for by itself."""
KEYS = 500


@dataclass(frozen=True, slots=True)
class XComHead:
    """A value that an instance handed on; None where it is too long to come along."""

    key: str
    kind: str
    length: int
    """Characters of its JSON."""
    timestamp: datetime
    value: str | None


def xcom_heads(tx: Tx, instance: TaskRecord) -> list[XComHead]:
    """The values of an instance by key, what it returned first."""
    length = func.length(xcom.c.value)
    statement = (
        select(xcom.c.key, xcom.c.kind, length, xcom.c.timestamp, case((length <= INLINE, xcom.c.value)))
        .where(
            xcom.c.run_uid == instance.run_uid,
            xcom.c.task_id == instance.task_id,
            xcom.c.map_index == instance.map_index,
        )
        .order_by(case((xcom.c.key == "return_value", 0), else_=1), xcom.c.key)
        .limit(KEYS)
    )
    return [XComHead(*row) for row in rows(tx, statement)]


def state_counts(tx: Tx, run_uid: str, task_ids: list[str]) -> dict[str, dict[str, int]]:
    """How many instances of some tasks of a run are in each state, ``none`` for those that wait."""
    if not task_ids:
        return {}
    columns = (task_instance.c.task_id, task_instance.c.state)
    statement = (
        select(*columns, func.count())
        .where(task_instance.c.run_uid == run_uid, task_instance.c.task_id.in_(task_ids))
        .group_by(*columns)
    )
    found: dict[str, dict[str, int]] = {task_id: {} for task_id in task_ids}
    for task_id, name, count in rows(tx, statement):
        found[task_id][name or "none"] = count
    return found

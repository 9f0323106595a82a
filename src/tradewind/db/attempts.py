"""Attempts as the scheduler asks for them after a restart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, select

from tradewind.core.states import TaskState
from tradewind.db import tables as t
from tradewind.db.engine import Tx

__all__ = ["waits"]

_A, _I = t.attempt.c, t.task_instance.c

_WAITS = (
    select(_A.run_uid, _A.task_id, _A.map_index, func.min(_A.started_at), func.count())
    .join(
        t.task_instance,
        and_(
            _I.run_uid == _A.run_uid,
            _I.task_id == _A.task_id,
            _I.map_index == _A.map_index,
            _I.try_number == _A.try_number,
        ),
    )
    .where(
        _I.state == TaskState.UP_FOR_RESCHEDULE.value,
        _A.outcome == TaskState.UP_FOR_RESCHEDULE.value,
        _A.started_at.is_not(None),
    )
    .group_by(_A.run_uid, _A.task_id, _A.map_index)
)


def waits(tx: Tx) -> dict[tuple[str, str, int], tuple[datetime, int]]:
    """Sensors that gave their slot back: (run, task, map index) -> when they first looked, and how often since."""
    return {(run, task, index): (first, count) for run, task, index, first, count in tx.execute(_WAITS)}

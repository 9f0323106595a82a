"""Runs by the part of the data that they are about, and making them forget it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, or_, update

from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Range
from tradewind.db.runs import RunFilter, RunRecord, list_runs
from tradewind.db.tables import dag_run

__all__ = ["Partitions", "forget_partitions", "runs_of_partitions"]

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitions:
    """Which runs of a DAG are meant: one by its id, those of a key, or those whose date is within both bounds."""

    run_id: str | None = None
    key: str | None = None
    start: datetime | None = None
    end: datetime | None = None


def runs_of_partitions(tx: Tx, workspace: str, dag_id: str, wanted: Partitions) -> list[RunRecord]:
    """The runs meant, by the date and then the id."""
    exactly: Sequence[ColumnElement[bool]] = () if wanted.key is None else (dag_run.c.partition_key == wanted.key,)
    chosen = RunFilter(
        dag_ids=(dag_id,),
        run_ids=() if wanted.run_id is None else (wanted.run_id,),
        partition_date=Range(gte=wanted.start, lte=wanted.end),
        extra=exactly,
    )
    found, _ = list_runs(tx, workspace, chosen, EVERYTHING)
    return sorted(found, key=lambda run: (run.partition_date or LAST, run.run_id))


def forget_partitions(tx: Tx, uids: Sequence[str], now: datetime) -> None:
    """The runs are about no part of the data any more."""
    about = or_(dag_run.c.partition_key.is_not(None), dag_run.c.partition_date.is_not(None))
    for first in range(0, len(uids), 500):
        some = dag_run.c.uid.in_(uids[first : first + 500])
        tx.execute(update(dag_run).where(some, about).values(partition_key=None, partition_date=None, updated_at=now))

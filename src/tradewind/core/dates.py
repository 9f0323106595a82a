"""Tasks with dates of their own: a run whose logical date lies outside them passes the task over."""

from __future__ import annotations

from tradewind.core.graph import Node
from tradewind.core.run import Run

__all__ = ["why_outside"]


def why_outside(run: Run, node: Node) -> str | None:
    """Why the task has no part in the run; None: it has. Backfills ask for their dates themselves, so nothing is
    outside of them, as in Airflow."""
    date = run.facts.logical_date
    if date is None or run.facts.run_type == "backfill":
        return None
    start, end = node.spec.start_date, node.spec.end_date
    if start is not None and date < start:
        return f"the run's logical date {date.isoformat()} is before the task's start_date {start.isoformat()}"
    if end is not None and date > end:
        return f"the run's logical date {date.isoformat()} is after the task's end_date {end.isoformat()}"
    return None

"""Patterns of DAG ids, turned into the ids themselves: there are few DAGs beside runs, and runs are found by ids."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from tradewind.db.engine import Tx
from tradewind.db.listing import like, prefixed, rows
from tradewind.db.tables import dag

__all__ = ["dags_like"]

FEW = 500
"""Up to here a list of ids serves better than the pattern."""


def dags_like(
    tx: Tx, workspace: str, dag_ids: Sequence[str], pattern: str | None, prefix: str | None, *, of: str
) -> Sequence[str] | None:
    """The ids to look for in place of these patterns; none: all DAGs; None: too many, keep to the patterns.

    Args:
        dag_ids: what else was asked for by name; empty: nothing.
        of: the table whose rows are looked for. Where the caller may see those of few DAGs only, these are the ids.
    """
    seen = tx.dags_seen(of, workspace, FEW)
    if seen is not None:
        dag_ids = [one for one in dag_ids if one in seen] if dag_ids else seen
        if not dag_ids:
            return _NOBODY
    by_text = like(dag.c.dag_id, pattern) + prefixed(dag.c.dag_id, prefix)
    if not by_text:
        return dag_ids
    tx = tx.whole  # this finds names for a condition, and shows none
    if dag_ids:
        by_text.append(dag.c.dag_id.in_(dag_ids))
    found = rows(tx, select(dag.c.dag_id).where(dag.c.workspace == workspace, *by_text).order_by(dag.c.dag_id))
    if not found:
        return _NOBODY
    if len(found) <= FEW:
        return [row[0] for row in found]
    is_all = len(found) == tx.scalar(select(func.count()).select_from(dag).where(dag.c.workspace == workspace))
    return () if is_all else None


_NOBODY = ("",)

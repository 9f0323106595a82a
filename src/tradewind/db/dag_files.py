"""DAG files, as far as the database knows them: by the DAGs that were found in them."""

from __future__ import annotations

from sqlalchemy import select

from tradewind.db.engine import Tx
from tradewind.db.tables import dag

__all__ = ["dags_in_file"]


def dags_in_file(tx: Tx, workspace: str, bundle_name: str, relative_fileloc: str) -> list[str]:
    """Ids of the DAGs that a file held when it was parsed last."""
    of_file = (dag.c.bundle_name == bundle_name, dag.c.relative_fileloc == relative_fileloc)
    return list(tx.execute(select(dag.c.dag_id).where(dag.c.workspace == workspace, *of_file)).scalars())

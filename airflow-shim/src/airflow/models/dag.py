"""DAGs as Airflow's models have them; their tables are not here."""

from __future__ import annotations

from airflow._forward import forward
from airflow._refusals import table

__all__ = ["DagModel", "DagOwnerAttributes", "DagTag"]

DagModel = table("DagModel", __name__, "the REST API, or `ti.get_dag(dag_id)` in a task")
DagTag = table("DagTag", __name__, "`DAG.tags`")
DagOwnerAttributes = table("DagOwnerAttributes", __name__, "`DAG.owner_links`")

PLACES = {
    "DagContext": "airflow.sdk.definitions._internal.contextmanager:DagContext",
}

__getattr__, __dir__ = forward(__name__, "DAG dag", places=PLACES)

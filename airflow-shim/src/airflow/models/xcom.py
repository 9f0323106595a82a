"""XComs as Airflow's models have them; their table is not here."""

from __future__ import annotations

from airflow._forward import forward
from airflow._refusals import table

__all__ = ["XComModel"]

XComModel = table("XComModel", __name__, "`ti.xcom_pull` and `ti.xcom_push`")

PLACES = {
    "XCom": "airflow.sdk.bases.xcom:BaseXCom",
    "BaseXCom": "airflow.sdk.bases.xcom:BaseXCom",
    "XCOM_RETURN_KEY": "tradewind.sdk.task_instance:RETURN_KEY",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

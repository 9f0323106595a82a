"""Airflow's `airflow.sdk.execution_time.xcom`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "XCom": "airflow.sdk.bases.xcom:BaseXCom",
    "BaseXCom": "airflow.sdk.bases.xcom:BaseXCom",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

"""Airflow's `airflow.models.xcom`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "XCom": "airflow.sdk.bases.xcom:BaseXCom",
    "BaseXCom": "airflow.sdk.bases.xcom:BaseXCom",
    "XCOM_RETURN_KEY": "tradewind.sdk.task_instance:RETURN_KEY",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

"""Airflow's `airflow.sdk.state`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TaskInstanceState": "airflow.utils.state:TaskInstanceState",
    "DagRunState": "airflow.utils.state:DagRunState",
    "AssetScope": "tradewind.sdk.state_store:AssetScope",
    "TaskScope": "tradewind.sdk.state_store:TaskScope",
    "StoreScope": "tradewind.sdk.state_store:StoreScope",
    "BaseStoreBackend": "tradewind.sdk.state_store:BaseStoreBackend",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

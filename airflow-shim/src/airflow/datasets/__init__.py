"""Airflow's `airflow.datasets`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "Dataset": "tradewind.sdk.asset:Asset",
    "DatasetAlias": "tradewind.sdk.asset:AssetAlias",
    "DatasetAll": "tradewind.sdk.asset:AssetAll",
    "DatasetAny": "tradewind.sdk.asset:AssetAny",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk.Asset")

"""Airflow's `airflow.lineage.hook`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "AssetLineageInfo": "airflow.sdk.lineage:AssetLineageInfo",
    "DatasetLineageInfo": "airflow.sdk.lineage:AssetLineageInfo",
    "HookLineage": "airflow.sdk.lineage:HookLineage",
    "HookLineageCollector": "airflow.sdk.lineage:HookLineageCollector",
    "HookLineageReader": "airflow.sdk.lineage:HookLineageReader",
    "LineageContext": "airflow.sdk.lineage:LineageContext",
    "NoOpCollector": "airflow.sdk.lineage:NoOpCollector",
    "get_hook_lineage_collector": "airflow.sdk.lineage:get_hook_lineage_collector",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

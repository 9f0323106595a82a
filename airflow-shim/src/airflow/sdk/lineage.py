"""Airflow's `airflow.sdk.lineage`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    name: f"tradewind.sdk.lineage:{name}"
    for name in (
        "AssetLineageInfo",
        "ExtraLineageInfo",
        "HookLineage",
        "HookLineageCollector",
        "HookLineageReader",
        "NoOpCollector",
        "get_hook_lineage_collector",
    )
} | {
    "DatasetLineageInfo": "tradewind.sdk.lineage:AssetLineageInfo",
    "LineageContext": "tradewind.sdk.hook:BaseHook",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

"""Assets as Airflow's models have them; their tables are not here."""

from __future__ import annotations

from airflow._forward import forward
from airflow._refusals import table

__all__ = [
    "AssetActive",
    "AssetAliasModel",
    "AssetDagRunQueue",
    "AssetEvent",
    "AssetModel",
    "DagScheduleAssetReference",
    "TaskOutletAssetReference",
]

AssetActive = table("AssetActive", __name__)
AssetAliasModel = table("AssetAliasModel", __name__)
AssetDagRunQueue = table("AssetDagRunQueue", __name__)
AssetEvent = table("AssetEvent", __name__, "`inlet_events` and `triggering_asset_events` of the context")
AssetModel = table("AssetModel", __name__)
DagScheduleAssetReference = table("DagScheduleAssetReference", __name__)
TaskOutletAssetReference = table("TaskOutletAssetReference", __name__)

PLACES = {
    "expand_alias_to_assets": "airflow._refusals:expand_alias_to_assets",
}

__getattr__, __dir__ = forward(__name__, "Asset AssetAlias", places=PLACES)

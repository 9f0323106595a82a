"""Airflow's `airflow.sdk.definitions.asset.decorators`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "MultiAssetDefinition": "tradewind.sdk.asset_decorator:MultiAssetDefinition",
    "AssetDefinition": "tradewind.sdk.asset_decorator:AssetDefinition",
}

__getattr__, __dir__ = forward(__name__, "asset", places=PLACES)

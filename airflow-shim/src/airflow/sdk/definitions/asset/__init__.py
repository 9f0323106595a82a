"""Airflow's `airflow.sdk.definitions.asset`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "Model": "tradewind.sdk.asset:Model",
    "_get_normalized_scheme": "airflow.sdk.definitions.asset.uris:_get_normalized_scheme",
    "BaseAsset": "tradewind.sdk.asset:BaseAsset",
    "AssetRef": "tradewind.sdk.asset:AssetRef",
    "AssetNameRef": "tradewind.sdk.asset:AssetNameRef",
    "AssetUriRef": "tradewind.sdk.asset:AssetUriRef",
    "AssetUniqueKey": "tradewind.sdk.asset:AssetUniqueKey",
    "Dataset": "tradewind.sdk.asset:Asset",
}

__getattr__, __dir__ = forward(
    __name__, "Asset AssetAlias AssetAll AssetAny AssetWatcher AssetAccessControl", places=PLACES
)

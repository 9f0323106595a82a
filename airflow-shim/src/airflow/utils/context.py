"""Airflow's `airflow.utils.context`, resolved to the objects of Tradewind."""

from airflow._forward import forward


class AirflowContextDeprecationWarning(DeprecationWarning):
    """A key of the context will go."""


PLACES = {
    "OutletEventAccessors": "tradewind.sdk.asset_events:OutletEvents",
    "OutletEventAccessor": "tradewind.sdk.asset_events:OutletEvent",
    "InletEventsAccessors": "tradewind.sdk.asset_events:InletEvents",
    "AssetAliasEvent": "tradewind.sdk.asset_events:AliasEvent",
    "TriggeringAssetEventsAccessor": "tradewind.sdk.asset_events:TriggeringAssetEvents",
    "ConnectionAccessor": "tradewind.sdk.connection:ConnectionAccessor",
    "VariableAccessor": "tradewind.sdk.variable:VariableAccessor",
    "context_copy_partial": "airflow.sdk.definitions.context:context_copy_partial",
    "context_merge": "airflow.sdk.definitions.context:context_merge",
    "context_get_outlet_events": "airflow.sdk.execution_time.context:context_get_outlet_events",
}

__getattr__, __dir__ = forward(__name__, "Context", places=PLACES)

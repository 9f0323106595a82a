"""Airflow's `airflow.utils.context`, resolved to the objects of Tradewind."""

from airflow._forward import forward


class AirflowContextDeprecationWarning(DeprecationWarning):
    """A key of the context will go."""


PLACES = {
    "context_merge": "airflow.sdk.definitions.context:context_merge",
    "context_get_outlet_events": "airflow.sdk.execution_time.context:context_get_outlet_events",
}

__getattr__, __dir__ = forward(__name__, "Context", places=PLACES)

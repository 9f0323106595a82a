"""Airflow's `airflow.sdk.definitions.deadline`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "VariableInterval": "tradewind.sdk.deadline:VariableInterval",
}

__getattr__, __dir__ = forward(
    __name__,
    "DeadlineAlert DeadlineReference BaseDeadlineReference deadline_reference AsyncCallback SyncCallback",
    places=PLACES,
)

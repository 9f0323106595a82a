"""Airflow's `airflow.utils.log.wasb_task_handler`, which is in a provider package."""

from airflow._forward import forward

PLACES = {
    "WasbTaskHandler": "airflow.providers.microsoft.azure.log.wasb_task_handler:WasbTaskHandler",
}

__getattr__, __dir__ = forward(
    __name__, places=PLACES, instead="airflow.providers.microsoft.azure.log.wasb_task_handler"
)

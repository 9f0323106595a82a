"""Airflow's `airflow.utils.log.stackdriver_task_handler`, which is in a provider package."""

from airflow._forward import forward

PLACES = {
    "StackdriverTaskHandler": "airflow.providers.google.cloud.log.stackdriver_task_handler:StackdriverTaskHandler",
}

__getattr__, __dir__ = forward(
    __name__, places=PLACES, instead="airflow.providers.google.cloud.log.stackdriver_task_handler"
)

"""Airflow's `airflow.utils.log.cloudwatch_task_handler`, which is in a provider package."""

from airflow._forward import forward

PLACES = {
    "CloudwatchTaskHandler": "airflow.providers.amazon.aws.log.cloudwatch_task_handler:CloudwatchTaskHandler",
}

__getattr__, __dir__ = forward(
    __name__, places=PLACES, instead="airflow.providers.amazon.aws.log.cloudwatch_task_handler"
)

"""Airflow's `airflow.utils.log.s3_task_handler`, which is in a provider package."""

from airflow._forward import forward

PLACES = {
    "S3TaskHandler": "airflow.providers.amazon.aws.log.s3_task_handler:S3TaskHandler",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.amazon.aws.log.s3_task_handler")

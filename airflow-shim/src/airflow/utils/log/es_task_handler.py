"""Airflow's `airflow.utils.log.es_task_handler`, which is in a provider package."""

from airflow._forward import forward

PLACES = {
    "ElasticsearchTaskHandler": "airflow.providers.elasticsearch.log.es_task_handler:ElasticsearchTaskHandler",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.elasticsearch.log.es_task_handler")

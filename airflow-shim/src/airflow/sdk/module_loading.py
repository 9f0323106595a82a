"""Airflow's `airflow.sdk.module_loading`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "import_string": "airflow.utils.module_loading:import_string",
    "iter_namespace": "airflow.utils.module_loading:iter_namespace",
    "qualname": "airflow.utils.module_loading:qualname",
    "is_valid_dotpath": "airflow.utils.module_loading:is_valid_dotpath",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

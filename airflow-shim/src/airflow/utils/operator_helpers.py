"""Airflow's `airflow.utils.operator_helpers`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "determine_kwargs": "airflow.sdk.bases.decorator:determine_kwargs",
    "KeywordParameters": "airflow.sdk.bases.decorator:KeywordParameters",
    "context_to_airflow_vars": "airflow.sdk.execution_time.context:context_to_airflow_vars",
    "AIRFLOW_VAR_NAME_FORMAT_MAPPING": "airflow.sdk.execution_time.context:AIRFLOW_VAR_NAME_FORMAT_MAPPING",
    "DEFAULT_FORMAT_PREFIX": "airflow.sdk.execution_time.context:DEFAULT_FORMAT_PREFIX",
    "ExecutionCallableRunner": "airflow.sdk.execution_time.callback_runner:ExecutionCallableRunner",
    "make_kwargs_callable": "airflow.sdk.bases.decorator:make_kwargs_callable",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

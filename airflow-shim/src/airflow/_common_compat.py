"""Stands in for `airflow.providers.common.compat.sdk`: one place for the names that provider packages use."""

from __future__ import annotations

from airflow import sdk
from airflow._forward import forward
from airflow.sdk import exceptions

PLACES = {
    **{name: f"airflow.sdk:{name}" for name in sdk.__all__},
    **{name: f"airflow.sdk.exceptions:{name}" for name in exceptions.PLACES},
    "conf": "airflow.configuration:conf",
    "XCom": "airflow.sdk.bases.xcom:BaseXCom",
    "XCOM_RETURN_KEY": "tradewind.sdk.task_instance:RETURN_KEY",
    "TaskInstanceKey": "airflow.sdk.types:TaskInstanceKey",
    "TaskDecorator": "tradewind.sdk.decorators:TaskDecorator",
    "DecoratedOperator": "tradewind.sdk.decorated:DecoratedOperator",
    "task_decorator_factory": "tradewind.sdk.decorators:task_decorator_factory",
    "determine_kwargs": "airflow.sdk.bases.decorator:determine_kwargs",
    "KeywordParameters": "airflow.sdk.bases.decorator:KeywordParameters",
    "HookLineage": "airflow.sdk.lineage:HookLineage",
    "HookLineageCollector": "airflow.sdk.lineage:HookLineageCollector",
    "HookLineageReader": "airflow.sdk.lineage:HookLineageReader",
    "get_hook_lineage_collector": "airflow.sdk.lineage:get_hook_lineage_collector",
    "get_listener_manager": "airflow.sdk.listener:get_listener_manager",
    "get_unique_task_id": "airflow.sdk.bases.decorator:get_unique_task_id",
    "context_merge": "airflow.sdk.definitions.context:context_merge",
    "context_to_airflow_vars": "airflow.sdk.execution_time.context:context_to_airflow_vars",
    "AIRFLOW_VAR_NAME_FORMAT_MAPPING": "airflow.sdk.execution_time.context:AIRFLOW_VAR_NAME_FORMAT_MAPPING",
    "SET_DURING_EXECUTION": "airflow.sdk.definitions._internal.types:SET_DURING_EXECUTION",
    "NOTSET": "tradewind.sdk.notset:NOTSET",
    "ArgNotSet": "tradewind.sdk.notset:ArgNotSet",
    "is_arg_set": "airflow.sdk.definitions._internal.types:is_arg_set",
    "MappedOperator": "tradewind.sdk.mapped:MappedOperator",
    "AirflowPlugin": "tradewind.sdk.plugins:AirflowPlugin",
    "hookimpl": "airflow.listeners:hookimpl",
    "Stats": "airflow.sdk.observability.stats:Stats",
    "redact": "airflow.sdk.log:redact",
    "mask_secret": "airflow.sdk.log:mask_secret",
    "timeout": "airflow.sdk.execution_time.timeout:timeout",
    "poke_mode_only": "airflow.sdk.bases.sensor:poke_mode_only",
    "DagRunType": "airflow.utils.types:DagRunType",
}

_get, __dir__ = forward(__name__, places=PLACES)


def __getattr__(name: str) -> object:
    if name == "timezone":
        from airflow.sdk import timezone  # noqa: PLC0415 - a module, on demand as the others

        return timezone
    return _get(name)

"""Airflow's `airflow.sdk.definitions._internal.abstractoperator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "AbstractOperator": "tradewind.sdk.node:TaskNode",
    "DEFAULT_QUEUE": "tradewind.sdk.operator_args:DEFAULT_QUEUE",
    "DEFAULT_POOL_NAME": "tradewind.sdk.operator_args:DEFAULT_POOL",
    "DEFAULT_RETRY_DELAY": "tradewind.sdk.operator_args:DEFAULT_RETRY_DELAY",
    "MAX_RETRY_DELAY": "tradewind.sdk.operator_args:MAX_RETRY_DELAY",
    "DEFAULT_EXECUTOR": "airflow.sdk.definitions._internal.defaults:DEFAULT_EXECUTOR",
    "DEFAULT_IGNORE_FIRST_DEPENDS_ON_PAST": "airflow.sdk.definitions._internal.defaults:DEFAULT_IGNORE_FIRST_DEPENDS_ON_PAST",
    "DEFAULT_OWNER": "airflow.sdk.definitions._internal.defaults:DEFAULT_OWNER",
    "DEFAULT_POOL_SLOTS": "airflow.sdk.definitions._internal.defaults:DEFAULT_POOL_SLOTS",
    "DEFAULT_PRIORITY_WEIGHT": "airflow.sdk.definitions._internal.defaults:DEFAULT_PRIORITY_WEIGHT",
    "DEFAULT_RETRIES": "airflow.sdk.definitions._internal.defaults:DEFAULT_RETRIES",
    "DEFAULT_TASK_EXECUTION_TIMEOUT": "airflow.sdk.definitions._internal.defaults:DEFAULT_TASK_EXECUTION_TIMEOUT",
    "DEFAULT_TRIGGER_RULE": "airflow.sdk.definitions._internal.defaults:DEFAULT_TRIGGER_RULE",
    "DEFAULT_WAIT_FOR_PAST_DEPENDS_BEFORE_SKIPPING": "airflow.sdk.definitions._internal.defaults:DEFAULT_WAIT_FOR_PAST_DEPENDS_BEFORE_SKIPPING",
    "DEFAULT_WEIGHT_RULE": "airflow.sdk.definitions._internal.defaults:DEFAULT_WEIGHT_RULE",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

"""Airflow's `airflow.models.abstractoperator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "AbstractOperator": "airflow.sdk.definitions._internal.abstractoperator:AbstractOperator",
    "DEFAULT_QUEUE": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_QUEUE",
    "DEFAULT_POOL_NAME": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_POOL_NAME",
    "DEFAULT_RETRY_DELAY": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_RETRY_DELAY",
    "MAX_RETRY_DELAY": "airflow.sdk.definitions._internal.abstractoperator:MAX_RETRY_DELAY",
    "DEFAULT_EXECUTOR": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_EXECUTOR",
    "DEFAULT_IGNORE_FIRST_DEPENDS_ON_PAST": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_IGNORE_FIRST_DEPENDS_ON_PAST",
    "DEFAULT_OWNER": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_OWNER",
    "DEFAULT_POOL_SLOTS": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_POOL_SLOTS",
    "DEFAULT_PRIORITY_WEIGHT": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_PRIORITY_WEIGHT",
    "DEFAULT_RETRIES": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_RETRIES",
    "DEFAULT_TASK_EXECUTION_TIMEOUT": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_TASK_EXECUTION_TIMEOUT",
    "DEFAULT_TRIGGER_RULE": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_TRIGGER_RULE",
    "DEFAULT_WAIT_FOR_PAST_DEPENDS_BEFORE_SKIPPING": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_WAIT_FOR_PAST_DEPENDS_BEFORE_SKIPPING",
    "DEFAULT_WEIGHT_RULE": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_WEIGHT_RULE",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk")

"""Airflow's `airflow.sdk.bases.operator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BaseOperatorMeta": "tradewind.sdk.operator_meta:OperatorMeta",
    "DEFAULT_OWNER": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_OWNER",
    "DEFAULT_POOL_SLOTS": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_POOL_SLOTS",
    "DEFAULT_PRIORITY_WEIGHT": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_PRIORITY_WEIGHT",
    "DEFAULT_QUEUE": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_QUEUE",
    "DEFAULT_RETRIES": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_RETRIES",
    "DEFAULT_RETRY_DELAY": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_RETRY_DELAY",
    "DEFAULT_TRIGGER_RULE": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_TRIGGER_RULE",
    "DEFAULT_WEIGHT_RULE": "airflow.sdk.definitions._internal.abstractoperator:DEFAULT_WEIGHT_RULE",
    "MAX_RETRY_DELAY": "airflow.sdk.definitions._internal.abstractoperator:MAX_RETRY_DELAY",
}

__getattr__, __dir__ = forward(
    __name__, "BaseOperator BaseAsyncOperator chain chain_linear cross_downstream", places=PLACES
)

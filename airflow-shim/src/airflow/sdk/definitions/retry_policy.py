"""Airflow's `airflow.sdk.definitions.retry_policy`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "ChainRetryPolicy": "tradewind.sdk.retry:ChainRetryPolicy",
}

__getattr__, __dir__ = forward(
    __name__, "RetryPolicy ExceptionRetryPolicy RetryRule RetryDecision RetryAction", places=PLACES
)

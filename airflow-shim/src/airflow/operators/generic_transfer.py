"""Airflow's `airflow.operators.generic_transfer`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "GenericTransfer": "airflow.providers.common.sql.operators.generic_transfer:GenericTransfer",
}

__getattr__, __dir__ = forward(
    __name__, places=PLACES, instead="airflow.providers.common.sql.operators.generic_transfer"
)

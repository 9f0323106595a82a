"""Airflow's `airflow.utils.db`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "create_session": "airflow.utils.session:create_session",
    "provide_session": "airflow.utils.session:provide_session",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.utils.session")

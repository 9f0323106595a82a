"""Airflow's `airflow.models.base`: how long an id may be; the tables that are there in Airflow are not here."""

from tradewind.sdk.node import KEY_LENGTH as ID_LEN

__all__ = ["ID_LEN"]

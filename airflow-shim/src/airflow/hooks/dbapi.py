"""Airflow's `airflow.hooks.dbapi`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DbApiHook": "airflow.providers.common.sql.hooks.sql:DbApiHook",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.common.sql.hooks.sql")

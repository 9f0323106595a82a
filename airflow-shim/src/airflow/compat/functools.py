"""Airflow's `airflow.compat.functools`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "cache": "functools:cache",
    "cached_property": "functools:cached_property",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="functools")

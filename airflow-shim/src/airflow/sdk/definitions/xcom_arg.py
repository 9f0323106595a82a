"""Airflow's `airflow.sdk.definitions.xcom_arg`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "MapXComArg": "tradewind.sdk.xcom_arg:MapXComArg",
    "PlainXComArg": "tradewind.sdk.xcom_arg:XComArg",
}

__getattr__, __dir__ = forward(__name__, "XComArg", places=PLACES)

"""Airflow's `airflow.models.xcom_arg`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "PlainXComArg": "tradewind.sdk.xcom_arg:PlainXComArg",
    "MapXComArg": "tradewind.sdk.xcom_arg:MapXComArg",
}

__getattr__, __dir__ = forward(__name__, "XComArg", places=PLACES)

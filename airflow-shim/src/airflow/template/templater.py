"""Airflow's `airflow.template.templater`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "Templater": "tradewind.sdk.templated:Templated",
    "LiteralValue": "tradewind.sdk.resolve:LiteralValue",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

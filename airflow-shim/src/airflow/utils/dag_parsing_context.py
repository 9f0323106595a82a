"""Airflow's `airflow.utils.dag_parsing_context`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "AirflowParsingContext": "tradewind.sdk.parsing_context:ParsingContext",
}

__getattr__, __dir__ = forward(__name__, "get_parsing_context", places=PLACES, instead="airflow.sdk")

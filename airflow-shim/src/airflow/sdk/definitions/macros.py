"""Airflow's `airflow.sdk.definitions.macros`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "ds_add": "tradewind.sdk.macros:ds_add",
    "ds_format": "tradewind.sdk.macros:ds_format",
    "ds_format_locale": "tradewind.sdk.macros:ds_format_locale",
    "datetime_diff_for_humans": "tradewind.sdk.macros:datetime_diff_for_humans",
    "datetime": "tradewind.sdk.macros:datetime",
    "timedelta": "tradewind.sdk.macros:timedelta",
    "dateutil": "tradewind.sdk.macros:dateutil",
    "time": "tradewind.sdk.macros:time",
    "uuid": "tradewind.sdk.macros:uuid",
    "random": "tradewind.sdk.macros:random",
    "json": "tradewind.sdk.macros:json",
    "yaml": "tradewind.sdk.macros:yaml",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

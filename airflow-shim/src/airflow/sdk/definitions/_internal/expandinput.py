"""Airflow's `airflow.sdk.definitions._internal.expandinput`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "ExpandInput": "tradewind.sdk.expansion:ExpandInput",
    "DictOfListsExpandInput": "tradewind.sdk.expansion:DictOfLists",
    "ListOfDictsExpandInput": "tradewind.sdk.expansion:ListOfDicts",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

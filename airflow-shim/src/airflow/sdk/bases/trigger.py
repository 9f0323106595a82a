"""Airflow's `airflow.sdk.bases.trigger`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BaseTrigger": "tradewind.sdk.trigger:BaseTrigger",
    "BaseEventTrigger": "tradewind.sdk.trigger:BaseEventTrigger",
    "TriggerEvent": "tradewind.sdk.trigger:TriggerEvent",
    "TaskSuccessEvent": "tradewind.sdk.trigger:TaskSuccessEvent",
    "TaskFailedEvent": "tradewind.sdk.trigger:TaskFailedEvent",
    "TaskSkippedEvent": "tradewind.sdk.trigger:TaskSkippedEvent",
    "StartTriggerArgs": "tradewind.sdk.trigger:StartTriggerArgs",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

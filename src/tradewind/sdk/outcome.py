"""How a task says how it ends, in our words: control flow, not errors. Airflow's names mean the same classes."""

from __future__ import annotations

from tradewind.sdk.exceptions import AirflowFailException, AirflowRescheduleException, AirflowSkipException

__all__ = ["FailTask", "RescheduleTask", "SkipTask"]

SkipTask = AirflowSkipException
FailTask = AirflowFailException
RescheduleTask = AirflowRescheduleException

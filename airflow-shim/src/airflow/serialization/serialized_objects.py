"""Airflow's serialized DAGs and operators: Tradewind describes DAGs in another way, so these can only be named."""

from __future__ import annotations

from typing import Any, NoReturn

from airflow._refusals import Table, refuse

__all__ = ["BaseSerialization", "SerializedBaseOperator", "SerializedDAG", "create_scheduler_operator"]

INSTEAD = "the DAG itself, or `tradewind.spec` for what is stored of it"


class BaseSerialization(metaclass=Table):
    """Airflow's base of them."""

    instead = INSTEAD


class SerializedBaseOperator(BaseSerialization):
    """An operator, read back."""


class SerializedDAG(BaseSerialization):
    """A DAG, read back."""


def create_scheduler_operator(*_: Any, **__: Any) -> NoReturn:
    """An operator for Airflow's scheduler: refused.

    Raises:
        RuntimeError: always.
    """
    refuse("create_scheduler_operator makes an operator of Airflow's scheduler", INSTEAD)

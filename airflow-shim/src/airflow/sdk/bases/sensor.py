"""Sensors."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.sensor import BaseSensorOperator, PokeReturnValue

__all__ = ["BaseSensorOperator", "PokeReturnValue", "poke_mode_only"]


def poke_mode_only(cls: type[BaseSensorOperator]) -> type[BaseSensorOperator]:
    """Make a sensor class that can't give its process back between looks.

    Raises:
        ValueError: the class is no sensor.
    """
    if not issubclass(cls, BaseSensorOperator):
        raise ValueError(  # noqa: TRY004 - Airflow raises this
            f"poke_mode_only decorator should only be applied to subclasses of BaseSensorOperator, got: {cls}."
        )

    def mode(_: Any) -> str:
        return "poke"

    def set_mode(_: Any, value: str) -> None:
        if value != "poke":
            raise ValueError(f"Cannot set mode to '{value}'. Only 'poke' is acceptable")

    cls.mode = property(mode, set_mode)  # type: ignore[assignment]
    return cls

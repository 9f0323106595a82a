"""Metrics that operators send: they are counted nowhere yet."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

__all__ = ["Stats"]


class Stats:
    """Accepts all metrics."""

    @staticmethod
    def incr(stat: str, count: int = 1, rate: float = 1, **_: Any) -> None:
        """Count up."""

    @staticmethod
    def decr(stat: str, count: int = 1, rate: float = 1, **_: Any) -> None:
        """Count down."""

    @staticmethod
    def gauge(stat: str, value: float, rate: float = 1, delta: bool = False, **_: Any) -> None:
        """Set a value."""

    @staticmethod
    def timing(stat: str, dt: Any, **_: Any) -> None:
        """Tell how long something took."""

    @staticmethod
    @contextmanager
    def timer(stat: str | None = None, *_: Any, **__: Any) -> Generator[None]:  # noqa: ARG004 - Airflow's signature
        """Tell how long the block took."""
        yield

"""Settings of provider packages are there as soon as somebody asks for one; Airflow's code says when to load them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

__all__ = ["providers_configuration_loaded"]

P = ParamSpec("P")
R = TypeVar("R")


def providers_configuration_loaded(func: Callable[P, R]) -> Callable[P, R]:
    """The function as it is."""
    return func

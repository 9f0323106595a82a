"""Tries a connection in a process of its own: hooks are code of packages, and may hang, print and crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradewind.sdk.connection import Connection
from tradewind.sdk.provider_process import ChildFailed, ask

__all__ = ["try_connection"]

TIMEOUT_S = 60.0


def try_connection(fields: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether a connection of these fields works, and what its hook says."""
    try:
        went_well, message = ask("tradewind.sdk.connection_testing.try_here", dict(fields), timeout_s=TIMEOUT_S)
    except ChildFailed as error:
        return False, str(error)
    return went_well, message


def try_here(fields: dict[str, Any]) -> tuple[bool, str]:
    """The same, in this process."""
    went_well, message = Connection(**fields).test_connection()
    return bool(went_well), str(message)

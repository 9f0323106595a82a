"""Tries a connection in a process of its own: hooks are code of packages, and may hang, print and crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradewind.sdk.provider_process import ChildFailed, ask

__all__ = ["try_connection"]

TIMEOUT_S = 60.0
TRIAL = "tradewind.worker.connection_trial.try_here"
"""What the process calls; it knows how secrets are kept out of what the hook says, as workers do."""


def try_connection(fields: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether a connection of these fields works, and what its hook says."""
    try:
        went_well, message = ask(TRIAL, dict(fields), timeout_s=TIMEOUT_S)
    except ChildFailed as error:
        return False, str(error)
    return went_well, message

"""Lets a hook try a connection, in the process that was started for it (`tradewind.sdk.connection_testing`)."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.connection import Connection
from tradewind.worker.secrets_masking import MASKER, mask_connection

__all__ = ["try_here"]


def try_here(fields: dict[str, Any]) -> tuple[bool, str]:
    """Whether a connection of these fields works, and what its hook says, without the connection's secrets."""
    mask_connection(fields)
    went_well, message = Connection(**fields).test_connection()
    return bool(went_well), MASKER.redact(str(message))

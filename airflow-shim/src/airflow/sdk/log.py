"""Secrets in logs."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.task_api import mask_secret
from tradewind.worker.secrets_masking import MASKER, is_sensitive

__all__ = ["mask_secret", "redact", "should_hide_value_for_key"]


def redact(value: Any, name: str | None = None, max_depth: int | None = None) -> Any:  # noqa: ARG001 - Airflow's signature
    """The value with what must not be seen as ``***``, to any depth."""
    return MASKER.redact_fields(value, name)


def should_hide_value_for_key(name: Any) -> bool:
    """Whether a value of this name is to be hidden."""
    return isinstance(name, str) and is_sensitive(name)

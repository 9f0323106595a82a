"""Secrets in logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.configuration import conf
from tradewind.sdk.task_api import mask_secret
from tradewind.worker.secrets_masking import MASKER, is_sensitive

__all__ = ["mask_secret", "redact", "relative_path_from_logger", "should_hide_value_for_key"]


def redact(value: Any, name: str | None = None, max_depth: int | None = None) -> Any:  # noqa: ARG001 - Airflow's signature
    """The value with what must not be seen as ``***``, to any depth."""
    return MASKER.redact_fields(value, name)


def should_hide_value_for_key(name: Any) -> bool:
    """Whether a value of this name is to be hidden."""
    return isinstance(name, str) and is_sensitive(name)


def relative_path_from_logger(logger: Any) -> Path | None:
    """Where, under the log folder, the file is that a structured logger writes; None: it writes none there."""
    name = getattr(getattr(logger, "_file", None), "name", None)
    folder = Path(conf.get("logging", "base_log_folder"))
    path = Path(name) if isinstance(name, str) else None
    return path.relative_to(folder) if path is not None and path.is_relative_to(folder) else None

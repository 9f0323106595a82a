"""Which remote log there is, as provider packages ask and tell."""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = ["get_default_remote_conn_id", "get_remote_task_log"]


class _ActiveLoggingConfig:
    """The remote log of this process."""

    logging_config_loaded: ClassVar[bool] = False
    remote_task_log: ClassVar[Any] = None
    default_remote_conn_id: ClassVar[str | None] = None

    @classmethod
    def set(cls, remote_task_log: Any, default_remote_conn_id: str | None) -> None:
        """Use this one from now on."""
        cls.remote_task_log = remote_task_log
        cls.default_remote_conn_id = default_remote_conn_id
        cls.logging_config_loaded = True


def get_remote_task_log() -> Any:
    """The remote log that somebody has set, or None."""
    return _ActiveLoggingConfig.remote_task_log


def get_default_remote_conn_id() -> str | None:
    """The connection that goes with it, or None."""
    return _ActiveLoggingConfig.default_remote_conn_id

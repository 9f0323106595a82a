"""The base of hooks: clients of outside systems that find their connection by its id."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any, ClassVar

from tradewind.sdk.connection import Connection

__all__ = ["BaseHook"]


class BaseHook:
    """A client of an outside system; subclasses give `get_conn`."""

    conn_name_attr: ClassVar[str] = "conn_id"
    default_conn_name: ClassVar[str] = "default_conn_id"
    conn_type: ClassVar[str] = ""
    hook_name: ClassVar[str] = ""
    _logger_name: str | None = None

    def __init__(self, logger_name: str | None = None) -> None:
        super().__init__()
        self._logger_name = logger_name

    @cached_property
    def log(self) -> logging.Logger:
        """Where the hook writes what it does: the log of the task."""
        kind = type(self)
        return logging.getLogger(self._logger_name or f"tradewind.task.hooks.{kind.__module__}.{kind.__qualname__}")

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """The connection of that name."""
        return Connection.get(conn_id)

    @classmethod
    async def aget_connection(cls, conn_id: str) -> Connection:
        """`get_connection` for async code."""
        return await Connection.async_get(conn_id)

    @classmethod
    def get_connections(cls, conn_id: str) -> list[Connection]:
        """The connection of that name, as a list of one."""
        return [cls.get_connection(conn_id)]

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook that fits the connection's type."""
        return cls.get_connection(conn_id).get_hook(hook_params=hook_params)

    @classmethod
    async def aget_hook(cls, conn_id: str, hook_params: dict[str, Any] | None = None) -> Any:
        """`get_hook` for async code."""
        return (await cls.aget_connection(conn_id)).get_hook(hook_params=hook_params)

    def get_conn(self) -> Any:
        """The client itself."""
        raise NotImplementedError(f"{type(self).__name__} has no get_conn()")

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Extra fields of the connection form."""
        return {}

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """How the connection form shows its fields."""
        return {}

"""The listeners of this process."""

from __future__ import annotations

from functools import partial
from typing import Any

from tradewind.sdk.plugins import PLUGINS

__all__ = ["ListenerManager", "get_listener_manager"]


class _Hooks:
    """Each hook as a function that tells the listeners."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return partial(PLUGINS.tell, name)


class ListenerManager:
    """Takes in listeners, and tells them."""

    def __init__(self) -> None:
        self.hook = _Hooks()

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens."""
        return PLUGINS.has_listeners

    def add_listener(self, listener: Any) -> None:
        """Let a module or object listen, from its functions marked with `hookimpl`."""
        PLUGINS.listen(listener)


_MANAGER = ListenerManager()


def get_listener_manager() -> ListenerManager:
    """The one of this process."""
    return _MANAGER

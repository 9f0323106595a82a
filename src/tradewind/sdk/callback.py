"""What is called when a deadline was missed: functions, coroutines, and notifiers, by themselves or by their path."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["AsyncCallback", "Callback", "SyncCallback"]


class Callback:
    """What is called when a deadline was missed, with its keyword arguments and, where it takes one, the `context`.

    Args:
        callback_callable: a function, a notifier class, or the dotted path of one.
        kwargs: what it is called with; ``context`` is added to them.

    Raises:
        ValueError: `kwargs` has a ``context``.
        ImportError: a text that can't be a path.
        AttributeError: it can't be called, or not in this way.
    """

    path: str
    kwargs: dict[str, Any]

    def __init__(self, callback_callable: Callable[..., Any] | str, kwargs: dict[str, Any] | None = None) -> None:
        if kwargs and "context" in kwargs:
            raise ValueError("context is a reserved kwarg for this class")
        self.kwargs = dict(kwargs or {})
        self._callable = None if isinstance(callback_callable, str) else callback_callable
        if isinstance(callback_callable, str):
            self.path = callback_callable.strip()
            if "." not in self.path or not all(map(str.isidentifier, self.path.split("."))):
                raise ImportError(f"`{callback_callable}` doesn't look like a valid dot path.")
        else:
            if not callable(callback_callable):
                raise AttributeError(f"Provided callback {callback_callable} is not callable.")  # noqa: TRY004 - Airflow's
            self.verify_callable(callback_callable)
            name = getattr(callback_callable, "__qualname__", type(callback_callable).__qualname__)
            self.path = f"{callback_callable.__module__}.{name}"

    def resolve(self) -> Callable[..., Any]:
        """The function itself; a path is imported.

        Raises:
            ImportError, AttributeError: there is none at the path.
        """
        if self._callable is None:
            module, _, name = self.path.rpartition(".")
            found = getattr(import_module(module), name)
            self.verify_callable(found)
            self._callable = found
        return self._callable

    @classmethod
    def verify_callable(cls, callback: Callable[..., Any]) -> None:
        """Check that a function can be called in this class's way."""

    @classmethod
    def serialized_fields(cls) -> tuple[str, ...]:
        """What a callback of this class is made of."""
        return ("path", "kwargs")

    def serialize(self) -> dict[str, Any]:
        """The callback in plain values."""
        return {name: getattr(self, name) for name in self.serialized_fields()}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.serialize() == other.serialize()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.path))


class AsyncCallback(Callback):
    """A coroutine function, or a class whose objects can be awaited, such as a notifier."""

    @classmethod
    def verify_callable(cls, callback: Callable[..., Any]) -> None:
        if not (inspect.iscoroutinefunction(callback) or hasattr(callback, "__await__")):
            raise AttributeError(f"Provided callback {callback} is not awaitable.")


class SyncCallback(Callback):
    """A function, or a notifier class.

    Args:
        executor: where it runs; None: the default executor.
    """

    def __init__(
        self,
        callback_callable: Callable[..., Any] | str,
        kwargs: dict[str, Any] | None = None,
        executor: str | None = None,
    ) -> None:
        super().__init__(callback_callable, kwargs)
        self.executor = executor

    @classmethod
    def serialized_fields(cls) -> tuple[str, ...]:
        return (*super().serialized_fields(), "executor")

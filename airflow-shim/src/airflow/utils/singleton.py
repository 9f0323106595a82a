"""Classes of which there is one object."""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = ["Singleton"]


class Singleton(type):
    """The metaclass of such classes."""

    _instances: ClassVar[dict[Any, Any]] = {}

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls not in cls._instances:
            cls._instances[cls] = super().__call__(*args, **kwargs)
        return cls._instances[cls]

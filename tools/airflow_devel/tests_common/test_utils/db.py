"""Tables emptied between tests: there are none, and what tests keep lives as long as they do."""

from __future__ import annotations

from typing import Any

from tests_common.doors import needs_orm


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Nothing is kept."""


def __getattr__(name: str) -> Any:
    if name.startswith("clear_"):
        return _nothing
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *args, **kwargs: needs_orm(name)

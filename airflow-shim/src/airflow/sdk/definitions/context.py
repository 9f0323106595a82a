"""The task context."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from tradewind.sdk.context import Context, get_current_context
from tradewind.sdk.parsing_context import get_parsing_context

__all__ = ["Context", "context_copy_partial", "context_merge", "get_current_context", "get_parsing_context"]


def context_merge(context: Context, *args: Any, **kwargs: Any) -> None:
    """Add to a context, in place.

    Raises:
        TypeError: there is more than one mapping.
    """
    if len(args) > 1:
        raise TypeError(f"merge expected at most 1 argument, got {len(args)}")
    for key, value in {**(dict(*args) if args else {}), **kwargs}.items():
        context[key] = value


def context_copy_partial(source: Context, keys: Container[str]) -> Context:
    """A context with some of the keys of another; what is worked out when it is asked for stays so."""
    return Context({key: value for key, value in dict.items(source) if key in keys})

"""The task context."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.context import Context, get_current_context
from tradewind.sdk.parsing_context import get_parsing_context

__all__ = ["Context", "context_merge", "get_current_context", "get_parsing_context"]


def context_merge(context: Context, *args: Any, **kwargs: Any) -> None:
    """Add to a context, in place.

    Raises:
        TypeError: there is more than one mapping.
    """
    if len(args) > 1:
        raise TypeError(f"merge expected at most 1 argument, got {len(args)}")
    for key, value in {**(dict(*args) if args else {}), **kwargs}.items():
        context[key] = value

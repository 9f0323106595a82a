"""What people see of an attempt: the traceback of its error, and its rendered template fields."""

from __future__ import annotations

import os
import traceback
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeGuard

from tradewind.worker.secrets_masking import MASKER

__all__ = ["encodable", "is_collection", "is_mapping", "rendered_fields", "traceback_text"]

PACKAGE = str(Path(__file__).parent.parent) + os.sep
WORKER = str(Path(__file__).parent) + os.sep
MAX_TEXT = 4096
MAX_ITEMS = 200
LARGEST_INT = 2**63


def traceback_text(error: BaseException) -> str:
    """The traceback without the frames of ours that lead to the user's code, or to the operator's."""
    trace = error.__traceback__
    kept = _after(trace, PACKAGE) or _after(trace, WORKER) or trace
    return encodable("".join(traceback.format_exception(type(error), error, kept)))


def _after(trace: TracebackType | None, folder: str) -> TracebackType | None:
    """The traceback from the first frame outside of `folder` on."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(folder):
        trace = trace.tb_next
    return trace


def rendered_fields(operator: Any) -> dict[str, Any]:
    """The template fields as people may see them: plain, masked, and not too long."""
    return {
        name: MASKER.redact_fields(_plain(getattr(operator, name, None)), name) for name in operator.template_fields
    }


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return int(value) if abs(value) < LARGEST_INT else str(value)
    if isinstance(value, str):
        text = value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}... ({len(value)} characters)"
        return encodable(text)
    if is_mapping(value):
        return {encodable(str(key)): _plain(item) for key, item in list(value.items())[:MAX_ITEMS]}
    if is_collection(value):
        return [_plain(item) for item in list(value)[:MAX_ITEMS]]
    if callable(value):
        return f"<callable {getattr(value, '__qualname__', type(value).__qualname__)}>"
    return _plain(str(value))


def encodable(text: str) -> str:
    """The text as a plain `str`, with what UTF-8 has no place for (half a surrogate pair) escaped."""
    return str.__str__(text) if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Whether it is a mapping, of whatever."""
    return isinstance(value, Mapping)


def is_collection(value: object) -> TypeGuard[Collection[object]]:
    """Whether it is a list, tuple or set, of whatever."""
    return isinstance(value, list | tuple | set | frozenset)

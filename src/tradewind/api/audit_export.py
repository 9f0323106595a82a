"""The audit log as text for other programs: one JSON object a line, or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tradewind.db.audit_entries import FIELDS
from tradewind.db.columns import moment_to_text

__all__ = ["JSON_FIELDS", "csv_head", "csv_lines", "entry_out", "json_lines"]

JSON_FIELDS = ("extra", "before", "after")
"""Texts that are JSON themselves."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def entry_out(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with what is JSON in it decoded, and moments as the hash covers them."""
    shown = {name: moment_to_text(value) if hasattr(value, "isoformat") else value for name, value in entry.items()}
    return shown | {name: _decoded(entry[name]) for name in JSON_FIELDS}


def _decoded(text: str | None) -> object:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def json_lines(entries: Sequence[Mapping[str, Any]]) -> str:
    """One object a line."""
    return "".join(f"{msgspec.json.encode(entry_out(one)).decode()}\n" for one in entries)


def csv_head() -> str:
    """The names of the columns."""
    return ",".join(FIELDS) + "\r\n"


def csv_lines(entries: Sequence[Mapping[str, Any]]) -> str:
    """The rows; what is JSON stays text."""
    to = io.StringIO()
    writer = csv.writer(to)
    for one in entries:
        writer.writerow(_cell(one[name]) for name in FIELDS)
    return to.getvalue()


def _cell(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return moment_to_text(value)
    is_formula = isinstance(value, str) and value.startswith(FORMULA)
    return f"'{value}" if is_formula else value

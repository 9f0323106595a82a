"""Log records as lines of JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal

__all__ = ["JSONFormatter"]


class JSONFormatter(logging.Formatter):
    """Writes the named fields of each record, and some that are the same for all.

    Args:
        fmt, datefmt, style: as for a plain formatter.
        json_fields: which attributes of a record.
        extras: what is added to each.
    """

    def __init__(
        self,
        fmt: str | None = None,
        datefmt: str | None = None,
        style: Literal["%", "{", "$"] = "%",
        json_fields: Sequence[str] | None = None,
        extras: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(fmt, datefmt, style)
        self.json_fields = json_fields if json_fields is not None else []
        self.extras = extras if extras is not None else {}

    def usesTime(self) -> bool:  # noqa: N802 - logging's name
        """Whether a record's moment is written."""
        return "asctime" in self.json_fields

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        super().format(record)  # sets `message` and `asctime`
        fields = {name: getattr(record, name, None) for name in self.json_fields}
        return json.dumps({**fields, **self.extras}, default=str)

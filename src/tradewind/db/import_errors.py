"""Files that could not be imported, with their tracebacks; `parses` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tradewind.base.errors import NotFound
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page, like, ordered, paged, prefixed
from tradewind.db.tables import import_error

__all__ = ["ImportErrorRecord", "get_import_error", "list_import_errors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportErrorRecord:
    """Why a file could not be imported."""

    id: int
    bundle_name: str
    relative_fileloc: str
    fileloc: str
    """Path of the file people edit."""
    stacktrace: str
    timestamp: datetime


_C = import_error.c
_NAMES = tuple(ImportErrorRecord.__dataclass_fields__)
_ERRORS = select(*(_C[name] for name in _NAMES))
_SORTS = {
    "id": _C.id, "import_error_id": _C.id, "timestamp": _C.timestamp, "filename": _C.fileloc,
    "bundle_name": _C.bundle_name, "stacktrace": _C.stacktrace, "stack_trace": _C.stacktrace,
}  # fmt: skip


def get_import_error(tx: Tx, workspace: str, error_id: int) -> ImportErrorRecord:
    """An import error by its number.

    Raises:
        NotFound: no such error.
    """
    row = tx.execute(_ERRORS.where(_C.workspace == workspace, _C.id == error_id)).first()
    if row is None:
        raise NotFound(f"The ImportError with import_error_id: `{error_id}` was not found", import_error_id=error_id)
    return _record(row)


def list_import_errors(
    tx: Tx, workspace: str, page: Page = EVERYTHING, *, pattern: str | None = None, prefix: str | None = None
) -> tuple[list[ImportErrorRecord], int]:
    """Import errors in the order in which they came up, and how many there are in all.

    Args:
        pattern: of the file's path.
        prefix: of the file's path.
    """
    conditions = [_C.workspace == workspace, *like(_C.fileloc, pattern), *prefixed(_C.fileloc, prefix)]
    query = ordered(_ERRORS.where(*conditions), page, _SORTS, (_C.id,))
    return paged(tx, query, select(func.count()).select_from(import_error).where(*conditions), page, _record)


def _record(row: Sequence[Any]) -> ImportErrorRecord:
    return ImportErrorRecord(**dict(zip(_NAMES, row, strict=True)))

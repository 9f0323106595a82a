"""Variables: named values for DAGs, encrypted at rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.db import listing
from tradewind.db.bulk import insert
from tradewind.db.cipher import Cipher, Rotated
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page, like, ordered, paged, prefixed
from tradewind.db.tables import variable

__all__ = [
    "VariableRecord", "add_variable", "delete_variable", "find_variable", "get_variable", "list_keys",
    "list_variables",
    "put_variable", "rotate_key",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableRecord:
    """A variable with its value in the clear."""

    key: str
    value: str
    description: str | None = None


_C = variable.c
_VARIABLES = select(_C.key, _C.value, _C.description)
_SORTS = {
    "key": _C.key, "id": _C.key, "description": _C.description, "is_encrypted": _C.is_encrypted, "team_name": _C.workspace,
}  # fmt: skip


def _reader(cipher: Cipher) -> Callable[[Sequence[Any]], VariableRecord]:
    def record(row: Sequence[Any]) -> VariableRecord:
        key, value, description = row
        clear = cipher.decrypt(value)
        cipher.tell({key: clear})
        return VariableRecord(key=key, value=clear, description=description)

    return record


def find_variable(tx: Tx, cipher: Cipher, workspace: str, key: str) -> VariableRecord | None:
    """A variable by its key, or None."""
    row = tx.execute(_VARIABLES.where(_C.workspace == workspace, _C.key == key)).first()
    return None if row is None else _reader(cipher)(row)


def get_variable(tx: Tx, cipher: Cipher, workspace: str, key: str) -> VariableRecord:
    """A variable by its key.

    Raises:
        NotFound: no such variable.
    """
    found = find_variable(tx, cipher, workspace, key)
    if found is None:
        raise NotFound(f"The Variable with key: `{key}` was not found", key=key)
    return found


def list_variables(
    tx: Tx,
    cipher: Cipher,
    workspace: str,
    page: Page = EVERYTHING,
    *,
    pattern: str | None = None,
    prefix: str | None = None,
) -> tuple[list[VariableRecord], int]:
    """Variables by key, and how many there are in all."""
    conditions = [_C.workspace == workspace, *like(_C.key, pattern), *prefixed(_C.key, prefix)]
    query = ordered(_VARIABLES.where(*conditions), page, _SORTS, (_C.key,))
    count = select(func.count()).select_from(variable).where(*conditions)
    return paged(tx, query, count, page, _reader(cipher))


def list_keys(tx: Tx, workspace: str, prefix: str = "") -> list[str]:
    """Keys of variables, in order, without looking at their values."""
    return list(
        tx.execute(
            select(_C.key).where(_C.workspace == workspace, *prefixed(_C.key, prefix)).order_by(_C.key)
        ).scalars()
    )


_ADD = insert(variable, ("workspace", "key", "value", "is_encrypted", "description"))
_PUT = insert(
    variable,
    ("workspace", "key", "value", "is_encrypted", "description"),
    "(workspace, key) DO UPDATE SET value = excluded.value, is_encrypted = excluded.is_encrypted,"
    " description = coalesce(excluded.description, variable.description)",
)


def add_variable(tx: Tx, cipher: Cipher, workspace: str, new: VariableRecord) -> None:
    """Insert a variable.

    Raises:
        Conflict: the key is taken.
        InvalidInput: the key is empty or too long.
    """
    _check(new)
    if tx.scalar(select(_C.key).where(_C.workspace == workspace, _C.key == new.key)) is not None:
        raise Conflict(f"The Variable with key: `{new.key}` already exists", key=new.key)
    _ADD.run(tx, [(workspace, new.key, cipher.encrypt(new.value), True, new.description)])


def put_variable(tx: Tx, cipher: Cipher, workspace: str, new: VariableRecord) -> None:
    """Insert or replace a variable; without a description, the old one stays.

    Raises:
        InvalidInput: the key is empty or too long.
    """
    _check(new)
    _PUT.run(tx, [(workspace, new.key, cipher.encrypt(new.value), True, new.description)])


def delete_variable(tx: Tx, workspace: str, key: str) -> None:
    """Remove a variable.

    Raises:
        NotFound: no such variable.
    """
    if tx.execute(delete(variable).where(_C.workspace == workspace, _C.key == key)).rowcount == 0:
        raise NotFound(f"The Variable with key: `{key}` was not found", key=key)


def rotate_key(tx: Tx, cipher: Cipher, after: tuple[str, str] = ("", ""), limit: int = 2**31 - 1) -> Rotated:
    """Encrypt the values of some variables, in the order of their keys, again with the first key."""
    later = (_C.workspace > after[0]) | ((_C.workspace == after[0]) & (_C.key > after[1]))
    query = select(_C.workspace, _C.key, _C.value).where(later).order_by(_C.workspace, _C.key)
    if tx.dialect == "postgresql":
        query = query.with_for_update()  # nobody's change is overwritten
    found, changed = listing.rows(tx, query.limit(limit)), 0
    for workspace, key, value in found:
        if not cipher.is_newest(value):
            again = cipher.encrypt(cipher.decrypt(value))
            tx.execute(update(variable).where(_C.workspace == workspace, _C.key == key).values(value=again))
            changed += 1
    return Rotated(changed, len(found) - changed, (found[-1][0], found[-1][1]) if found else None)


def _check(new: VariableRecord) -> None:
    if not 1 <= len(new.key) <= 250:
        raise InvalidInput("the key of a variable has 1 to 250 characters", key=new.key)

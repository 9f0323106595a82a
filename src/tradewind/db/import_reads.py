"""What DAG files read while they are imported: a stamp for each name, which changes when what is stored does.

Stamps are made of what is stored, which is encrypted: they tell nothing of a value, and none is decrypted for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, select

from tradewind.db import variables
from tradewind.db.engine import Tx
from tradewind.db.tables import connection, variable

__all__ = ["Kind", "Read", "stamps"]

Kind = Literal["variable", "connection", "variables"]
ABSENT = "absent"
MOST_NAMES = 500
"""In one statement."""


@dataclass(frozen=True, slots=True)
class Read:
    """Something that a file read: a Variable or Connection by its name, or which Variables begin with a prefix."""

    kind: Kind
    name: str


def stamps(tx: Tx, workspace: str, reads: Collection[Read]) -> dict[Read, str]:
    """The stamp of each, as it is now; what is not there has one too."""
    found = dict.fromkeys(reads, ABSENT)
    v, c = variable.c, connection.c
    names = sorted(read.name for read in reads if read.kind == "variable")
    for part in _parts(names):
        query = select(v.key, v.value).where(v.workspace == workspace, v.key.in_(part))
        found.update({Read("variable", name): stamp for name, stamp in _rows(tx, query)})
    names = sorted(read.name for read in reads if read.kind == "connection")
    for part in _parts(names):
        columns = [one for one in c if one.name not in ("workspace", "conn_id")]
        query = select(c.conn_id, *columns).where(c.workspace == workspace, c.conn_id.in_(part))
        found.update({Read("connection", name): stamp for name, stamp in _rows(tx, query)})
    for read in reads:
        if read.kind == "variables":
            found[read] = _digest(variables.list_keys(tx, workspace, read.name))
    return found


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + MOST_NAMES] for at in range(0, len(names), MOST_NAMES))


def _rows(tx: Tx, query: Select[*tuple[Any, ...]]) -> Iterable[tuple[str, str]]:
    return [(row[0], _digest(row[1:])) for row in tx.execute(query)]


def _digest(values: Iterable[object]) -> str:
    return hashlib.sha256(repr(list(values)).encode()).hexdigest()[:16]

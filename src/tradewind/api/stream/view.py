"""Which changes a listener is shown, and how they are written. Pure: no request, no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from tradewind.base.errors import InvalidInput
from tradewind.base.policy import Names, Resource, Rights, fits
from tradewind.db.change_log import KINDS, Change, Kind, LoggedRow

__all__ = ["RESOURCES", "Cursor", "View", "Wanted", "comment", "message", "parse_kinds", "written"]

RESOURCES: Mapping[Kind, Resource] = {
    "dag_run": "dag_run",
    "task_instance": "task_instance",
    "expansion": "task_instance",
    "dag": "dag",
    "asset_event": "asset",
    "import_error": "import_error",
    "backfill": "backfill",
}
"""What one must be allowed to read to be told of a change."""


class Cursor(NamedTuple):
    """A place between two changes: all before it have been seen. As text ``17-3``: the third of transaction 17."""

    row: int
    place: int
    """Of the last change of that row that was seen, counted from 1."""

    def __str__(self) -> str:
        return f"{self.row}-{self.place}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises:
        InvalidInput: the text is none that the stream gave.
        """
        found = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,9})", text)
        if found is None:
            raise InvalidInput("the cursor is not one that the stream gave as an id", cursor=text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def after(cls, row: int) -> Cursor:
        """Behind all of a row."""
        return cls(row + 1, 0)


def parse_kinds(given: Iterable[str]) -> frozenset[Kind]:
    """The kinds of changes that a request names, in one text with commas or in several; none: all.

    Raises:
        InvalidInput: there is no such kind.
    """
    names = [name.strip() for text in given for name in text.split(",") if name.strip()]
    known: dict[str, Kind] = {kind: kind for kind in KINDS}
    for name in names:
        if name not in known:
            raise InvalidInput(f"there are no events of type {name!r}; there are {', '.join(KINDS)}", type=name)
    return frozenset(known[name] for name in names)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a listener asks for. Of each kind of name one must fit; where none is given, all do."""

    kinds: frozenset[Kind] = frozenset()
    dag_ids: tuple[str, ...] = ()
    """Names of DAGs, in which ``*`` stands for any characters; also in the other two."""
    run_ids: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    """Names or URIs."""

    def takes(self, change: Change) -> bool:
        """Whether this is asked for."""
        if self.kinds and change.kind not in self.kinds:
            return False
        if self.assets and (change.kind != "asset_event" or not _any_fits((change.name, change.where), self.assets)):
            return False
        return (not self.dag_ids or _any_fits((change.dag_id, *change.dag_ids), self.dag_ids)) and (
            not self.run_ids or _any_fits((change.run_id,), self.run_ids)
        )


def _any_fits(names: Sequence[str | None], patterns: Sequence[str]) -> bool:
    return any(name is not None and fits(name, pattern) for name in names for pattern in patterns)


@dataclass(frozen=True, slots=True)
class View:
    """What a listener asks for, and of that what they may see. Listeners with equal views are shown the same."""

    workspace: str
    wanted: Wanted
    seen: tuple[tuple[Kind, Names], ...]
    """Kinds that are not here, or without names, are not seen at all."""

    @classmethod
    def of(cls, workspace: str, wanted: Wanted, rights: Rights) -> View:
        """What somebody with these rights is shown."""
        asked: list[tuple[Kind, Names]] = []
        for kind, resource in RESOURCES.items():
            names = rights.visible("read", resource)
            if not names.nothing and (not wanted.kinds or kind in wanted.kinds):
                asked.append((kind, names))
        return cls(workspace, wanted, tuple(asked))

    def shows(self, change: Change) -> bool:
        """Whether the listener is told of a change."""
        if change.workspace != self.workspace or not self.wanted.takes(change):
            return False
        names = next((names for kind, names in self.seen if kind == change.kind), None)
        if names is None:
            return False
        if names.everything:
            return True
        if change.kind == "import_error":
            return bool(change.dag_ids) and all(dag_id in names for dag_id in change.dag_ids)
        name = change.name if change.kind == "asset_event" else change.dag_id
        return name is not None and name in names

    def written(self, rows: Iterable[LoggedRow], after: Cursor) -> bytes:
        """All that is shown of some rows, as it is sent."""
        return b"".join(
            written(row, place, change)
            for row in rows
            for place, change in enumerate(row.changes, 1)
            if (row.id, place) > after and self.shows(change)
        )


# -- as it is sent ---------------------------------------------------------------------------------------------------

_encoder = msgspec.json.Encoder()


def message(kind: str, cursor: Cursor, body: Mapping[str, object]) -> bytes:
    """One event of a stream of server-sent events."""
    data = _encoder.encode({"type": kind, **body})
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (str(cursor).encode(), kind.encode(), data)


def comment(words: str, cursor: Cursor) -> bytes:
    """Something that clients pass over, but whose place they remember."""
    return f": {words}\nid: {cursor}\n\n".encode()


def written(row: LoggedRow, place: int, change: Change) -> bytes:
    """A change as an event."""
    return message(change.kind, Cursor(row.id, place), {"time": row.at, **_body(change)})


def _body(change: Change) -> dict[str, object]:
    of_run: dict[str, object] = {"dag_id": change.dag_id, "dag_run_id": change.run_id}
    states: dict[str, object] = {"old_state": change.old, "new_state": change.new}
    match change.kind:
        case "dag_run":
            return of_run | states
        case "task_instance":
            task = {"task_id": change.task_id, "map_index": change.map_index, "try_number": change.try_number}
            return of_run | task | states
        case "expansion":
            task = {"task_id": change.task_id, "change": change.new}
            return of_run | task | {"first_map_index": change.map_index, "last_map_index": change.last}
        case "dag":
            return {"dag_id": change.dag_id, "change": change.new}
        case "asset_event":
            return {
                "name": change.name, "uri": change.where, "partition_key": change.partition_key,
                "source_dag_id": change.dag_id, "source_run_id": change.run_id, "source_task_id": change.task_id,
                "source_map_index": change.map_index,
            }  # fmt: skip
        case "import_error":
            return {"filename": change.name, "bundle_name": change.where, "change": change.new}
        case "backfill":
            return {"backfill_id": int(change.name or 0), "dag_id": change.dag_id, **states}

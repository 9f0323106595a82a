"""Which module answers a path: looked up in a table, so that no module has to be loaded to find out.

A table has templates as routes have them. `{name}` stands for one word of a path; `{name:path}`, at an end, for all the
rest of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.routing import BaseRoute, Match, Route

__all__ = ["STORED", "Place", "Table", "places_of", "stored_places", "text_of"]

STORED = Path(__file__).with_name("places.json")
"""The table of all modules, written by `make generate`."""
REST = ":path}"


@dataclass(frozen=True, slots=True)
class Place:
    """One route."""

    module: str
    number: int
    """Which of the module's routes it is."""
    methods: frozenset[str]
    path: str


def places_of(module: str, routes: Iterable[BaseRoute], prefix: str = "") -> list[Place]:
    """The places of a module's routes, in their order."""
    return [
        Place(module, number, frozenset(one.methods or ()), prefix + one.path)
        for number, one in enumerate(routes)
        if isinstance(one, Route)
    ]


def text_of(places: Iterable[Place]) -> str:
    """The table as it is stored: by module, a line a route."""
    by_module: dict[str, list[str]] = {}
    for place in places:
        by_module.setdefault(place.module, []).append(f"{','.join(sorted(place.methods))} {place.path}")
    return json.dumps(by_module, indent=1) + "\n"


def stored_places() -> Iterator[Place]:
    """The table as it was stored."""
    stored: Mapping[str, Sequence[str]] = json.loads(STORED.read_bytes())
    for module, lines in stored.items():
        for number, line in enumerate(lines):
            methods, _, path = line.partition(" ")
            yield Place(module, number, frozenset(methods.split(",")), path)


@dataclass(frozen=True, slots=True)
class _Row:
    place: Place
    words: tuple[str, ...]
    """Empty: any one word."""

    def fits(self, words: Sequence[str]) -> bool:
        """Whether a path of these words, at least as many, begins as this one does."""
        for mine, theirs in zip(self.words, words, strict=False):
            if mine != theirs if mine else not theirs:
                return False
        return True


class Table:
    """Finds the place of a request as a router would: the first of that path and method, else the first of that path."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_length: dict[int, list[tuple[int, _Row]]] = {}
        self._with_rest: list[tuple[int, _Row]] = []
        for order, place in enumerate(places):
            parts = place.path[1:].split("/")
            has_rest = parts[-1].endswith(REST)
            words = parts[:-1] if has_rest else parts
            row = _Row(place, tuple("" if one.startswith("{") else one for one in words))
            at = self._with_rest if has_rest else self._by_length.setdefault(len(words), [])
            at.append((order, row))

    def find(self, method: str, path: str) -> tuple[Match, Place | None]:
        """The place of a request, and whether its method is right, too."""
        words = path[1:].split("/")
        second: tuple[int, Place] | None = None
        first: tuple[int, Place] | None = None
        for order, row in self._candidates(words):
            if first is not None and order > first[0]:
                continue
            if not row.fits(words):
                continue
            if method in row.place.methods:
                first = (order, row.place)
            elif second is None or order < second[0]:
                second = (order, row.place)
        if first is not None:
            return Match.FULL, first[1]
        return (Match.NONE, None) if second is None else (Match.PARTIAL, second[1])

    def _candidates(self, words: Sequence[str]) -> Iterator[tuple[int, _Row]]:
        yield from self._by_length.get(len(words), ())
        for order, row in self._with_rest:
            if len(words) > len(row.words):
                yield order, row

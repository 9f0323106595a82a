"""Stores what was read from Airflow through the API, kind by kind, and says what became of each."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.cli.migration.holdings import KINDS, Holdings

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["Outcome", "missing_as_json", "store"]

NAME_FIELDS = {"connections": "connection_id", "variables": "key", "pools": "name"}
MADE, REPLACED, KEPT, REFUSED = "made", "replaced", "kept", "refused"
DEFAULT_POOL = "default_pool"


@dataclass(slots=True)
class Outcome:
    """What became of everything."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    kept: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])
    """Sentences."""


def store(client: Client, holdings: Holdings, *, overwrites: bool, is_dry_run: bool) -> Outcome:
    """Make what is not there; replace what is, or leave it.

    Args:
        is_dry_run: nothing is changed; the outcome says what would be.
    """
    outcome = Outcome()
    existing = {kind: _names(client, kind) if getattr(holdings, kind) else set[str]() for kind in KINDS}
    for kind, name, body in holdings.each():
        is_there = name in existing[kind]
        if is_there and not overwrites:
            became = KEPT
            outcome.kept.append(f"{kind}/{name}")
        else:
            became = REPLACED if is_there else MADE
            try:
                if not is_dry_run:
                    _put(client, kind, name, body, is_there=is_there)
            except (InvalidInput, Conflict, NotFound) as error:
                became = REFUSED
                outcome.refused.append(f"{kind}/{name}: {error.message}")
        outcome.counts[kind][became] += 1
    return outcome


def missing_as_json(holdings: Holdings) -> str:
    """The things that lack something, as a file for `--connections`, with empty places to fill in."""
    found: dict[str, dict[str, Any]] = {}
    for place, names in holdings.to_fill_in.items():
        kind, _, name = place.partition("/")
        if kind != "connections":
            continue
        body = dict(holdings.connections[name])
        extra = json.loads(body["extra"]) if body.get("extra") else {}
        for field_name in names:
            if field_name.startswith("extra."):
                if isinstance(extra, dict):
                    _set(extra, field_name.removeprefix("extra.").split("."))
            else:
                body[field_name] = ""
        found[name] = body | ({"extra": extra} if extra else {})
    return json.dumps(found, indent=2) + "\n"


def _names(client: Client, kind: str) -> set[str]:
    return {row[NAME_FIELDS[kind]] for row in client.all(kind, kind)}


def _put(client: Client, kind: str, name: str, body: dict[str, Any], *, is_there: bool) -> None:
    full = {NAME_FIELDS[kind]: name, **body}
    if not is_there:
        client.call("POST", (kind,), body=full)
    elif kind == "pools" and name == DEFAULT_POOL:  # it keeps its description: only its size may change
        mask = ["slots", "include_deferred"]
        client.call("PATCH", (kind, name), query={"update_mask": mask}, body={key: body[key] for key in mask})
    elif kind == "pools":
        client.call("PATCH", (kind, name), query={"update_mask": list(body)}, body=body)
    else:
        mask = {"query": {"update_mask": list(body)}} if kind == "variables" else {}
        client.call("PATCH", (kind, name), body=full, **mask)


def _set(content: dict[str, Any], path: list[str]) -> None:
    for name in path[:-1]:
        content = content.setdefault(name, {})
    content[path[-1]] = ""

"""Sweeps the artifact store: files that no XCom names any more go."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tradewind.db import Database, xcoms
from tradewind.worker.xcom import FolderArtifacts, Kept, UrlArtifacts

__all__ = ["Swept", "sweep"]

_NAME = re.compile(r'"name": ?"([0-9a-f]{40}\.[a-z0-9_]+)"')


@dataclass(frozen=True, slots=True)
class Swept:
    """What was found without a use."""

    files: int
    size: int
    """Bytes."""


def sweep(
    database: Database, store: FolderArtifacts | UrlArtifacts, before: datetime, *, dry_run: bool = False
) -> Swept:
    """Delete the files that no XCom names and that were written before a moment.

    Files written since the oldest unfinished run began stay: its tasks may have written them and not reported yet.
    """
    with database.read() as tx:
        oldest = xcoms.oldest_unfinished(tx)
        limit = before if oldest is None else min(before, oldest)
        used = _named(xcoms.texts_with_files(tx), store)
    unused = [one for one in store.kept() if one.written_at < limit and _stem(one) not in used]
    if not dry_run:
        for one in unused:
            store.drop(one.name)
    return Swept(len(unused), sum(one.size for one in unused))


def _named(texts: Iterable[str], store: FolderArtifacts | UrlArtifacts) -> set[str]:
    """Names without their endings; values that are large texts may name further files inside."""
    used: set[str] = set()
    for text in texts:
        for name in _NAME.findall(text):
            stem = name.partition(".")[0]
            if stem in used:
                continue
            used.add(stem)
            if name.endswith(".json"):
                try:
                    inner = store.get(name).decode()
                except FileNotFoundError:
                    continue  # lost already: whoever reads the XCom is told so
                used |= {found.partition(".")[0] for found in _NAME.findall(inner)}
    return used


def _stem(one: Kept) -> str:
    return one.name.lstrip(".").partition(".")[0]

"""Tells of files that are added, changed or deleted in a folder, as soon as the system does."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from watchfiles import Change, awatch

from tradewind.providers.events.source import EventSource

__all__ = ["FilesTrigger"]

CALM_MS = 50
NAMES = {Change.added: "added", Change.modified: "modified", Change.deleted: "deleted"}
MISSING_S = 1.0


class FilesTrigger(EventSource):
    """One event for each file that changes: ``{"path": ..., "change": "added" | "modified" | "deleted"}``.

    Args:
        path: the folder, with all below it; it may come to be later.
        pattern: names of the files meant, such as ``*.csv``.
        changes: which changes are told.
        existing: tell of the files that are there at the start too, as added.
        poll: look at the folder instead of being told by the system: for network file systems.
    """

    fields = ("path", "pattern", "changes", "existing", "poll")

    def __init__(
        self,
        path: str,
        *,
        pattern: str = "*",
        changes: tuple[str, ...] | list[str] = ("added", "modified"),
        existing: bool = False,
        poll: bool = False,
    ) -> None:
        super().__init__()
        unknown = set(changes) - set(NAMES.values())
        if unknown:
            raise ValueError(f"changes are {', '.join(NAMES.values())}, not {', '.join(sorted(unknown))}")
        self.path = str(path)
        self.pattern = pattern
        self.changes = list(changes)
        self.existing = existing
        self.poll = poll

    async def _listen(self) -> AsyncGenerator[dict[str, Any]]:
        folder = Path(self.path)
        while not await asyncio.to_thread(folder.is_dir):  # noqa: ASYNC110 - nothing tells that a folder comes to be
            await asyncio.sleep(MISSING_S)
        if self.existing:
            for found in await asyncio.to_thread(lambda: sorted(one for one in folder.rglob("*") if one.is_file())):
                if self._is_meant(found):
                    yield {"path": str(found), "change": "added"}
            self.existing = False  # not again after a lost connection to the file system
        async for changes in awatch(folder, step=CALM_MS, force_polling=self.poll or None, recursive=True):
            for change, name in sorted(changes, key=lambda one: one[1]):
                if NAMES[change] in self.changes and self._is_meant(Path(name)):
                    if change is not Change.deleted and not await asyncio.to_thread(Path(name).is_file):
                        continue
                    yield {"path": name, "change": NAMES[change]}

    def _is_meant(self, file: Path) -> bool:
        return fnmatch.fnmatch(file.name, self.pattern)

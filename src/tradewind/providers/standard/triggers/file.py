"""Triggers that look for files, in a thread, so that a slow disk holds up no other trigger."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from glob import glob
from pathlib import Path
from typing import Any

from tradewind.sdk.trigger import BaseEventTrigger, BaseTrigger, TriggerEvent

__all__ = ["DirectoryFileDeleteTrigger", "FileDeleteTrigger", "FileTrigger", "is_there"]


def is_there(pattern: str, *, recursive: bool) -> str | None:
    """A file that the pattern names, or a folder with a file somewhere in it; None: there is neither."""
    for name in glob(pattern, recursive=recursive):  # noqa: PTH207 - the pattern is a whole path
        if Path(name).is_file() or any(files for _, _, files in os.walk(name)):
            return name
    return None


class FileTrigger(BaseTrigger):
    """Fires once there is a file, or a folder with a file in it.

    Args:
        filepath: a path, or a pattern of paths.
        recursive: ``**`` in it means folders at any depth.
        poke_interval: seconds between looks.
    """

    def __init__(self, filepath: str, recursive: bool = False, poke_interval: float = 5.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filepath = filepath
        self.recursive = recursive
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.FileTrigger", {
            "filepath": self.filepath,
            "recursive": self.recursive,
            "poke_interval": self.poke_interval,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while True:
            found = await asyncio.to_thread(is_there, self.filepath, recursive=self.recursive)
            if found is not None:
                self.log.info("Found File %s", found)
                yield TriggerEvent(True)
                return
            await asyncio.sleep(self.poke_interval)


class FileDeleteTrigger(BaseEventTrigger):
    """Fires whenever there is a file, which it deletes.

    Args:
        filepath: its path.
        poke_interval: seconds between looks.
    """

    def __init__(self, filepath: str, poke_interval: float = 5.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filepath = filepath
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.FileDeleteTrigger", {"filepath": self.filepath, "poke_interval": self.poke_interval}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while True:
            if await asyncio.to_thread(_take, self.filepath):
                self.log.info("File %s has been deleted", self.filepath)
                yield TriggerEvent(True)
            await asyncio.sleep(self.poke_interval)


class DirectoryFileDeleteTrigger(BaseEventTrigger):
    """Fires whenever there is a file of a name in a folder, deletes it, and says ``{"filepath": ...}``.

    Args:
        directory: the folder.
        filename: the file's name.
        poke_interval: seconds between looks.
    """

    def __init__(self, *, directory: str, filename: str, poke_interval: float = 5.0) -> None:
        super().__init__()
        self.directory = directory
        self.filename = filename
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.DirectoryFileDeleteTrigger", {
            "directory": self.directory,
            "filename": self.filename,
            "poke_interval": self.poke_interval,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        path = str(Path(self.directory) / self.filename)
        while True:
            if await asyncio.to_thread(_take, path):
                self.log.info("File %s has been deleted", path)
                yield TriggerEvent({"filepath": path})
            await asyncio.sleep(self.poke_interval)


def _take(path: str) -> bool:
    """Delete the file; whether it was there."""
    try:
        Path(path).unlink()
    except FileNotFoundError:
        return False
    return True

"""Task logs on their way to a remote store: what is still here of a try's log, and what of it the store has.

A log that is to go is moved from the folder of logs to `waiting`, in one step: whoever opens it later begins a new file,
which goes the same way and is the log's end. What the store takes is a copy in `staged`, alone there, since stores empty
or delete what they took, with the folder it lies in. `sent` remembers which logs the store has, and how much of the file in
`waiting`: that stays for a while, since a callback that had the log open when it was moved goes on writing there.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections import deque
from pathlib import Path

from tradewind.base.private_files import make_private_folder

__all__ = ["Outbox"]

KEPT_S = 600.0
"""For how long a file that went stays for those who have it open."""


class Outbox:
    """The files; names are paths below the folder of logs.

    Args:
        folder: where the outbox is; on the file system of the logs.
        logs: the folder of logs.
    """

    def __init__(self, folder: Path, logs: Path) -> None:
        self.staged = folder / "staged"
        self._waiting, self._sent, self._logs = folder / "waiting", folder / "sent", logs
        self._lock = threading.Lock()
        self._went: deque[tuple[float, str]] = deque()
        self._staged_to = 0

    def take(self, name: str) -> bool:
        """Take what the folder of logs has of a log; whether something waits now."""
        own, waiting = self._logs / name, self._waiting / name
        with self._lock:
            if _size(own):
                make_private_folder(waiting.parent)
                if waiting.exists():  # an upload has failed before
                    with waiting.open("ab") as end, own.open("rb") as more:
                        shutil.copyfileobj(more, end)
                    own.unlink()
                else:
                    shutil.move(own, waiting)
            return _size(waiting) > self._gone(name)

    def waiting(self) -> list[str]:
        """The names of all that wait, at the start: the files of which nothing waits are deleted."""
        names = sorted(str(file.relative_to(self._waiting)) for file in self._waiting.rglob("*.log"))
        with self._lock:
            return [name for name in names if not self._is_dropped(name)]

    def stage(self, name: str) -> None:
        """Lay out the copy that the store takes. It is text, whatever a program has printed."""
        shutil.rmtree(self.staged, ignore_errors=True)
        copy = self.staged / name
        make_private_folder(copy.parent)
        gone = self._gone(name)
        content = (self._waiting / name).read_bytes()[gone:]
        self._staged_to = gone + len(content)
        copy.write_bytes(content.decode("utf-8", "replace").encode())

    def settle(self, name: str) -> bool:
        """After the store was asked to take the copy: whether it did, which it shows by having emptied or deleted it."""
        if _size(self.staged / name):
            return False
        with self._lock:
            mark = self._sent / name
            make_private_folder(mark.parent)
            mark.write_text(str(self._staged_to))
            self._went.append((time.monotonic(), name))
            while self._went and time.monotonic() - self._went[0][0] >= KEPT_S:
                self._is_dropped(self._went.popleft()[1])
        return True

    def rest(self, name: str) -> tuple[bool, bytes, bytes]:
        """Whether the store has a part of the log; what waits to follow it; and what is in the folder of logs."""
        with self._lock:
            is_sent = (self._sent / name).exists()
            return is_sent, _content(self._waiting / name)[self._gone(name) :], _content(self._logs / name)

    def _gone(self, name: str) -> int:
        """How many bytes of the file in `waiting` the store has."""
        return int(_content(self._sent / name) or 0)

    def _is_dropped(self, name: str) -> bool:
        """Delete the file in `waiting`, if the store has all of it."""
        if _size(self._waiting / name) > self._gone(name):
            return False
        (self._waiting / name).unlink(missing_ok=True)
        mark = self._sent / name
        if mark.exists():
            mark.write_text("")
        return True


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""

"""What plugins bring, remembered: telling it takes a process, which nobody should start by asking again and again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from tradewind.base.clock import Clock
from tradewind.sdk.plugin_facts import plugin_facts

__all__ = ["PluginAnswers"]

KEPT_S = 60.0
"""For how long an answer counts: packages that bring plugins may be installed under a running server."""


class PluginAnswers:
    """The answer for a folder of plugins, anew when a file in it changes."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[float, object, dict[str, Any]] | None = None

    def get(self) -> dict[str, Any]:
        """`plugins` and `errors`, as `plugin_facts` gives them.

        Raises:
            ChildFailed: loading them ended the process.
        """
        with self._lock:
            now, files = self._clock.now().timestamp(), self._files()
            if self._kept is None or self._kept[1] != files or now - self._kept[0] > KEPT_S:
                self._kept = (now, files, plugin_facts(self._folder))
            return self._kept[2]

    def _files(self) -> object:
        """What the folder has, with sizes and times of change."""
        found = sorted(self._folder.rglob("*.py")) if self._folder.is_dir() else []
        stats = ((str(file), file.stat()) for file in found if file.exists())
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

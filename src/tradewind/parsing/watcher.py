"""Says when something in a folder changed, as soon as the system tells and the edit seems to be over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from watchfiles import watch

__all__ = ["Watcher"]

log = logging.getLogger("tradewind.parsing")

CALM_MS = 150
"""A change is told after this long without another one (and this often the watcher wakes up to look),"""
LONGEST_MS = 400
"""but no later than this after the first."""


class Watcher:
    """Watches a folder and all below it, from a thread of its own.

    Args:
        root: the folder.
        on_change: called from the thread.
    """

    def __init__(self, root: Path, on_change: Callable[[], None]) -> None:
        self._root = root
        self._on_change = on_change
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dag-watcher", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            changes = watch(
                self._root, debounce=LONGEST_MS, step=CALM_MS, stop_event=self._is_over, raise_interrupt=False
            )
            for _ in changes:
                self._on_change()
        except (OSError, RuntimeError) as error:
            # No such folder, too many watches, a file system that can't tell: the slow look finds changes all the same.
            log.warning("parsing.not_watching folder=%s reason=%s", self._root, error)

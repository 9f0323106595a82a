"""What the local executor does now and then: let idle processes go, give memory back, keep logs within their limit."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from tradewind.base.settings import LogSettings, WorkerSettings
from tradewind.executors.local_fleet import Fleet
from tradewind.executors.local_loop import Loop
from tradewind.executors.local_pools import QUICK_WORKERS
from tradewind.executors.local_processes import CodeFile, Process

__all__ = ["Upkeep"]

BUSY_PERIOD_S = 2.0
IDLE_PERIOD_S = 15.0
SURPLUS_IDLE_S = 5.0
"""Idle reused workers beyond a few per file are let go after this time."""
LOW_MEMORY_SHARE = 0.08
NOTICE = b"\nthe log reached its limit (logs.task_limit_mb); output of subprocesses beyond it is left out\n"


def _memory_is_low() -> bool:
    """Whether the machine has little memory left."""
    found: dict[str, int] = {}
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            name, value = line.split(":", 1)
            found[name] = int(value.split()[0])
    return bool(found) and found.get("MemAvailable", 1) < LOW_MEMORY_SHARE * found.get("MemTotal", 1)


class Upkeep:
    """Runs on the executor's loop, with its lock held."""

    def __init__(self, fleet: Fleet, loop: Loop, worker: WorkerSettings, logs: LogSettings) -> None:
        self._fleet = fleet
        self._loop = loop
        self._idle_s = worker.idle_zygote_s
        self._log_limit = logs.task_limit_mb * 1024 * 1024

    def run(self) -> None:
        """Once, and again later."""
        now = time.monotonic()
        idle_s = 0.0 if _memory_is_low() else self._idle_s
        for file in list(self._fleet.files.values()):
            self._relax(file, now, idle_s)
        if self._log_limit:
            self._cut_logs()
        period = BUSY_PERIOD_S if self._fleet.has_processes() else IDLE_PERIOD_S
        self._loop.after(min(period, max(0.05, self._idle_s / 4)), self.run)

    def _relax(self, file: CodeFile, now: float, idle_s: float) -> None:
        while len(file.idle) > QUICK_WORKERS and now - file.idle[0].idle_since > SURPLUS_IDLE_S:
            self._fleet.let_go(file.idle.pop(0))  # the oldest: the newest is taken first
        if now - file.last_used < idle_s or file.waiting or file.queue:
            return
        self._fleet.pools.empty(file)
        if file.zygote is not None and file.zygote.state == "ready" and self._has_no_work(file):
            self._fleet.retire(file.zygote)
        if file.zygote is None and not file.workers:
            self._fleet.files.pop(file.key, None)

    @staticmethod
    def _has_no_work(file: CodeFile) -> bool:
        return file.zygote is not None and all(p.work is None for p in file.zygote.processes.values())

    def _cut_logs(self) -> None:
        for process in self._running():
            if process.work is not None:
                with contextlib.suppress(OSError):
                    self._cut(process.work.log_path)

    def _running(self) -> list[Process]:
        return [p for zygote in self._fleet.zygotes for p in zygote.processes.values() if p.work is not None]

    def _cut(self, path: str) -> None:
        """The task's own lines keep to the limit; this is for what its subprocesses write past it."""
        if os.stat(path).st_size > self._log_limit + len(NOTICE) + 65536:  # noqa: PTH116 - no object per look
            os.truncate(path, self._log_limit)
            with Path(path).open("ab") as file:
                file.write(NOTICE)

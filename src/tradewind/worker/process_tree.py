"""Finding and ending processes: descendants of a process, and strays that carry an attempt's mark.

An attempt's process and all it starts carry `TRADEWIND_ATTEMPT=<id>` in their environment. A forked process has no
environment block of its own: `Mark` therefore overwrites the value in the block that the kernel shows under `/proc`, a
place that the zygote reserved by being started with a value of the same length. `TRADEWIND_SERVER=<pid>:<start>` tells
which server a process belongs to, so that those of a dead server can be told from those of a living neighbour.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

__all__ = [
    "ATTEMPT_VARIABLE",
    "MARK_LENGTH",
    "SERVER_VARIABLE",
    "Mark",
    "adopt_orphans",
    "children",
    "descendants",
    "die_with_parent",
    "end_marked",
    "kill_tree",
    "live_thread_names",
    "mark_of",
    "processes_of_dead_servers",
    "resident_mb",
    "server_mark",
    "signal_tree",
]

ATTEMPT_VARIABLE = "TRADEWIND_ATTEMPT"
SERVER_VARIABLE = "TRADEWIND_SERVER"
MARK_LENGTH = 64
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PF_KTHREAD = 0x200000
EXEC_PAUSES_S = (0.0, 0.001, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032)
"""Between looks at a process that shows no environment, before it counts as one that has none."""
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024

_libc = ctypes.CDLL(None, use_errno=True)
_libc.getenv.restype = ctypes.c_void_p
_libc.getenv.argtypes = [ctypes.c_char_p]


def die_with_parent() -> None:
    """Have the kernel send SIGKILL to this process when the thread that started it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends (they would go to process 1 otherwise)."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Mark:
    """The place in this process's environment block where the attempt's id stands."""

    def __init__(self) -> None:
        value = os.environb.get(ATTEMPT_VARIABLE.encode(), b"")
        self._address = _libc.getenv(ATTEMPT_VARIABLE.encode()) if len(value) == MARK_LENGTH else None

    @staticmethod
    def placeholder() -> str:
        """The value to start a process with, so that it can be marked later."""
        return "-" * MARK_LENGTH

    def write(self, attempt: str) -> None:
        """Mark this process, and what it starts from now on."""
        if self._address is not None:
            ctypes.memmove(self._address, attempt.encode()[:MARK_LENGTH].ljust(MARK_LENGTH, b"-"), MARK_LENGTH)
        os.environ[ATTEMPT_VARIABLE] = attempt


def server_mark(pid: int) -> str:
    """The value of `TRADEWIND_SERVER` for what this server starts."""
    return f"{pid}:{_start_time(pid)}"


def _start_time(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return ""
    fields = stat[stat.rindex(b")") + 2 :].split()
    return "" if fields[0] in (b"Z", b"X") else fields[19].decode()


def _has_environment(pid: int) -> bool:
    """False for a zombie and for a thread of the kernel."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    fields = stat[stat.rindex(b")") + 2 :].split()
    return fields[0] not in (b"Z", b"X") and not int(fields[6]) & PF_KTHREAD


def _environment(pid: int) -> dict[bytes, bytes]:
    block = b""
    pauses = iter(EXEC_PAUSES_S)
    try:
        while not (block := Path(f"/proc/{pid}/environ").read_bytes()) and _has_environment(pid):
            time.sleep(next(pauses))  # it may be in the middle of `exec`, where the kernel shows none
    except (OSError, StopIteration):
        return {}
    return dict(entry.split(b"=", 1) for entry in block.split(b"\0") if b"=" in entry)


def mark_of(pid: int) -> str:
    """The attempt that a process belongs to; empty: none, or it can't be read."""
    return _environment(pid).get(ATTEMPT_VARIABLE.encode(), b"").rstrip(b"-").decode(errors="replace")


def _all_pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names, not paths


def children(pid: int) -> list[int]:
    """Direct children, zombies too."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - names, not paths
    except OSError:
        return found
    for thread in threads:
        try:
            found.extend(map(int, Path(f"/proc/{pid}/task/{thread}/children").read_bytes().split()))
        except OSError:
            continue
    return found


def descendants(pid: int) -> list[int]:
    """All that a process has started and that still lives under it, parents before children."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for child in children(waiting.pop()):
            found.append(child)
            waiting.append(child)
    return found


def signal_tree(pids: Iterable[int], number: int) -> None:
    """Send a signal to each; those that are gone already don't matter."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def kill_tree(pid: int) -> None:
    """SIGKILL a process and its descendants; they are stopped first, so that none escapes by forking meanwhile."""
    stopped: set[int] = set()
    while fresh := {pid, *descendants(pid)} - stopped:
        signal_tree(fresh, signal.SIGSTOP)
        stopped |= fresh
    signal_tree(stopped, signal.SIGKILL)


def resident_mb(pid: int) -> int:
    """Memory of a process and its descendants in RAM, in MB."""
    total = 0
    for one in (pid, *descendants(pid)):
        with contextlib.suppress(OSError, IndexError, ValueError):
            total += int(Path(f"/proc/{one}/statm").read_bytes().split()[1])
    return total * PAGE_KB // 1024


def live_thread_names() -> list[str]:
    """Names of this process's threads beside the one that asks, as the kernel knows them."""
    own = str(os.getpid())
    names: list[str] = []
    for thread in os.listdir("/proc/self/task"):  # noqa: PTH208 - names, not paths
        if thread != own:
            with contextlib.suppress(OSError):
                names.append(Path(f"/proc/self/task/{thread}/comm").read_text(encoding="utf-8").strip())
    return names


def processes_of_dead_servers() -> list[int]:
    """Processes that belong to a server which no longer lives."""
    found: list[int] = []
    for pid in _all_pids():
        owner = _environment(pid).get(SERVER_VARIABLE.encode(), b"").decode(errors="replace")
        server, _, started = owner.partition(":")
        # A variable of this name that somebody else set, to an address for example, is no mark.
        if server.isdigit() and started.isdigit() and _start_time(int(server)) != started:
            found.append(pid)
    return found


def end_marked(attempts: Collection[str], *, timeout_s: float = 10.0, dead_servers: bool = False) -> list[int]:
    """SIGKILL every process that carries the mark of one of these attempts, and wait until they are gone.

    Args:
        attempts: ids.
        timeout_s: how long to wait for the kernel to end them, in seconds.
        dead_servers: whether all processes of servers that no longer live are ended too.

    Returns:
        Processes that still live after the time-out (in uninterruptible sleep); normally none.
    """
    wanted = set(attempts)

    def strays() -> list[int]:
        own = os.getpid()
        found = set(processes_of_dead_servers()) if dead_servers else set[int]()
        if wanted:
            found.update(pid for pid in _all_pids() if mark_of(pid) in wanted)
        found.discard(own)
        return [pid for pid in found if _start_time(pid)]

    return _end_all(strays, timeout_s)


def _end_all(strays: Callable[[], list[int]], timeout_s: float) -> list[int]:
    deadline = time.monotonic() + timeout_s
    while found := strays():
        handles: list[int] = []
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                handles.append(os.pidfd_open(pid))
                signal.pidfd_send_signal(handles[-1], signal.SIGKILL)
        try:
            _wait_all(handles, deadline)
        finally:
            for handle in handles:
                os.close(handle)
        if time.monotonic() > deadline:
            return strays()
    return []


def _wait_all(handles: list[int], deadline: float) -> None:
    waiting = set(handles)
    poll = select.poll()
    for handle in handles:
        poll.register(handle, select.POLLIN)
    while waiting and (left := deadline - time.monotonic()) > 0:
        for handle, _ in poll.poll(left * 1000):
            poll.unregister(handle)
            waiting.discard(handle)

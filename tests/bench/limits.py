"""What this machine can do at best: the figures that ours are printed beside."""

from __future__ import annotations

import os
import platform
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["describe_machine", "machine_limits"]


def median_ms(action: Callable[[], object], times: int) -> float:
    """Median wall time of an action, in milliseconds, after one call that does not count."""
    action()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def fork_and_wait() -> None:
    """A child that ends at once."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def socket_round_trip_ms(times: int) -> float:
    """200 bytes to a thread's blocking socket and back."""
    ours, theirs = socket.socketpair()

    def echo() -> None:
        while data := theirs.recv(4096):
            theirs.sendall(data)

    thread = threading.Thread(target=echo, daemon=True)
    thread.start()
    message = b"x" * 200

    def once() -> None:
        ours.sendall(message)
        ours.recv(4096)

    result = median_ms(once, times)
    ours.close()
    thread.join()
    theirs.close()
    return result


def sqlite_commit_ms(folder: Path, synchronous: str, times: int) -> float:
    """One row, one transaction, write-ahead log."""
    connection = sqlite3.connect(folder / f"limit-{synchronous}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")

    def once() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t (b) VALUES ('x')")
        connection.execute("COMMIT")

    result = median_ms(once, times)
    connection.close()
    return result


def fsync_ms(folder: Path, times: int) -> float:
    """Append 4 kB to a file and fsync it."""
    with (folder / "limit-fsync").open("ab", buffering=0) as file:

        def once() -> None:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        return median_ms(once, times)


def postgres_commit_ms(url: str, times: int) -> float:
    """One row, one transaction, fsync on."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS limit_probe (a serial PRIMARY KEY, b text)")
        result = median_ms(lambda: connection.execute("INSERT INTO limit_probe (b) VALUES ('x')"), times)
        connection.execute("DROP TABLE limit_probe")
    return result


def machine_limits(postgres_url: str | None = None) -> dict[str, float]:
    """Medians in milliseconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ballast = [str(i) for i in range(1_500_000)]  # about 100 MB of objects, as a server's process has
        limits = {
            "fork + exit + wait, from a parent of 100 MB": median_ms(fork_and_wait, 50),
            "bare interpreter start": median_ms(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 20),
            "socket round trip to a thread, 200 B": socket_round_trip_ms(2000),
            "SQLite WAL commit, synchronous NORMAL": sqlite_commit_ms(folder, "NORMAL", 500),
            "SQLite WAL commit, synchronous FULL": sqlite_commit_ms(folder, "FULL", 200),
            "append + fsync": fsync_ms(folder, 200),
        }
        del ballast
        if postgres_url:
            limits["PostgreSQL commit, fsync on"] = postgres_commit_ms(postgres_url, 200)
    return limits


def describe_machine() -> dict[str, object]:
    """What one must know of the machine to read the figures."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {
        "processor": model or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_average": os.getloadavg(),
    }

"""10,000 deferred tasks in one triggerer: its memory, restart, and how soon tasks go on after their event.

    python tests/bench/deferred.py [COUNT]

One mapped task defers COUNT times (10,000), to triggers that wait for a file. Printed are how long deferring took, the
triggerer's memory (PSS), what a kill -9 of it costs, and, once the file is there, how long it took until all tasks had
ended. Then single tasks defer to a trigger that fires at a known moment: from there to the first line of user code.
"""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

import psutil  # noqa: E402

from support.server import Server  # noqa: E402

DAGS = Path(__file__).resolve().parent / "deferred_dags"
RUNS = 60


def triggerer(server: Server, timeout_s: float = 60.0) -> psutil.Process:
    """The triggerer's process."""
    assert server.process is not None
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        for process in psutil.Process(server.process.pid).children():
            with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
                if "tradewind.triggerer" in process.cmdline():
                    return process
        time.sleep(0.05)
    raise TimeoutError("no triggerer")


def count(server: Server, dag_id: str, run_id: str, state: str) -> int:
    """How many instances of a run are in a state."""
    return int(server.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?state={state}&limit=1")["total_entries"])


def wait_count(server: Server, run_id: str, state: str, wanted: int, timeout_s: float = 1200.0) -> float:
    """Seconds until so many instances of `many` are in a state."""
    began = time.monotonic()
    while count(server, "deferred_many", run_id, state) < wanted:
        if time.monotonic() - began > timeout_s:
            raise TimeoutError(f"{count(server, 'deferred_many', run_id, state)} are {state}")
        time.sleep(0.1)
    return time.monotonic() - began


def pss_mb(process: psutil.Process) -> float:
    """Proportional set size."""
    return process.memory_full_info().pss / 1e6


def many(server: Server, folder: Path, wanted: int) -> None:
    """All of them at once."""
    file = folder / "go"
    began = time.monotonic()
    run_id = server.trigger("deferred_many", {"path": str(file), "count": wanted})
    wait_count(server, run_id, "deferred", wanted)
    print(f"{wanted} tasks deferred after {time.monotonic() - began:.1f} s")
    process = triggerer(server)
    time.sleep(3)
    cpu = process.cpu_percent(3.0)
    print(f"triggerer with {wanted} waiting: PSS {pss_mb(process):.0f} MB, {cpu:.0f} % of a core")
    assert server.process is not None
    print(f"server: PSS {pss_mb(psutil.Process(server.process.pid)):.0f} MB")
    os.kill(process.pid, signal.SIGKILL)
    began = time.monotonic()
    while (again := triggerer(server)).pid == process.pid:
        time.sleep(0.05)
    print(f"kill -9 of the triggerer: a new one after {time.monotonic() - began:.2f} s", end="; ")
    time.sleep(5)
    print(f"{count(server, 'deferred_many', run_id, 'deferred')} still wait, PSS {pss_mb(again):.0f} MB")
    one_by_one(server, folder, f"while {wanted} wait")
    began = time.monotonic()
    file.write_text("go")
    run = server.wait_run("deferred_many", run_id, 1200, every_s=0.2)
    took = time.monotonic() - began
    print(f"all {wanted} went on and ended ({run['state']}) in {took:.1f} s: {wanted / took:.0f} a second")


def one_by_one(server: Server, folder: Path, when: str) -> None:
    """From a trigger's event to user code, with nothing else to do."""
    waits: list[float] = []
    for number in range(RUNS):
        file = folder / f"latency{number}"
        run_id = server.trigger("deferred_latency", {"path": str(file)})
        server.wait_run("deferred_latency", run_id, 60)
        waits.append(float(file.read_text()) * 1000)
    waits.sort()
    p99 = waits[min(len(waits) - 1, int(0.99 * len(waits)))]
    print(
        f"event to user code, {RUNS} tasks one by one, {when}: p50 {statistics.median(waits):.0f} ms, p99 {p99:.0f} ms"
    )


def main() -> None:
    """Run both on a fresh server."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    folder = Path(tempfile.mkdtemp(prefix="deferred"))
    with Server(
        folder / "home", DAGS, env={"TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false"}, is_fresh=True
    ) as server:
        server.wait_dags({"deferred_many", "deferred_latency"})
        one_by_one(server, folder, "idle")
        many(server, folder, wanted)


if __name__ == "__main__":
    main()

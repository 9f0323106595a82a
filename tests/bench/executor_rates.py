"""Rates and latencies of the local executor alone, beside what this machine can do: `python tests/bench/executor_rates.py`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from support.worker_entries import entries
from tradewind.base.settings import LogSettings, WorkerSettings
from tradewind.executors.base import Fact
from tradewind.executors.local import LocalExecutor
from tradewind.protocol.messages import DagFacts, Done, Ended, RunInfo, Started, Workload
from tradewind.worker.child import Entries

PLAIN = "def noop(work, api): pass\n"
REAL = """
from tradewind import DAG, task

with DAG("bench", schedule=None):
    @task
    def noop(): pass
    noop()
"""
IN_FLIGHT = 16


def machine_limits() -> dict[str, float]:
    """Median milliseconds of a fork with wait, and of a round trip over a socket pair to another process."""
    forks: list[float] = []
    for _ in range(100):
        before = time.perf_counter()
        if (pid := os.fork()) == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        forks.append(time.perf_counter() - before)
    ours, theirs = socket.socketpair()
    if (pid := os.fork()) == 0:
        ours.close()
        while data := theirs.recv(4096):
            theirs.send(data)
        os._exit(0)
    theirs.close()
    trips: list[float] = []
    for _ in range(2000):
        before = time.perf_counter()
        ours.send(b"x" * 200)
        ours.recv(4096)
        trips.append(time.perf_counter() - before)
    ours.close()
    os.waitpid(pid, 0)
    return {"fork_wait_ms": 1e3 * statistics.median(forks), "round_trip_ms": 1e3 * statistics.median(trips)}


class Run:
    """One executor under load."""

    def __init__(self, folder: Path, code: str, what: Entries | None) -> None:
        (folder / "file.py").write_text(code)
        self._folder = folder
        self._sent: dict[str, float] = {}
        self._ended = threading.Semaphore(0)
        self.latencies: list[float] = []
        self.failures: list[Fact] = []
        path = os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
        self.executor = LocalExecutor(
            WorkerSettings(), LogSettings(), entries=what, environment={**os.environ, "PYTHONPATH": path}
        )
        self.executor.start(self._sink, lambda _work, _request: Done())

    def _sink(self, fact: Fact) -> None:
        if isinstance(fact, Started):
            self.latencies.append(time.perf_counter() - self._sent[fact.attempt])
            return
        if not (isinstance(fact, Ended) and fact.outcome == "success"):
            self.failures.append(fact)
        self._ended.release()

    def submit(self, attempt: str, isolation: str) -> None:
        now = datetime.now(UTC)
        work = Workload(
            attempt=attempt,
            dag=DagFacts(
                workspace="w", dag_id="bench", version_id="v", bundle_path=str(self._folder), relative_fileloc="file.py"
            ),
            run=RunInfo(uid="u", run_id="r", run_type="manual", run_after=now, logical_date=now),
            task_id="noop",
            map_index=-1,
            try_number=1,
            max_tries=1,
            isolation=isolation,
            log_path=str(self._folder / "logs" / f"{attempt}.log"),
            artifact_url=str(self._folder / "artifacts"),
        )
        self._sent[attempt] = time.perf_counter()
        self.executor.submit(work)

    def wait(self) -> None:
        if not self._ended.acquire(timeout=60):
            raise SystemExit(f"an attempt did not end; failures: {self.failures[:3]}")

    def measure(self, isolation: str, count: int) -> dict[str, float]:
        """Latency of single attempts with a pause between, then the rate of many."""
        self.submit(f"{isolation}-first", isolation)
        self.wait()
        self.latencies.clear()
        for number in range(min(count, 60)):
            time.sleep(0.02)
            self.submit(f"{isolation}-single-{number}", isolation)
            self.wait()
        latency = sorted(self.latencies)
        before = time.perf_counter()
        for number in range(count):
            if number >= IN_FLIGHT:
                self.wait()
            self.submit(f"{isolation}-{number}", isolation)
        for _ in range(min(count, IN_FLIGHT)):
            self.wait()
        return {
            "start_p50_ms": 1e3 * statistics.median(latency),
            "start_min_ms": 1e3 * latency[0],
            "per_second": count / (time.perf_counter() - before),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--scale", type=float, default=1.0, help="how many attempts, as a factor")
    given = parser.parse_args()
    figures: dict[str, object] = {
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]},
        "limits": machine_limits(),
    }
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; ", end="")
    print(", ".join(f"{name} {value:.3f}" for name, value in machine_limits().items()))
    for name, code, what in (("no-op", PLAIN, entries()), ("real runner", REAL, None)):
        with tempfile.TemporaryDirectory() as folder:
            run = Run(Path(folder), code, what)
            for isolation, count in (("fork", 500), ("reuse", 4000), ("spawn", 10)):
                found = run.measure(isolation, max(10, int(count * given.scale)))
                figures[f"{name} {isolation}"] = found
                print(f"{name:12} {isolation:6} " + ", ".join(f"{k} {v:.2f}" for k, v in found.items()), flush=True)
            run.executor.stop(1)
            if run.failures:
                raise SystemExit(f"attempts failed: {run.failures[:3]}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

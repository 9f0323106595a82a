"""A map over 100,000 items with a second map chained behind it, on a real server: time, memory, and cost per item.

    python tests/bench/maps.py [--items N] [--every SECONDS]

Prints the peak memory of the server process and of all its processes (PSS), how long the run took, the cost of an
item in each quarter of the run (nothing may grow with the number of items done), and how long after its own upstream
item the second map's first item began.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import psutil  # noqa: E402
from run import moment, show  # noqa: E402

from support.server import Server  # noqa: E402

DAG = "chained_maps"


class Watch:
    """Looks at the memory of a server and its children now and then, in a thread."""

    def __init__(self, pid: int, every_s: float) -> None:
        self._process = psutil.Process(pid)
        self._every_s = every_s
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.server_mb = self.all_mb = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(self._every_s):
            found = {process.pid: _pss_mb(process) for process in self._tree()}
            self.server_mb = max(self.server_mb, found.get(self._process.pid, 0.0))
            self.all_mb = max(self.all_mb, sum(found.values()))

    def _tree(self) -> list[psutil.Process]:
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _pss_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 2**20
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0


def quarters(server: Server, run_id: str, count: int) -> list[float]:
    """Milliseconds of the run for each task instance, in each quarter of those that ended."""

    def ended(place: int) -> float:
        query = f"?order_by=end_date&limit=1&offset={place}"
        return moment(server.get(f"/dags/{DAG}/dagRuns/{run_id}/taskInstances{query}")["task_instances"][0]["end_date"])

    places = [max(1, n * count // 4 - (n == 4)) for n in range(5)]
    times = [ended(place) for place in places]
    return [(times[n + 1] - times[n]) / (places[n + 1] - places[n]) * 1000 for n in range(4)]


def instance(server: Server, run_id: str, task: str, index: int) -> dict[str, Any]:
    found: dict[str, Any] = server.get(f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/{task}/{index}")
    return found


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two looks at the memory")
    options = parser.parse_args()
    env = {
        "BENCH_ITEMS": str(options.items),
        "TRADEWIND__SCHEDULER__MAX_BATCH": "200",
        "TRADEWIND__EXECUTOR__PARALLELISM": "32",
    }
    with (
        tempfile.TemporaryDirectory(prefix="tradewind-maps-") as name,
        Server(Path(name) / "home", HERE / "dags_maps", env=env, is_fresh=True) as server,
    ):
        server.wait_dags({DAG})
        assert server.process is not None
        with Watch(server.process.pid, options.every) as watch:
            began = time.monotonic()
            run = server.wait_run(DAG, server.trigger(DAG), 3_000, 0.5)
            taken = time.monotonic() - began
        assert run["state"] == "success", run
        run_id = run["dag_run_id"]
        count = 2 * options.items + 2
        costs = quarters(server, run_id, count)
        first, its_own = (instance(server, run_id, task, 0) for task in ("add_one", "double"))
        total = server.get(f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/total/xcomEntries/return_value")["value"]
        assert int(total) == options.items * (options.items - 1) + options.items, total
        show(f"{options.items:,} items, twice", {"total s": taken, "tasks/s": count / taken})
        show("peak PSS", {"server MB": watch.server_mb, "all processes MB": watch.all_mb})
        show("ms per task, by quarter", {str(n + 1): cost for n, cost in enumerate(costs)})
        gap = moment(first["start_date"]) - moment(its_own["end_date"])
        show("first item of the second map", {"ms after its own upstream item": gap * 1000})


if __name__ == "__main__":
    main()

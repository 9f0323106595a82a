"""From the event of an asset to the first line of user code of the DAG that waits for it, on a real server.

    python tests/bench/assets.py [--times N]

Three ways: a task that makes the asset ends (its last line to the consumer's first), `POST /assets/events`, and the call
of a webhook (from just before the request). Milliseconds, over N events one after the other.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from run import percentile  # noqa: E402

from support.server import Server  # noqa: E402

DAGS = {"producer", "after_task", "after_event", "after_webhook"}


def value(server: Server, dag_id: str, run_id: str, task_id: str) -> float:
    """The moment that a task returned."""
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
    return float(server.get(path)["value"])


def next_run(server: Server, dag_id: str, seen: set[str]) -> str:
    """The run of a DAG that is new and has ended."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for run in server.get(f"/dags/{dag_id}/dagRuns?order_by=-run_after&limit=3")["dag_runs"]:
            if run["dag_run_id"] not in seen and run["state"] in {"success", "failed"}:
                seen.add(run["dag_run_id"])
                return str(run["dag_run_id"])
        time.sleep(0.02)
    raise SystemExit(f"{dag_id} was not started within 30 s")


def measure(server: Server, dag_id: str, times: int, tell: Callable[[], float]) -> list[float]:
    """Milliseconds from what `tell` returns to the first line of the DAG's task."""
    seen: set[str] = set()
    found: list[float] = []
    for n in range(times + 2):
        told_at = tell()
        began = value(server, dag_id, next_run(server, dag_id, seen), "begin")
        if n >= 2:  # the first ones import the file
            found.append((began - told_at) * 1000)
    return found


def main() -> None:
    """Measure the three ways and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=40)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), HERE / "asset_dags", is_fresh=True) as server:
        server.wait_dags(DAGS)
        for dag_id in DAGS:
            server.request("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
        numbers = {one["name"]: one["id"] for one in server.get("/assets")["assets"]}

        def by_task() -> float:
            run_id = server.trigger("producer")
            server.wait_run("producer", run_id)
            return value(server, "producer", run_id, "make")

        def by_event() -> float:
            now = time.time()
            server.request("POST", "/api/v2/assets/events", {"asset_id": numbers["told"]})
            return now

        def by_webhook() -> float:
            now = time.time()
            server.request("POST", "/api/v2/assets/webhooks/bench", {"n": 1})
            return now

        print(f"{'from ... to the first line of user code':45} {'p50 ms':>8} {'p99 ms':>8}")
        for name, dag_id, tell in (
            ("the last line of the task that made it", "after_task", by_task),
            ("POST /assets/events", "after_event", by_event),
            ("the call of a webhook", "after_webhook", by_webhook),
        ):
            found = measure(server, dag_id, times, tell)
            print(f"{name:45} {statistics.median(found):8.1f} {percentile(found, 0.99):8.1f}")


if __name__ == "__main__":
    main()

"""How long lists take over REST: `python tests/bench/api_rates.py [TASK_INSTANCES]` fills an SQLite file and prints p50, p95."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import insert

from support.api import Api
from support.databases import EPOCH, sqlite_database
from support.rows import spec
from tradewind.db import Database, tables
from tradewind.db.columns import moment_to_text

TASKS = 100
REPEATS = 30


def fill(database: Database, instances: int) -> None:
    """Runs of one DAG with a hundred tasks each, all ended, and as many instances as asked for."""
    runs = max(instances // TASKS, 1)
    with database.write() as tx:
        version = tx.scalar(tables.dag.select().with_only_columns(tables.dag.c.version_id))
        for number in range(runs):
            start = EPOCH + timedelta(hours=number)
            run = {
                "uid": f"{number:08d}-run", "workspace": "default", "dag_id": "etl", "run_id": f"r{number}",
                "run_type": "manual", "state": "success", "run_after": start, "queued_at": start, "start_date": start,
                "end_date": start, "duration": 1.0, "conf": {}, "version_id": version, "triggered_by": "rest_api",
                "shard": 0, "updated_at": start,
            }  # fmt: skip
            tx.execute(insert(tables.dag_run), run)
            at = moment_to_text(start)
            tx.raw.executemany(
                "INSERT INTO task_instance (run_uid, task_id, map_index, workspace, dag_id, state, try_number, max_tries,"
                " start_date, end_date, duration, operator, pool, pool_slots, queue, priority_weight, updated_at)"
                " VALUES (?, ?, -1, 'default', 'etl', 'success', 1, 1, ?, ?, 1.0, 'PythonOperator', 'default_pool', 1,"
                " 'default', 1, ?)",
                [(run["uid"], f"task_{task}", at, at, at) for task in range(TASKS)],
            )


def measure(name: str, act: Callable[[], object]) -> None:
    """Print the middle and the slow end of a request's time."""
    act()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    print(f"{name:44s} p50 {statistics.median(times):8.2f} ms   p95 {times[int(len(times) * 0.95)]:8.2f} ms")


def main() -> None:
    instances = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with sqlite_database(home) as database, Api.open(database, home) as api:
            api.has(spec(tasks=[f"task_{number}" for number in range(TASKS)]))
            fill(database, instances)
            print(f"{instances:,} task instances, {instances // TASKS:,} runs")
            measure("GET /version", lambda: api.get("/version").ok())
            measure("GET /dags", lambda: api.get("/dags").ok())
            measure("GET /dags/etl", lambda: api.get("/dags/etl").ok())
            runs = "/dags/etl/dagRuns"
            measure("GET runs of a DAG (100)", lambda: api.get(runs, limit=100).ok())
            measure("GET runs by -start_date", lambda: api.get(runs, limit=100, order_by="-start_date").ok())
            measure(
                "GET runs of all DAGs by -run_after",
                lambda: api.get("/dags/~/dagRuns", limit=100, order_by="-run_after").ok(),
            )
            measure("GET instances of a run (100)", lambda: api.get(f"{runs}/r0/taskInstances", limit=100).ok())
            everywhere = "/dags/~/dagRuns/~/taskInstances"
            measure("GET all instances", lambda: api.get(everywhere, limit=100).ok())
            measure(
                "GET all instances by -start_date", lambda: api.get(everywhere, limit=100, order_by="-start_date").ok()
            )
            measure("GET failed instances", lambda: api.get(everywhere, limit=100, state="failed").ok())
            measure(
                "GET instances of a task",
                lambda: api.get("/dags/etl/dagRuns/~/taskInstances", task_id="task_7", limit=100).ok(),
            )
            measure("POST trigger", lambda: api.post(runs, {}).ok())


if __name__ == "__main__":
    main()

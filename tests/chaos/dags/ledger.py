"""A DAG that keeps its own books: what the orchestrator claims can be held against what really happened."""

from __future__ import annotations

import datetime
import fcntl
import os
import time
from pathlib import Path

from tradewind import DAG, task


def write(folder: Path, line: str) -> None:
    """One line of the ledger, in one write."""
    descriptor = os.open(folder / "ledger", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, (line + "\n").encode())
    os.close(descriptor)


def work(name: str, run_id: str, attempt: int) -> int:
    """Hold a lock for as long as it runs: a second owner of the same instance would find it taken."""
    folder = Path(os.environ["LEDGER"])
    with (folder / f"lock-{run_id}-{name}").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            write(folder, f"TWO-OWNERS {run_id} {name}")
            raise
        for step in range(3):
            line = f"line-{run_id}-{name}-{attempt}-{os.getpid()}-{step}"
            print(line)
            write(folder, f"LOGGED {run_id} {name} {attempt} {line}")
            time.sleep(0.01)
    write(folder, f"DONE {run_id} {name}")
    return attempt


with DAG(
    "ledger",
    schedule=None,
    start_date=datetime.datetime(2024, 1, 1),
    is_paused_upon_creation=False,
    max_active_runs=32,
    default_args={"retries": 5, "retry_delay": datetime.timedelta(milliseconds=100)},
):

    @task
    def first(run_id=None, ti=None):
        return work("first", run_id, ti.try_number)

    @task
    def second(run_id=None, ti=None):
        return work("second", run_id, ti.try_number)

    @task
    def third(run_id=None, ti=None):
        return work("third", run_id, ti.try_number)

    first() >> [second(), third()]

"""Rates of the database layer: transitions a second, the cost of the smallest batch, loading; SQLite and PostgreSQL.

Run: python tests/bench/db_rates.py [--rows N]. Prints a line a measurement, with the machine's own fsync beside them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.databases import EPOCH, postgres_server, sqlite_database
from support.rows import at, create_run, dispatch, ended, facts, parsed, save_run, save_task, spec, store
from tradewind.base.settings import DbSettings
from tradewind.core.commands import Command, CreateTasks, EndAttempt, KeepOutput, StartAttempt
from tradewind.core.states import TaskState
from tradewind.db import Database, images, leases, open_database
from tradewind.db.transitions import write

BATCH = 200


def prepared(database: Database, instances: int) -> None:
    """A running run with so many instances."""
    store(database, parsed(spec(tasks=("work",))))
    with database.write() as tx:
        leases.acquire_or_extend(tx, "bench", leases.ALL_SHARDS, 3600)
        write(tx, [create_run(), save_run(), CreateTasks("run-1", "work", 0, instances - 1)], now=EPOCH)


def steps(index: int) -> list[list[Command]]:
    """The batches that one instance is part of: queued, running, success."""
    attempt = f"00000000-0000-7000-8000-{index:012d}"
    base = {"attempt": attempt, "scheduled_at": at(1), "queued_at": at(1)}
    return [
        [save_task("work", TaskState.QUEUED, index, **base), dispatch(attempt, "work", map_index=index)],
        [save_task("work", TaskState.RUNNING, index, **base, start_date=at(2)), StartAttempt(attempt, at(2), "host", 1)],
        [save_task("work", TaskState.SUCCESS, index, **base, start_date=at(2), end_date=at(3)),
         EndAttempt(attempt, at(3), "success"), KeepOutput(attempt)],
    ]  # fmt: skip


def commit(database: Database, commands: list[Command], outputs: dict[str, object]) -> None:
    """As the scheduler does: fence, write, commit."""
    with database.write() as tx:
        leases.fence(tx, "bench", {0: 1})
        write(tx, commands, outputs, now=at(5))  # type: ignore[arg-type]


def transitions_per_s(database: Database, instances: int, batch: int) -> float:
    prepared(database, instances)
    work = [steps(index) for index in range(instances)]
    outputs = {c.attempt: ended(c.attempt, return_value=1) for s in work for c in s[2] if isinstance(c, KeepOutput)}
    started = time.perf_counter()
    for first in range(0, instances, batch):
        for step in range(3):
            commands = [command for of in work[first : first + batch] for command in of[step]]
            commit(database, commands, outputs)
    return 3 * instances / (time.perf_counter() - started)


def smallest_batch_us(database: Database, rounds: int = 500) -> list[float]:
    """One task ends, the next is dispatched: what stands between two tasks of a chain."""
    prepared(database, rounds + 1)
    work = [steps(index) for index in range(rounds + 1)]
    seen: list[float] = []
    for index in range(rounds):
        batch = work[index][2] + work[index + 1][0]
        outputs = {c.attempt: ended(c.attempt, return_value=1) for c in work[index][2] if isinstance(c, KeepOutput)}
        commit(database, work[index][1], {})
        started = time.perf_counter()
        commit(database, batch, outputs)
        seen.append((time.perf_counter() - started) * 1e6)
    return seen


def fsync_us(folder: Path) -> float:
    """One appended page and fdatasync, median."""
    seen: list[float] = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(b"x" * 4096)
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            seen.append((time.perf_counter() - started) * 1e6)
    return statistics.median(seen)


@contextmanager
def fresh_sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, sqlite_database(Path(folder)) as database:
        yield database


def measure(name: str, fresh: Callable[[], object], rows: int) -> None:
    for batch in (1, 20, BATCH):
        with fresh() as database:  # type: ignore[attr-defined]
            count = rows if batch == BATCH else max(batch * 20, 200)
            print(
                f"{name:11} transitions/s in batches of {batch:3}: {transitions_per_s(database, count, batch):10,.0f}"
            )
    with fresh() as database:  # type: ignore[attr-defined]
        seen = sorted(smallest_batch_us(database))
        print(
            f"{name:11} one ends, next starts: p50 {seen[len(seen) // 2]:.0f} us, p99 {seen[int(len(seen) * 0.99)]:.0f} us"
        )
    with fresh() as database:  # type: ignore[attr-defined]
        prepared(database, 50_000)
        started = time.perf_counter()
        with database.read() as tx:
            image = images.unfinished_runs(tx)[0]
        assert len(image.tasks) == 50_000
        assert image.facts == facts()
        print(f"{name:11} loading 50,000 instances: {time.perf_counter() - started:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    rows, only = parser.parse_args().rows, parser.parse_args().only
    print(
        f"machine     fdatasync of a page: {fsync_us(Path(tempfile.mkdtemp())):.0f} us; load {os.getloadavg()[0]:.1f}"
    )
    if only != "postgresql":
        measure("sqlite", fresh_sqlite, rows)
    if only == "sqlite":
        return
    with postgres_server(is_durable=True) as server:

        @contextmanager
        def fresh_postgres() -> Iterator[Database]:
            url = server.clone()
            database = open_database(DbSettings(), url)
            yield database
            database.close()
            server.drop(url)

        measure("postgresql", fresh_postgres, rows)


if __name__ == "__main__":
    main()

"""How many events a second the core takes, and what one completion costs as DAGs and maps grow.

Run it with the project's interpreter; it prints tables and needs no database, network or disk.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tradewind.base.ids import SequentialIds
from tradewind.core.commands import Command, Dispatch
from tradewind.core.events import AttemptStarted, AttemptSucceeded, PoolSet, RunFacts, RunRequested, Tick, VersionAdded
from tradewind.core.shard import Limits, Shard
from tradewind.spec import DagKey, DagSpec, MapSpec, ScheduleSpec, TaskSpec, XComInput

NOW = datetime(2024, 1, 1, tzinfo=UTC)
KEY = DagKey("default", "bench")


def layered(size: int, fan_in: int = 3) -> DagSpec:
    """A DAG of `size` tasks in layers of ten, each task below up to `fan_in` of the layer above."""
    tasks: list[TaskSpec] = []
    for n in range(size):
        above = [m for m in range((n // 10 - 1) * 10, n // 10 * 10) if m >= 0]
        upstream = tuple(f"t{above[(n + k) % len(above)]}" for k in range(fan_in)) if above else ()
        tasks.append(TaskSpec(task_id=f"t{n}", upstream=tuple(dict.fromkeys(upstream))))
    return _dag(*tasks)


def mapped() -> DagSpec:
    """A source and a task mapped over it."""
    over = MapSpec((("x", XComInput("source")),))
    return _dag(TaskSpec(task_id="source"), TaskSpec(task_id="mapped", upstream=("source",), mapped=over))


def _dag(*tasks: TaskSpec) -> DagSpec:
    return DagSpec(
        dag_id="bench", schedule=ScheduleSpec("none"), tasks=tasks, max_active_runs=1_000, max_active_tasks=64
    )


class Drive:
    """A core and the reports of an executor that is never tired."""

    def __init__(self, spec: DagSpec, length: int = 0) -> None:
        self.shard = Shard(SequentialIds(), Limits(parallelism=512))
        self.length = length
        self.events = 0
        self.commands = 0
        self.biggest = 0
        self.todo: deque[str] = deque()
        self.apply(VersionAdded(KEY, "v1", spec))
        self.apply(PoolSet("default", "default_pool", 1_000))

    def apply(self, event: object) -> None:
        said: list[Command] = self.shard.apply(event, NOW)  # type: ignore[arg-type]
        self.events += 1
        self.commands += len(said)
        self.biggest = max(self.biggest, len(said))
        self.todo.extend(c.attempt for c in said if isinstance(c, Dispatch))

    def request(self, count: int) -> None:
        for n in range(count):
            self.apply(
                RunRequested(
                    RunFacts(
                        uid=f"r{n}",
                        dag=KEY,
                        run_id=f"r{n}",
                        run_type="manual",
                        logical_date=NOW,
                        interval_start=NOW,
                        interval_end=NOW,
                        run_after=NOW,
                        queued_at=NOW,
                        version_id="v1",
                    )
                )
            )

    def work(self) -> float:
        """Report until nothing is left; seconds."""
        keys = frozenset({"return_value"})
        gc.collect()
        start = time.perf_counter()
        while self.todo or self.shard.next_deadline() == NOW:
            if not self.todo:
                self.apply(Tick())
                continue
            attempt = self.todo.popleft()
            self.apply(AttemptStarted(attempt, NOW))
            self.apply(AttemptSucceeded(attempt, NOW, {"return_value": self.length}, keys))
        assert not self.shard.has_run("r0"), "the run did not end"
        return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--tasks", type=int, default=1_000)
    given = parser.parse_args()
    drive = Drive(layered(given.tasks))
    drive.request(given.runs)
    before = drive.events
    took = drive.work()
    events = drive.events - before
    print(f"{given.runs} runs x {given.tasks} tasks: {events / took:,.0f} events/s, {took / events * 1e6:.1f} us each,"
          f" {drive.commands:,} commands, at most {drive.biggest} from one event")  # fmt: skip
    print("\ntasks in the DAG   us per completion")
    for size in (10, 100, 1_000, 5_000):
        drive = Drive(layered(size))
        drive.request(max(1, 5_000 // size))
        before = drive.events
        took = drive.work()
        print(f"{size:>16,}   {took / (drive.events - before) * 2e6:17.1f}")
    print("\nlength of the map  us per completion   most commands from one event")
    for length in (10, 100, 1_000, 10_000, 100_000):
        drive = Drive(mapped(), length)
        drive.request(max(1, 5_000 // length))
        before, drive.biggest = drive.events, 0
        took = drive.work()
        print(f"{length:>16,}   {took / (drive.events - before) * 2e6:17.1f}   {drive.biggest:>28,}")


if __name__ == "__main__":
    main()

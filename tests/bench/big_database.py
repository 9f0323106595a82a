"""A database as a busy year leaves it: 10,000 DAGs, 100,000 runs, a million task instances, and what belongs to them.

Run: python tests/bench/big_database.py FILE (SQLite), or --url postgresql://... (empty, or with our schema and no rows).
`cached_file` keeps the SQLite file in a folder of its own (`TRADEWIND_BENCH_CACHE`, or one under the user's cache) for
the next who wants it. All rows come from one seed, so that every machine has the same ones. Nothing is left running: a
server that is started on it has nothing to do.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

sys.path.insert(0, str(Path(__file__).parents[1]))

from tradewind.base.ids import SequentialIds, uuid7
from tradewind.base.settings import DbSettings
from tradewind.db import Database, audit_chain, open_database, parses, schema, tables
from tradewind.db.columns import moment_to_text
from tradewind.db.leases import shard_of
from tradewind.spec import DagKey, DagSpec, ScheduleSpec, TaskSpec

__all__ = ["DAGS", "INSTANCES", "MAPPED", "RUNS", "cached_file", "dag_name", "fill"]

DAGS, RUNS, INSTANCES = 10_000, 100_000, 1_000_000
EVENTS, ASSETS, ASSET_EVENTS, ERRORS, SETTINGS, VERSIONS = 100_000, 2_000, 100_000, 3_000, 3_000, 200
MAPPED = 10_000
"""Instances of the one task of `dag_00001` that is mapped, in each of its runs up to `MAPPED_RUNS`."""
MAPPED_RUNS = 3
NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEAMS = ("sales", "finance", "web", "ops", "science", "billing", "search", "mobile")
POOLS = ("default_pool", "default_pool", "default_pool", "warehouse", "api", "gpu")
OPERATORS = ("PythonOperator", "BashOperator", "SQLExecuteQueryOperator", "_PythonDecoratedOperator")
Row = tuple[Any, ...]


def dag_name(number: int) -> str:
    """The id of a DAG."""
    return f"dag_{number:05d}"


class _Content:
    """All rows, table by table, each as a stream."""

    def __init__(self, dialect: str) -> None:
        self._random = random.Random(20260601)
        self._moment = (lambda at: at and moment_to_text(at)) if dialect == "sqlite" else (lambda at: at)
        self._text = lambda value: msgspec.json.encode(value).decode()
        self.runs: list[tuple[str, int, str, datetime, str, int]] = []
        """uid, DAG, run id, start, state, number of instances besides mapped ones."""

    def spec(self, number: int) -> DagSpec:
        """A chain of up to 20 tasks; the busiest DAG has 3, of which one is mapped."""
        count = self.tasks_of(number)
        tasks = tuple(
            TaskSpec(task_id=f"step_{n:02d}", upstream=(f"step_{n - 1:02d}",) if n else (), task_type=self.operator(n))
            for n in range(count)
        )
        return DagSpec(
            dag_id=dag_name(number),
            schedule=ScheduleSpec("none"),
            tasks=tasks,
            tags=(TEAMS[number % 8], f"tier{number % 5}"),
        )

    @staticmethod
    def tasks_of(number: int) -> int:
        return 3 if number == 1 else 5 + number % 10

    @staticmethod
    def operator(task: int) -> str:
        return OPERATORS[task % 4]

    @staticmethod
    def runs_of(number: int) -> int:
        """Most DAGs run seldom, a tenth often, and one all the time."""
        return 1_000 if number == 0 else 50 if number % 10 == 0 else 5

    def plan_runs(self) -> None:
        """Which runs there are, in the order of time."""
        draw = self._random
        picked = [number for number in range(DAGS) for _ in range(self.runs_of(number))]
        picked += [draw.randrange(2, DAGS) for _ in range(RUNS - len(picked))]
        draw.shuffle(picked)
        gap = timedelta(days=365) / RUNS
        for place, number in enumerate(picked[:RUNS]):
            start = NOW - timedelta(days=365) + gap * place
            uid = uuid7(int(start.timestamp() * 1000), draw.randbytes(10))
            state = "failed" if draw.random() < 0.06 else "success"
            kind = "scheduled" if draw.random() < 0.8 else "manual"
            self.runs.append((uid, number, f"{kind}__{start.isoformat()}", start, state, self.tasks_of(number)))

    def dag_runs(self) -> Iterator[Row]:
        seen: dict[int, int] = {}
        counted = self.instances_by_run()
        for (uid, number, run_id, start, state, _), instances in zip(self.runs, counted, strict=True):
            kind = run_id.partition("__")[0]
            seen[number] = seen.get(number, 0) + 1
            took = 20.0 + seen[number] % 600
            begin, end = self._moment(start), self._moment(start + timedelta(seconds=took))
            yield (
                uid, "default", dag_name(number), run_id, kind, state, begin if kind == "scheduled" else None, begin, begin,
                begin, begin, begin, end, took, "{}", f"version-{number + 1}",
                "timetable" if kind == "scheduled" else "rest_api", None if kind == "scheduled" else "admin",
                shard_of(DagKey("default", dag_name(number))), end, instances,
            )  # fmt: skip

    def instances_by_run(self) -> list[int]:
        """How many instances each run has; the last runs make up for what is missing to the million."""
        mapped = 0
        found: list[int] = []
        for _, number, _, _, _, tasks in self.runs:
            if number == 1 and mapped < MAPPED_RUNS:
                mapped += 1
                found.append(tasks - 1 + MAPPED)
            else:
                found.append(tasks)
        missing, place = INSTANCES - sum(found), len(found)
        while missing:
            place = place - 1 if place else len(found) - 1
            step = max(-(found[place] - 1), min(missing, 1000)) if missing < 0 else min(missing, 1000)
            found[place] += step
            missing -= step
        return found

    def instances(self) -> Iterator[tuple[Row, Row]]:
        """Each instance with its attempt."""
        for (uid, number, _, start, state, tasks), count in zip(self.runs, self.instances_by_run(), strict=True):
            yield from self._of_run(uid, number, start, state, min(tasks, count), max(count - tasks, 0))

    def _of_run(
        self, uid: str, number: int, start: datetime, state: str, tasks: int, more: int
    ) -> Iterator[tuple[Row, Row]]:
        draw = self._random
        keys = [(n, -1) for n in range(tasks - (1 if more else 0))]
        if more:
            keys += [(tasks - 1, index) for index in range(more + 1)]
        broken = draw.randrange(len(keys)) if state == "failed" else len(keys)
        at = start
        for place, (task, index) in enumerate(keys):
            here = "success" if place < broken else "failed" if place == broken else "upstream_failed"
            here = "skipped" if here == "success" and draw.random() < 0.03 else here
            is_run = here in {"success", "failed"}
            took = round(draw.expovariate(0.2), 3) + 0.05
            begin, end = self._moment(at), self._moment(at + timedelta(seconds=took))
            attempt = f"{uid[:24]}{task:04x}{index + 1:08x}"
            operator, pool = self.operator(task), POOLS[(number + task) % 6]
            tries = 2 if draw.random() < 0.02 else 1
            yield (
                (
                    uid, f"step_{task:02d}", index, "default", dag_name(number), here, tries if is_run else 0, tries,
                    attempt if is_run else None, begin if is_run else None, begin if is_run else None,
                    begin if is_run else None, end, took if is_run else None, operator, pool, 1, "default", 1, end,
                ),
                (
                    attempt, uid, f"step_{task:02d}", index, tries, f"version-{number + 1}", "default", 1, 1, begin, begin, end,
                    here, "worker-1", 4711,
                ),
            )  # fmt: skip
            at += timedelta(seconds=took if index < 0 else 0.001)

    def xcoms(self) -> Iterator[Row]:
        """One for each second run's first two tasks."""
        for uid, _, _, start, _, tasks in self.runs[::2]:
            for task in range(min(tasks, 2)):
                at = self._moment(start)
                yield (uid, f"step_{task:02d}", -1, "return_value", '"s3://bucket/part-0001"', "json", None, False, at)

    def event_logs(self) -> Iterator[Row]:
        """A chain that holds, as `audit verify` wants it."""
        names = ("trigger_dag_run", "patch_dag", "post_clear_task_instances", "post_variable", "login")
        previous = audit_chain.START
        for number in range(1, EVENTS + 1):
            uid, dag, run_id, _, _, _ = self.runs[number * 7919 % RUNS]
            entry: dict[str, Any] = dict.fromkeys(audit_chain.COLUMNS) | {
                "id": number, "timestamp": NOW - timedelta(days=365) + timedelta(days=365) / EVENTS * number,
                "workspace": "default", "event": names[number % 5], "owner": f"user{number % 40}",
                "dag_id": dag_name(dag), "run_id": run_id, "extra": self._text({"run": uid}),
            }  # fmt: skip
            previous = audit_chain.link(previous, entry)
            entry["timestamp"] = self._moment(entry["timestamp"])
            yield (*(entry[name] for name in audit_chain.COLUMNS), previous)
        self.head = previous

    def asset_events(self) -> Iterator[Row]:
        for number in range(1, ASSET_EVENTS + 1):
            _, dag, run_id, _, _, _ = self.runs[number * 7 % RUNS]
            at = NOW - timedelta(days=365) + timedelta(days=365) / ASSET_EVENTS * number
            uid = uuid7(int(at.timestamp() * 1000), self._random.randbytes(10))
            yield (
                number,
                uid,
                "default",
                1 + number % ASSETS,
                "{}",
                dag_name(dag),
                run_id,
                "step_00",
                -1,
                self._moment(at),
            )

    def streams(self) -> Iterator[tuple[Table, Sequence[str], Iterable[Row]]]:
        """Tables in the order in which they lean on each other, their columns, their rows."""
        at, t = self._moment(NOW), tables
        yield t.dag_run, (
            "uid", "workspace", "dag_id", "run_id", "run_type", "state", "logical_date", "interval_start", "interval_end",
            "run_after", "queued_at", "start_date", "end_date", "duration", "conf", "version_id", "triggered_by",
            "triggering_user", "shard", "updated_at", "instances",
        ), self.dag_runs()  # fmt: skip
        of_instance = (
            "run_uid", "task_id", "map_index", "workspace", "dag_id", "state", "try_number", "max_tries", "attempt",
            "scheduled_at", "queued_at", "start_date", "end_date", "duration", "operator", "pool", "pool_slots", "queue",
            "priority_weight", "updated_at",
        )  # fmt: skip
        draws = self._random.getstate()
        yield t.task_instance, of_instance, (instance for instance, _ in self.instances())
        self._random.setstate(draws)  # the same draws once more
        of_attempt = (
            "id", "run_uid", "task_id", "map_index", "try_number", "version_id", "queue", "pool_slots", "priority",
            "created_at", "started_at", "ended_at", "outcome", "hostname", "pid",
        )  # fmt: skip
        yield t.attempt, of_attempt, (attempt for instance, attempt in self.instances() if instance[8] is not None)
        of_xcom = ("run_uid", "task_id", "map_index", "key", "value", "kind", "length", "is_none", "timestamp")
        yield t.xcom, of_xcom, self.xcoms()
        yield t.event_log, (*audit_chain.COLUMNS, "hash"), self.event_logs()
        yield t.asset, ("id", "workspace", "name", "uri", "group_name", "extra", "created_at", "updated_at"), (
            (n, "default", f"table_{n:04d}", f"s3://lake/table_{n:04d}", "asset", "{}", at, at) for n in range(1, ASSETS + 1)
        )  # fmt: skip
        of_event = (
            "id", "uid", "workspace", "asset_id", "extra", "source_dag_id", "source_run_id", "source_task_id",
            "source_map_index", "timestamp",
        )  # fmt: skip
        yield t.asset_event, of_event, self.asset_events()
        yield from self._small(at)

    def _small(self, at: Any) -> Iterator[tuple[Table, Sequence[str], Iterable[Row]]]:
        t, some = tables, range(1, SETTINGS + 1)
        yield t.import_error, ("id", "workspace", "bundle_name", "relative_fileloc", "fileloc", "stacktrace", "timestamp"), (
            (n, "default", "lake", f"broken_{n}.py", f"/dags/broken_{n}.py", "SyntaxError: invalid syntax", at)
            for n in range(1, ERRORS + 1)
        )  # fmt: skip
        yield (
            t.variable,
            ("workspace", "key", "value", "is_encrypted"),
            (("default", f"variable_{n:04d}", f'"{n}"', False) for n in some),
        )
        yield (
            t.connection,
            ("workspace", "conn_id", "conn_type", "host", "login", "port"),
            (("default", f"connection_{n:04d}", "postgres", f"db{n}.example.com", "etl", 5432) for n in some),
        )
        yield t.pool, ("workspace", "name", "slots", "include_deferred"), (
            ("default", name, 64, False) for name in (*sorted(set(POOLS) - {"default_pool"}), *(f"pool_{n:04d}" for n in some))
        )  # fmt: skip
        yield (
            t.asset_alias,
            ("id", "workspace", "name", "group_name"),
            ((n, "default", f"alias_{n:04d}", "asset") for n in some),
        )
        of_version = (
            "id", "workspace", "dag_id", "version_number", "spec_hash", "code_hash", "bundle_name", "bundle_version",
            "relative_fileloc", "created_at",
        )  # fmt: skip
        yield t.dag_version, of_version, (
            (f"older-{n}", "default", dag_name(0), n + 1, self.hashes[0], self.hashes[1], "lake", "snapshot-1", "f.py", at)
            for n in range(1, VERSIONS)
        )  # fmt: skip
        yield (
            t.dag_warning,
            ("workspace", "dag_id", "warning_type", "message", "timestamp"),
            (("default", dag_name(n), "non-existent pool", "the pool is not there", at) for n in range(0, DAGS, 5)),
        )

    hashes: tuple[str, str] = ("", "")
    head: str = audit_chain.START


def fill(database: Database, say: Any = print) -> None:
    """Put everything into a database that has the schema and no rows."""
    content = _Content(database.dialect)
    content.plan_runs()
    began = time.monotonic()
    ids = SequentialIds("version-")
    for first in range(0, DAGS, 500):
        files = [
            parses.ParsedFile(
                workspace="default", bundle_name="lake", bundle_version="snapshot-1", relative_fileloc=f"{name}.py",
                fileloc=f"/dags/{name}.py", code_hash=f"code of {name}", source=f"# {name}", dags=[content.spec(number)],
            )
            for number in range(first, first + 500) for name in (dag_name(number),)
        ]  # fmt: skip
        with database.write() as tx:
            parses.store_parse(tx, files, ids, NOW - timedelta(days=365), paused_by_default=True)
    say(f"{time.monotonic() - began:6.1f} s  {DAGS:,} DAGs")
    with database.read() as tx:
        [row] = tx.raw.execute("SELECT spec_hash, code_hash FROM dag_version WHERE id = 'version-1'").fetchall()
        content.hashes = (row[0], row[1])
    for table, columns, rows in content.streams():
        with database.write() as tx:
            count = _copy(tx.raw, database.dialect, table, columns, rows)
        say(f"{time.monotonic() - began:6.1f} s  {count:,} rows of {table.name}")
    with database.write() as tx:
        mark = "?" if database.dialect == "sqlite" else "%s"
        tx.raw.execute(f"UPDATE audit_head SET last_id = {mark}, last_hash = {mark}", (EVENTS, content.head))


def _copy(raw: Any, dialect: str, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    count = 0
    if dialect == "sqlite":
        count = raw.executemany(
            f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))})", rows
        ).rowcount
    else:
        with raw.cursor() as cursor:
            with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
                    count += 1
            key = table.primary_key.columns.values()[0]
            if len(table.primary_key) == 1 and key.name == "id" and key.autoincrement is True:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
                )
    return count


def fill_postgresql(url: str) -> None:
    """Make the schema where there is none, fill it, and do what autovacuum would do soon."""
    import psycopg

    database = open_database(DbSettings(), url)
    try:
        schema.migrate(database, NOW)
        fill(database)
    finally:
        database.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def fill_sqlite(file: Path) -> None:
    """A new file."""
    database = open_database(DbSettings(sqlite_synchronous="OFF"), f"sqlite:///{file}")
    try:
        schema.migrate(database, NOW)
        with database.write() as tx:
            tx.raw.execute("PRAGMA cache_size = -1500000")
        fill(database)
    finally:
        database.close()


def cached_file() -> Path:
    """The SQLite file, made once for each state of the schema and of this file. Copy it before you write into it."""
    made_from = Path(__file__).read_text() + "".join(
        str(CreateTable(table).compile(dialect=sqlite.dialect()))
        + "".join(str(CreateIndex(index).compile(dialect=sqlite.dialect())) for index in sorted(table.indexes, key=str))
        for table in tables.metadata.sorted_tables
    )
    given = os.environ.get("TRADEWIND_BENCH_CACHE")
    folder = Path(given) if given else Path.home() / ".cache" / "tradewind-bench"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"big-{hashlib.sha256(made_from.encode()).hexdigest()[:12]}.db"
    if not file.exists():
        for old in folder.glob("big-*"):
            old.unlink()
        making = file.with_suffix(".making")
        fill_sqlite(making)
        with sqlite3.connect(making) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        making.rename(file)
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="where to put the SQLite file; none: it stays in the cache")
    parser.add_argument("--url", help="of a PostgreSQL database instead")
    given = parser.parse_args()
    if given.url:
        fill_postgresql(given.url)
    elif given.file:
        shutil.copyfile(cached_file(), given.file)
    else:
        print(cached_file())


if __name__ == "__main__":
    main()

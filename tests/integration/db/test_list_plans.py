"""How the databases find the rows of long lists, kept beside this file in `list_plans.json`.

What makes the plans the same everywhere: SQLite keeps no statistics here (nor in a server), so its planner knows the schema
alone. PostgreSQL is told that scans and sorts of whole tables are dear (`enable_seqscan`, `enable_sort` off), so that it
shows one only where no index serves; which of several indexes it takes depends on statistics, and is not kept.
`TRADEWIND_UPDATE_PLANS=1` writes the file anew; look at what changed before you commit it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from support.databases import EPOCH
from support.rows import create_run, parsed, save_run, spec, store
from tradewind.core.commands import Command, CreateTasks
from tradewind.core.states import RunState, TaskState
from tradewind.db import Database, Tx, asset_events, asset_queue, event_logs, inputs, one_dag, runs, task_lists, xcoms
from tradewind.db.listing import Page, Range
from tradewind.db.one_dag import BarFilter
from tradewind.db.runs import RunFilter
from tradewind.db.task_lists import TaskFilter
from tradewind.db.transitions import write
from tradewind.spec import DagKey

FILE = Path(__file__).with_name("list_plans.json")
BIG = ("task_instance", "dag_run", "attempt", "xcom", "event_log", "asset_event", "input_request")
Ask = Callable[[Tx], object]


def of_runs(*order: str, offset: int = 0, cursor: str | None = None, **wanted: object) -> Ask:
    page = Page(50, offset, order, cursor)
    return lambda tx: runs.list_runs(tx, "default", RunFilter(**wanted), page)  # type: ignore[arg-type]


def of_tasks(*order: str, offset: int = 0, cursor: str | None = None, **wanted: object) -> Ask:
    page = Page(50, offset, order, cursor)
    return lambda tx: task_lists.list_tasks(tx, "default", TaskFilter(**wanted), page)  # type: ignore[arg-type]


def bars(**wanted: object) -> Ask:
    return lambda tx: one_dag.run_bars(tx, DagKey("default", "dag-1"), 25, BarFilter(**wanted))  # type: ignore[arg-type]


LATELY = Range(gte=EPOCH - timedelta(days=1))
LISTS: dict[str, Ask] = {
    "runs": of_runs(),
    "runs, last page": of_runs(offset=1200),
    "runs by cursor": of_runs(cursor=""),
    **{f"runs by {name}": of_runs(name) for name in ("run_after", "-run_after", "-start_date", "start_date", "-end_date",
       "-logical_date", "logical_date", "-duration", "dag_id")},
    "runs by -run_after, last page": of_runs("-run_after", offset=1200),
    "runs by -start_date, last page": of_runs("-start_date", offset=1200),
    "runs of a DAG by -run_after": of_runs("-run_after", dag_ids=["dag-1"]),
    "runs of a DAG by run_after": of_runs("run_after", dag_ids=["dag-1"]),
    "bars of a DAG": bars(),
    "bars of a DAG before a run": bars(before=EPOCH, before_run="manual__run-7"),
    "bars of a DAG that failed": bars(states=["failed"]),
    "bar of one run": bars(run_id="manual__run-7"),
    "last run of a DAG by assets": lambda tx: asset_queue.last_run(tx, DagKey("default", "dag-1")),
    "runs that failed": of_runs(states=[RunState.FAILED]),
    "runs that failed by cursor": of_runs(cursor="", states=[RunState.FAILED]),
    "runs that succeeded by cursor": of_runs("-run_after", cursor="", states=[RunState.SUCCESS]),
    "runs by a prefix": of_runs(run_id_prefix="manual__run-12"),
    "runs of DAGs by a pattern": of_runs("-start_date", dag_id_pattern="G-1"),
    "manual runs": of_runs(run_types=["manual"]),
    "runs of late": of_runs("-start_date", start_date=LATELY),
    "tasks": of_tasks(),
    "tasks, last page": of_tasks(offset=3600),
    "tasks by cursor": of_tasks(cursor=""),
    "tasks by -start_date": of_tasks("-start_date"),
    "tasks by start_date": of_tasks("start_date"),
    "tasks by -start_date, last page": of_tasks("-start_date", offset=3600),
    "tasks that failed": of_tasks(states=[TaskState.FAILED]),
    "tasks that succeeded": of_tasks(states=[TaskState.SUCCESS]),
    "tasks that failed by -start_date": of_tasks("-start_date", states=[TaskState.FAILED]),
    "tasks that succeeded by cursor": of_tasks(cursor="", states=[TaskState.SUCCESS]),
    "tasks that succeeded by -start_date": of_tasks("-start_date", states=[TaskState.SUCCESS]),
    "tasks of a run": of_tasks(run_uids=["run-7"]),
    "tasks of late": of_tasks("-start_date", start_date=LATELY),
    "XComs": lambda tx: xcoms.list_xcoms(tx, "default", xcoms.XComFilter(), Page(50)),
    "XComs of a run": lambda tx: xcoms.list_xcoms(tx, "default", xcoms.XComFilter(run_ids=["manual__run-7"]), Page(50)),
    "audit log": lambda tx: event_logs.list_events(tx, event_logs.EventFilter(), Page(50)),
    "audit log by -when": lambda tx: event_logs.list_events(tx, event_logs.EventFilter(), Page(50, 0, ("-when",))),
    "audit log of a DAG": lambda tx: event_logs.list_events(
        tx, event_logs.EventFilter(dag_id="dag-1"), Page(50, 0, ("-when",))
    ),
    "asset events": lambda tx: asset_events.list_events(tx, "default", asset_events.EventFilter(), Page(50)),
    "asset events by -timestamp": lambda tx: asset_events.list_events(
        tx, "default", asset_events.EventFilter(), Page(50, 0, ("-timestamp",))
    ),
    "questions": lambda tx: inputs.list_requests(tx, "default", inputs.InputFilter(), Page(50)),
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Database:
    """1,250 finished runs of three DAGs with three instances each."""
    for number in range(3):
        store(shared_database, parsed(spec(f"dag-{number}", tasks=("a",)), path=f"{number}.py"), ids=Ids(number))
    commands: list[Command] = []
    for number in range(1250):
        uid, version, dag = f"run-{number}", f"v-{number % 3}", DagKey("default", f"dag-{number % 3}")
        commands += [
            create_run(uid, dag=dag, version_id=version, run_after=EPOCH + timedelta(minutes=number)),
            save_run(uid, RunState.SUCCESS, version_id=version),
            CreateTasks(uid, "a", 0, 2),
        ]
    with shared_database.write() as tx:
        write(tx, commands, now=EPOCH)
    if shared_database.dialect == "postgresql":
        with shared_database.write() as tx:
            tx.raw.execute("ANALYZE")
    return shared_database


class Ids:
    def __init__(self, number: int) -> None:
        self._number = number

    def new(self) -> str:
        return f"v-{self._number}"


def steps(database: Database, ask: Ask) -> list[str]:
    """How a list finds its rows, in few words, statement by statement."""
    seen: list[tuple[str, object]] = []
    with database.read() as tx:
        event.listen(tx.connection, "before_cursor_execute", lambda *about: seen.append((about[2], about[3])))
        ask(tx)
    found: dict[str, None] = {}
    with database.read() as tx:
        if tx.dialect == "postgresql":
            tx.raw.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
            )
        for statement, parameters in seen:
            prefix = "EXPLAIN QUERY PLAN " if tx.dialect == "sqlite" else "EXPLAIN "
            for row in tx.raw.execute(prefix + statement, parameters).fetchall():
                line = _of_sqlite(str(row[-1])) if tx.dialect == "sqlite" else _of_postgresql(str(row[-1]))
                if line == "SORTS" and re.search(r"ORDER BY (\(\+ |coalesce\()", statement):
                    line = "sorts few"  # it was counted before, and found to be little
                if line is not None:
                    found[line] = None
    return list(found)


def _of_sqlite(line: str) -> str | None:
    if "USE TEMP B-TREE" in line:
        return "sorts what is alike" if "PART OF ORDER BY" in line else "SORTS"
    match = re.fullmatch(r"(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?(.*?))?(?: (\(.*\)))?(?: LEFT-JOIN)?", line)
    if match is None or match[2] not in BIG:
        return None
    if match[1] == "SEARCH":
        return f"{match[2]} by {match[4]}"  # of indexes that serve alike it takes any
    how = (match[3] or "").removeprefix("INDEX ")
    return f"{match[2]} in the order of {how}" if how else f"{match[2]} in the order of its key"


def _of_postgresql(line: str) -> str | None:
    scanned = re.search(r"Seq Scan on (\w+)", line)
    if scanned is not None:
        return f"SCANS {scanned[1]}" if scanned[1] in BIG else None
    if re.match(r"\s*(?:->)?\s*Sort  \(", line):
        return "SORTS"
    return None


@pytest.mark.parametrize("name", LISTS)
def test_a_long_list_is_found_as_it_was(filled: Database, name: str) -> None:
    kept: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text()) if FILE.exists() else {}
    now = steps(filled, LISTS[name])
    if os.environ.get("TRADEWIND_UPDATE_PLANS"):
        kept.setdefault(name, {})[filled.dialect] = now
        FILE.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n")
    assert now == kept[name][filled.dialect]


def test_a_list_by_what_no_index_has_would_be_noticed(filled: Database) -> None:
    assert "SORTS" in steps(filled, of_runs("data_interval_start"))


def test_what_is_kept_sorts_no_long_list_as_a_whole() -> None:
    kept = json.loads(FILE.read_text())
    assert set(kept) == set(LISTS)
    sorted_ones = {name for name, plans in kept.items() if any("SORTS" in plan for plan in plans.values())}
    assert sorted_ones <= SORTED, "each of these sorts all rows that match: give it an index, or say why not"


SORTED = {"XComs of a run", "questions", "tasks of late", "tasks that failed"}
"""Lists that sort what matches, which is little: of a run, of a day, of what went wrong, of what people were asked."""

"""Every list of the API over a million task instances: first and last page, the usual filters and orders, by cursor.

Run: python tests/bench/lists.py [--rounds N] [--only sqlite|postgresql] [--url postgresql://...]. The lists are those of
the OpenAPI document whose answers have `total_entries`, so that none is forgotten. Prints a table with the 95th percentile
and the processor time that the server spent on one answer (which another load on the machine does not change), and
writes JSON to `bench-results/`. `big_database.py` makes the rows.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import psutil  # noqa: E402
import urllib3  # noqa: E402
from big_database import cached_file, fill_postgresql  # noqa: E402
from limits import describe_machine  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from support.databases import postgres_server  # noqa: E402
from support.server import Server  # noqa: E402
from tradewind.base.settings import DbSettings  # noqa: E402
from tradewind.db import open_database, variables  # noqa: E402
from tradewind.db.cipher import key_file_cipher  # noqa: E402

GOAL_MS = 100.0
LIMIT = 50
PATIENCE_S = 1.0
"""What takes longer than this is asked for three times only."""
ALL: dict[str, list[dict[str, str]]] = {
    "get_dag_runs": [
        {"order_by": "-run_after"}, {"order_by": "-start_date"}, {"order_by": "-logical_date"}, {"order_by": "logical_date"},
        {"order_by": "-end_date"}, {"order_by": "dag_id"}, {"order_by": "-duration"}, {"state": "failed"},
        {"state": "success", "order_by": "-run_after"}, {"run_type": "manual"},
        {"start_date_gte": "2026-05-25T00:00:00Z", "order_by": "-start_date"},
        {"dag_id_pattern": "dag_0012"}, {"run_id_prefix_pattern": "manual__2026-05"}, {"cursor": ""},
        {"cursor": "", "order_by": "-run_after"},
    ],
    "get_task_instances": [
        {"order_by": "-start_date"}, {"order_by": "start_date"}, {"state": "failed"}, {"state": "success"},
        {"state": "failed", "order_by": "-start_date"}, {"state": "success", "order_by": "-start_date"},
        {"start_date_gte": "2026-05-30T00:00:00Z", "order_by": "-start_date"}, {"pool": "gpu", "state": "failed"},
        {"cursor": ""}, {"cursor": "", "order_by": "-start_date"},
    ],
    "get_dags": [
        {"order_by": "-dag_id"}, {"order_by": "dag_display_name"}, {"order_by": "-last_run_start_date"}, {"tags": "sales"},
        {"dag_id_pattern": "0012"}, {"dag_run_state": "failed"}, {"last_dag_run_state": "failed"}, {"paused": "true"},
    ],
    "get_event_logs": [{"order_by": "-when"}, {"dag_id": "dag_00000"}, {"event": "patch_dag"}, {"owner": "user7"}],
    "get_asset_events": [{"order_by": "-timestamp"}, {"asset_id": "7"}, {"source_dag_id": "dag_00000"}],
    "get_xcom_entries": [{"xcom_key_pattern": "return"}],
    "get_assets": [{"name_pattern": "table_00"}, {"order_by": "-created_at"}],
}  # fmt: skip
"""Operation -> queries beyond the plain one."""
WAITING_AT = "dag_00001"
"""The DAG that events of the first asset wait for."""
console = Console(width=150)


@dataclass(frozen=True)
class Case:
    """One request that is timed."""

    operation: str
    page: str
    path: str
    query: dict[str, str]
    body: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        said = " ".join(
            f"{key}={value}" for key, value in self.query.items() if key not in {"limit", "offset", "cursor"}
        )
        return f"{self.operation} {said}".strip()


class Lists:
    """The lists of one server."""

    def __init__(self, server: Server, rounds: int) -> None:
        self._pool = urllib3.PoolManager(timeout=60.0, retries=False)
        self._server = server
        self._rounds = rounds
        assert server.process is not None
        self._process = psutil.Process(server.process.pid)
        self._document = server.request("GET", "/openapi.json")
        run = server.get("/dags/dag_00001/dagRuns?limit=1&order_by=run_after")["dag_runs"][0]
        self._names = {
            "dag_id": WAITING_AT, "dag_run_id": run["dag_run_id"], "task_id": "step_00", "asset_id": "1", "map_index": "-1",
        }  # fmt: skip

    def paths(self) -> Iterator[tuple[str, str, bool, dict[str, bool]]]:
        """Operation, path, whether it is asked for with a body, its query parameters and whether it must have them."""
        for path, methods in self._document["paths"].items():
            for method, about in methods.items():
                answer = about["responses"].get("200", {}).get("content", {}).get("application/json", {})
                fields = self._fields(answer.get("schema", {}))
                if "total_entries" in fields and (method == "get" or path.endswith("/list")):
                    query = {
                        one["name"]: one.get("required", False)
                        for one in about.get("parameters", [])
                        if one["in"] == "query"
                    }
                    yield about["operationId"], path, method == "post", query

    def _fields(self, schema: dict[str, Any]) -> set[str]:
        named = schema.get("$ref", "").rpartition("/")[2]
        found = self._document["components"]["schemas"][named] if named else schema
        return set(found.get("properties", {}))

    def cases(self, only: str = "") -> Iterator[Case]:
        """What is timed; the last page is found by the first one's total."""
        for operation, path, has_body, query in self.paths():
            if not re.search(only, operation):
                continue
            wide = "{dag_id}" in path and "dagRuns" in path and path.rpartition("/")[2] in {
                "dagRuns", "list", "taskInstances", "xcomEntries", "hitlDetails",
            }  # fmt: skip
            for names in ([dict.fromkeys(self._names, "~") | {"asset_id": "1"}] if wide else []) + (
                [] if has_body else [self._names]
            ):
                if path.endswith("/listMapped"):
                    names = names | {"task_id": "step_02"}
                filled = path.format(**{key: quote(value, safe="") for key, value in names.items()})
                for more in [{}, *(ALL.get(operation, []) if names["dag_id"] == "~" or "{dag_id}" not in path else [])]:
                    yield from self._pages(
                        operation + (" ~" if names["dag_id"] == "~" else ""), filled, more, has_body, query
                    )

    def _pages(
        self, operation: str, path: str, more: dict[str, str], has_body: bool, query: dict[str, bool]
    ) -> Iterator[Case]:
        if has_body:
            yield Case(operation, "first", path, {}, {"page_limit": LIMIT, **more})
            total = json.loads(self._ask(Case(operation, "", path, {}, {"page_limit": 1})))["total_entries"]
            yield Case(operation, "last", path, {}, {"page_limit": LIMIT, "page_offset": _last(total), **more})
            return
        more = {name: self._names[name] for name, is_needed in query.items() if is_needed} | more
        if "limit" not in query:
            yield Case(operation, "all", path, more)
            return
        first = Case(operation, "first", path, {"limit": str(LIMIT), **more})
        answer = json.loads(self._ask(first))
        if "cursor" in more:
            yield Case(operation, "by cursor: first", path, first.query)
            if answer["next_cursor"]:
                yield Case(operation, "by cursor: next", path, first.query | {"cursor": answer["next_cursor"]})
            return
        yield first
        if answer["total_entries"] > LIMIT:
            yield Case(operation, "last", path, {**first.query, "offset": str(_last(answer["total_entries"]))})
        if answer["total_entries"] > 10_000:
            yield Case(operation, "middle", path, {**first.query, "offset": str(answer["total_entries"] // 2)})

    def _ask(self, case: Case) -> bytes:
        """The answer as bytes: what their reader makes of them is not the server's time."""
        query = f"?{urlencode(case.query)}" if case.query else ""
        headers = {"authorization": f"Bearer {self._server.token}"}
        method = "GET" if case.body is None else "POST"
        answer = self._pool.request(method, self._server.url + case.path + query, json=case.body, headers=headers)
        assert answer.status == 200, answer.data
        return answer.data

    def time(self, case: Case) -> dict[str, Any]:
        """Milliseconds of one case, after one request that does not count."""
        taken: list[float] = []
        began = time.perf_counter()
        answer = json.loads(self._ask(case))
        rounds = self._rounds if time.perf_counter() - began < PATIENCE_S else 3
        before = sum(self._process.cpu_times()[:2])
        for _ in range(rounds):
            began = time.perf_counter()
            self._ask(case)
            taken.append((time.perf_counter() - began) * 1000)
        spent = (sum(self._process.cpu_times()[:2]) - before) * 1000 / rounds
        taken.sort()
        return {
            "list": case.name, "page": case.page, "total": answer["total_entries"], "best ms": taken[0],
            "p50 ms": taken[len(taken) // 2], "p95 ms": taken[min(len(taken) - 1, int(0.95 * len(taken)))],
            "server cpu ms": spent,
        }  # fmt: skip


def _last(total: int) -> int:
    return max(total - 1, 0) // LIMIT * LIMIT


def complete(url: str, home: Path) -> None:
    """Make a filled database one server's: values that its key opens, no users yet; and events that wait for others."""
    database = open_database(DbSettings(), url)
    cipher = key_file_cipher(home)
    try:
        with database.write() as tx:
            mark = "?" if tx.dialect == "sqlite" else "%s"
            tx.raw.execute("DELETE FROM user_account")  # of an earlier server: a new one makes its own administrator
            keys = [key for (key,) in tx.raw.execute("SELECT key FROM variable").fetchall()]
            for key in keys:
                variables.put_variable(tx, cipher, "default", variables.VariableRecord(key=key, value='"a value"'))
            tx.raw.execute(
                "INSERT INTO asset_queue (workspace, dag_id, target, event_uid, queued_at)"
                f" SELECT workspace, {mark}, '', uid, timestamp FROM asset_event WHERE asset_id = 1 ON CONFLICT DO NOTHING",
                (WAITING_AT,),
            )
    finally:
        database.close()


def measure(url: str, home: Path, rounds: int, only: str) -> list[dict[str, Any]]:
    """All lists of a server on this database."""
    dags = home / "dags"
    dags.mkdir(parents=True)
    complete(url, home)
    with Server(home, dags, env={"TRADEWIND__DB__URL": url}, start_timeout_s=180, is_fresh=True) as server:
        console.print(f"healthy after {server.healthy_after_s:.1f} s")
        lists = Lists(server, rounds)
        found = []
        for case in lists.cases(only):
            found.append(lists.time(case))
            console.print(f"{found[-1]['p50 ms']:9.1f} ms  {case.page:8} {case.name}")
        return found


def show(title: str, found: list[dict[str, Any]]) -> None:
    table = Table("list", "page", "total", "best", "p50", "p95", "server cpu", title=title)
    for one in sorted(found, key=lambda one: -one["p95 ms"]):
        times = [f"{one[name]:.1f}" for name in ("best ms", "p50 ms", "p95 ms", "server cpu ms")]
        table.add_row(
            one["list"], one["page"], f"{one['total']:,}", *times, style="red" if one["p95 ms"] > GOAL_MS else ""
        )
    console.print(table)


@contextmanager
def filled(kind: str, folder: Path, url: str | None) -> Iterator[str]:
    """The URL of a filled database."""
    if kind == "sqlite":
        shutil.copyfile(cached_file(), folder / "big.db")
        yield f"sqlite:///{folder / 'big.db'}"
    elif url:
        yield url
    else:
        with postgres_server(is_durable=True) as server:
            made = server.clone()
            fill_postgresql(made)
            yield made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--url", help="of a PostgreSQL database that big_database.py has filled")
    parser.add_argument("--list", default="", help="a regular expression: which operations are timed")
    given = parser.parse_args()
    results: dict[str, Any] = {"machine": describe_machine()}
    for kind in ("sqlite", "postgresql"):
        if given.only in {None, kind}:
            with tempfile.TemporaryDirectory(prefix="tw-lists-") as name, filled(kind, Path(name), given.url) as url:
                results[kind] = measure(url, Path(name) / "home", given.rounds, given.list)
                show(kind, results[kind])
    folder = HERE.parents[1] / "bench-results"
    folder.mkdir(exist_ok=True)
    file = folder / f"lists-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps(results, indent=1))
    console.print(f"written to {file}")


if __name__ == "__main__":
    main()

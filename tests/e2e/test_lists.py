"""Lists over REST as Airflow's clients ask for them: every filter finds and leaves out, every order and page is kept.

The operations, their parameters and the names to sort by are facts of Airflow's API; each is a test by itself, so that
a parameter which is taken and does nothing is found out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from support.client_story import until
from support.server import FINISHED, Server

DAGS = Path(__file__).parent / "client_dags"
FACTS = Path(__file__).parents[1] / "unit" / "api"
OPERATIONS = {fact["id"]: fact for fact in json.loads((FACTS / "operations.json").read_text())}
ORDERS = json.loads((FACTS / "orders.json").read_text())
DAG_IDS = {"etl", "people", "daily", "parts", "load", "books", "spare", "waits"}
PAGING = {"limit", "offset", "cursor", "order_by"}
PAST, FUTURE = "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
RUN = {"dag_id": "etl", "dag_run_id": "one"}
KEYS = {
    "get_asset_aliases": "asset_aliases", "get_asset_events": "asset_events", "get_assets": "assets",
    "get_connections": "connections", "get_dag_runs": "dag_runs", "get_dag_tags": "tags",
    "get_dag_versions": "dag_versions", "get_dags": "dags", "get_event_logs": "event_logs",
    "get_hitl_details": "hitl_details", "get_import_errors": "import_errors", "get_jobs": "jobs",
    "get_mapped_task_instances": "task_instances", "get_pools": "pools", "get_task_instances": "task_instances",
    "get_variables": "variables", "get_xcom_entries": "xcom_entries", "list_backfills": "backfills",
    "list_dag_warnings": "dag_warnings", "list_asset_state_store": "asset_state_store",
    "list_task_state_store": "task_state_store", "get_plugins": "plugins", "get_providers": "providers",
    "get_tasks": "tasks",
}  # fmt: skip
WHERE: dict[str, dict[str, Any]] = {
    "get_dag_runs": {"dag_id": "~"},
    "get_dag_versions": {"dag_id": "~"},
    "get_hitl_details": {"dag_id": "~", "dag_run_id": "~"},
    "get_mapped_task_instances": {**RUN, "task_id": "double"},
    "get_task_instances": {"dag_id": "~", "dag_run_id": "~"},
    "get_xcom_entries": {"dag_id": "~", "dag_run_id": "~", "task_id": "~"},
    "list_asset_state_store": {"asset_id": 1},
    "list_task_state_store": {**RUN, "task_id": "extract"},
    "get_tasks": {"dag_id": "etl"},
}
"""What stands in the paths."""
A_DAG = {"dag_id": "etl", "dag_run_id": "~"}
"""Where groups of tasks are looked for."""
ALWAYS = {"list_backfills": {"dag_id": "daily"}}
"""Parameters that the operation can't do without."""
VALUES: dict[str, tuple[Any, Any]] = {
    "asset_dependency": ("orders", "nothing"), "asset_id": (1, 999), "body_search": ("more", "absent"),
    "bundle_name": ("dags-folder", "none"), "conf_contains": ("rows", "absent"),
    "consuming_asset_pattern": ("orders", "absent"), "dag_id": ("etl", "none"), "dag_ids": ("books", "none"),
    "dag_run_state": ("success", "running"), "dag_version": (1, 9), "event": ("trigger_dag_run", "none"),
    "excluded_events": ("none", None), "executor": (None, "none"), "executor_class": (None, "CeleryExecutor"),
    "has_asset_schedule": (True, None), "has_import_errors": (False, True), "hostname": (None, "elsewhere"),
    "included_events": ("trigger_dag_run", "none"), "is_alive": (True, None), "is_favorite": (True, None),
    "job_state": ("running", "failed"), "job_type": ("SchedulerJob", "none"), "last_dag_run_state": ("success", "queued"),
    "map_index": (-1, 77), "map_index_filter": (-1, 77), "only_active": (True, None), "operator": ("Publish", "none"),
    "owner": ("admin", "nobody"), "owners": ("airflow", "nobody"), "paused": (False, True), "pool": ("default_pool", "none"),
    "queue": ("default", "none"), "responded_by_user_id": ("admin", "nobody"),
    "responded_by_user_name": ("admin", "nobody"), "response_received": (True, None), "run_id": ("one", "none"),
    "run_type": ("manual", "operator_triggered"), "source_dag_id": ("load", "none"), "source_map_index": (-1, 77),
    "source_run_id": ("l", "none"), "source_task_id": ("fetch", "none"), "state": ("success", "up_for_retry"),
    "subject_search": ("Ship", "absent"), "tags": ("shop", "none"), "task_group_id": ("checks", None),
    "task_id": ("extract", "none"), "timetable_type": ("CronTriggerTimetable", "OnceTimetable"), "try_number": (1, 9),
    "version_number": (1, 9), "warning_type": ("runtime varying value", "non-existent pool"), "xcom_key": ("return_value", "none"),
    "exclude_stale": (True, None),
}  # fmt: skip
"""What finds something, and what finds nothing (None: there is no such value)."""
OF: dict[tuple[str, str], tuple[Any, Any]] = {
    ("get_dag_runs", "state"): ("success", "failed"),
    ("get_hitl_details", "task_id"): ("approve", "extract"),
    ("get_mapped_task_instances", "map_index"): (1, 77),
    ("get_event_logs", "map_index"): (None, 77),
    ("get_event_logs", "try_number"): (None, 77),
    ("get_event_logs", "task_id"): (None, "none"),
    ("list_dag_warnings", "dag_id"): ("etl", "none"),
    ("get_import_errors", "filename"): ("broken.py", "none.py"),
    ("list_backfills", "dag_id"): ("daily", "etl"),
    ("list_task_state_store", "map_index"): (-1, 0),
    ("get_jobs", "end_date_gte"): (None, FUTURE),
    ("get_jobs", "end_date_gt"): (None, FUTURE),
    ("get_jobs", "end_date_lte"): (None, PAST),
    ("get_jobs", "end_date_lt"): (None, PAST),
    ("get_hitl_details", "state"): ("success", "failed"),
    ("get_mapped_task_instances", "operator"): ("_PythonDecoratedOperator", "Publish"),
}
PATTERNS = {
    "connection_id": "http_default", "dag_display_name": "etl", "dag_id": "etl", "event": "trigger",
    "filename": None, "key": "return_value", "name": "orders", "operator_name": "Publish", "owner": "admin",
    "partition_key": "2026", "pool_name": "default_pool", "queue_name": "default", "rendered_map_index": None,
    "run_id": "one", "tag_name": "shop", "task_display_name": "extract", "task_id": "extract", "triggering_user_name": "admin",
    "uri": "s3://shop", "variable_key": "v", "xcom_key": "return", "consuming_asset": "orders",
}  # fmt: skip
"""What a pattern of this name looks for; None: nothing has it here."""
PATTERNS_OF = {
    ("get_asset_aliases", "name"): "urgent",
    ("get_hitl_details", "dag_id"): "people",
    ("get_hitl_details", "task_id"): "approve",
    ("get_event_logs", "task_id"): None,
    ("get_mapped_task_instances", "operator_name"): "_PythonDecorated",
}

CASES = [
    (operation, name)
    for operation, key in KEYS.items()
    for name in OPERATIONS[operation]["query"]
    if key and name not in PAGING and name != "tags_match_mode"
]


def values(operation: str, name: str) -> tuple[Any, Any]:
    """What finds something by this parameter, and what finds nothing."""
    if (operation, name) in OF:
        return OF[operation, name]
    if name in VALUES:
        return VALUES[name]
    for ending in ("_prefix_pattern", "_pattern"):
        stem = name.removesuffix(ending)
        if stem != name:
            found = PATTERNS_OF.get((operation, stem), PATTERNS[stem])
            return (found, "zzz-absent") if ending == "_prefix_pattern" or found is None else (found[1:], "zzz-absent")
    if name.startswith("duration_"):
        return (0, 1e6) if name.endswith(("gte", "gt")) else (1e6, -1)
    if name.startswith("partition_date"):
        return ("2000-01-01", "2100-01-01") if name.endswith("gte") else ("2100-01-01", "2000-01-01")
    if name.endswith(("_gte", "_gt", "after")):
        return PAST, FUTURE
    if name.endswith(("_lte", "_lt", "before")):
        return FUTURE, PAST
    raise AssertionError(f"no values for {name} of {operation}: is it a new parameter?")


def ask(server: Server, operation: str, *, ok: bool = True, **query: Any) -> dict[str, Any]:
    where = {**WHERE.get(operation, {}), **(A_DAG if "task_group_id" in query else {})}
    if any(name.startswith("partition_date") for name in query):
        where["dag_id"] = "parts"
    path = OPERATIONS[operation]["path"].format(**{name: quote(str(value)) for name, value in where.items()})
    words = urlencode({**ALWAYS.get(operation, {}), **query}, doseq=True)
    return server.request("GET", f"{path}?{words}", ok=ok)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where each list has something in it."""
    home = tmp_path_factory.mktemp("home")
    env = {"TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false"}
    with Server(home, DAGS, env=env, start_timeout_s=60) as running:
        running.wait_dags(DAG_IDS, 60)
        _fill(running)
        yield running


def _fill(server: Server) -> None:
    def post(path: str, body: Any) -> None:
        server.request("POST", f"/api/v2{path}", body)

    post("/connections/defaults", None)
    post("/variables", {"key": "v", "value": "1", "description": "d"})
    for day, (dag_id, run_id) in enumerate((("etl", "one"), ("etl", "two"), ("load", "l")), 1):
        server.trigger(dag_id, {"rows": 1}, dag_run_id=run_id, logical_date=f"2026-01-0{day}T00:00:00Z")
        server.wait_run(dag_id, run_id)
    server.trigger("parts", dag_run_id="p", partition_key="2026-01-02T00:00:00")
    server.trigger("people", dag_run_id="ask")
    question = "/dags/people/dagRuns/ask/taskInstances/approve/-1/hitlDetails"
    until(lambda: "subject" in server.request("GET", f"/api/v2{question}", ok=False))
    server.request("PATCH", f"/api/v2{question}", {"chosen_options": ["Approve"]})
    server.wait_run("people", "ask")
    server.wait_run("parts", "p")
    assets = {one["name"]: one["id"] for one in server.get("/assets")["assets"]}
    post("/assets/events", {"asset_id": assets["closed"]})
    until(lambda: server.get("/dags/books/dagRuns")["dag_runs"])
    post("/backfills", {"dag_id": "daily", "from_date": "2026-01-01", "to_date": "2026-01-02"})
    post("/dags/etl/favorite", None)
    until(lambda: server.get("/backfills?dag_id=daily")["backfills"][0]["completed_at"])
    until(lambda: all(run["state"] in FINISHED for run in server.get("/dags/~/dagRuns?limit=100")["dag_runs"]))
    server.request("PUT", "/api/v2/assets/1/state-store/at", {"value": 1})
    server.request("PUT", "/api/v2/dags/etl/dagRuns/one/taskInstances/extract/state-store/at", {"value": 1})
    with sqlite3.connect(server.home / "tradewind.db", timeout=30) as database:  # none of these DAGs earns a warning
        database.execute(
            "INSERT INTO dag_warning (workspace, dag_id, warning_type, message, timestamp)"
            " SELECT workspace, dag_id, 'runtime varying value', 'm', last_parsed_at FROM dag WHERE dag_id = 'etl'"
        )
    database.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("operation", "name"), CASES)
def test_the_filter_finds_and_leaves_out(server: Server, operation: str, name: str) -> None:
    if name == "bundle_version":
        hit, miss = server.get("/dags/etl")["bundle_version"], "none"
    else:
        hit, miss = values(operation, name)
    total = ask(server, operation)["total_entries"]
    if hit is not None:
        found = ask(server, operation, **{name: hit})
        assert 0 < found["total_entries"] <= total
        assert len(found[KEYS[operation]]) > 0
    if miss is not None:
        missed = ask(server, operation, **{name: miss})
        assert (missed["total_entries"], missed[KEYS[operation]]) == (0, [])


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("operation", "name"),
    [(operation, name) for operation, names in ORDERS.items() for name in names if operation in KEYS],
)
def test_a_list_is_sorted_both_ways(server: Server, operation: str, name: str) -> None:
    key = KEYS[operation]
    up, down = (ask(server, operation, order_by=f"{sign}{name}", limit=100) for sign in ("", "-"))
    for row in (*up[key], *down[key]):
        if isinstance(row, dict):
            row.pop("latest_heartbeat", None)  # a process gives one whenever it likes, also between the two requests
    assert sorted(map(json.dumps, up[key])) == sorted(map(json.dumps, down[key]))
    if up[key] and isinstance(up[key][0], dict) and name in up[key][0]:
        given = [one[name] for one in up[key] if one[name] is not None]
        if all(isinstance(one, str | int | float) for one in given) and not name.endswith("map_index"):
            back = [one[name] for one in down[key] if one[name] is not None]
            assert given == list(reversed(back))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("operation", sorted(ORDERS.keys() & KEYS.keys()))
def test_a_name_that_a_list_has_not_is_refused(server: Server, operation: str) -> None:
    answer = ask(server, operation, ok=False, order_by="no_such_name")
    assert "disallowed" in answer["detail"]


PAGED = [operation for operation in KEYS if "offset" in OPERATIONS[operation]["query"]]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("operation", PAGED)
def test_pages_follow_each_other(server: Server, operation: str) -> None:
    key = KEYS[operation]
    whole = ask(server, operation, limit=100)
    assert len(whole[key]) == whole["total_entries"]
    pages = [ask(server, operation, limit=1, offset=place) for place in range(min(len(whole[key]), 4))]
    assert [page[key][0] for page in pages] == whole[key][: len(pages)]
    assert {page["total_entries"] for page in pages} <= {whole["total_entries"]}
    beyond = ask(server, operation, offset=1000)
    assert (beyond[key], beyond["total_entries"]) == ([], whole["total_entries"])
    assert ask(server, operation, limit=0)[key] == []
    for wrong in ({"limit": -1}, {"offset": -1}, {"limit": "x"}):
        assert isinstance(ask(server, operation, ok=False, **wrong)["detail"], list)

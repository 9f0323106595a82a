"""Who may see some names finds in each list exactly what somebody who sees everything finds under these names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select

from support.api import Api
from support.asset_story import asset, consumer, producer
from support.callers import bound
from support.databases import EPOCH
from support.rows import parsed, spec, store
from tradewind.base.ids import UuidSource
from tradewind.core.events import AttemptAwaitsInput
from tradewind.db import Tx
from tradewind.db import tables as t
from tradewind.db.sight import GOVERNED
from tradewind.protocol.messages import Ended
from tradewind.protocol.waits import InputForm

MINE = ("sales_a", "sales_b")
OTHERS = ("hr", "sales")
ALL = (*MINE, *OTHERS)
SCOPES = ("view:sales_*", *(f"read:{one}:sales_*" for one in ("asset", "connection", "pool", "variable")))

Name = Callable[[Any], str]


def by(*keys: str) -> Name:
    """What stands in an item under a key, or under a key of a key."""

    def found(item: Any) -> str:
        for key in keys:
            item = item[key]
        return str(item)

    return found


RUN = "/dags/~/dagRuns/~"
LISTS: dict[str, tuple[str, str, Name]] = {
    "get_dags": ("/dags", "dags", by("dag_id")),
    "get_dag_stats": ("/dagStats", "dags", by("dag_id")),
    "get_dag_tags": ("/dagTags", "tags", lambda tag: tag.removeprefix("tag of ")),
    "get_dag_versions": ("/dags/~/dagVersions", "dag_versions", by("dag_id")),
    "list_dag_warnings": ("/dagWarnings", "dag_warnings", by("dag_id")),
    "get_dag_runs": ("/dags/~/dagRuns", "dag_runs", by("dag_id")),
    "get_task_instances": (f"{RUN}/taskInstances", "task_instances", by("dag_id")),
    "get_hitl_details": (f"{RUN}/hitlDetails", "hitl_details", by("task_instance", "dag_id")),
    "get_xcom_entries": (f"{RUN}/taskInstances/~/xcomEntries", "xcom_entries", by("dag_id")),
    "list_backfills": ("/backfills", "backfills", by("dag_id")),
    "get_event_logs": ("/eventLogs", "event_logs", by("dag_id")),
    "get_import_errors": ("/importErrors", "import_errors", lambda one: one["filename"].rsplit("/")[-1][:-3]),
    "get_assets": ("/assets", "assets", by("name")),
    "get_asset_aliases": ("/assets/aliases", "asset_aliases", by("name")),
    "get_asset_events": ("/assets/events", "asset_events", by("name")),
    "get_connections": ("/connections", "connections", by("connection_id")),
    "get_pools": ("/pools", "pools", by("name")),
    "get_variables": ("/variables", "variables", by("key")),
    "ui_assets": ("/ui/assets", "assets", by("name")),
    "ui_dags": ("/ui/dags", "dags", by("dag_id")),
    "ui_runs": ("/ui/runs", "runs", by("dag_id")),
}
ASKED = {"list_backfills": {"dag_id": "~"}}
"""What a list must be asked with."""
NAMED = {
    "get_dag_deadlines", "get_dag_run_deadlines", "get_upstream_asset_events", "get_tasks", "list_task_state_store",
    "list_asset_state_store", "get_mapped_task_instances", "get_task_instance_tries",
    "get_mapped_task_instance_tries", "get_extra_links", "get_asset_queued_events", "get_dag_asset_queued_events",
    "get_next_runs",
}  # fmt: skip
"""Lists below one object, whose name is in the path."""
NAMELESS = {"get_audit_entries", "get_jobs", "get_providers", "get_connection_types", "get_plugins", "import_errors"}
"""Lists of things without names that grants could speak of."""
OF_PEOPLE = {"get_my_sessions", "get_users", "get_service_accounts", "get_tokens", "get_roles"}
"""Lists that ask for names themselves; tested with what they list."""


@pytest.fixture
def world(both: Api) -> Api:
    """Something of everything for each of `ALL`."""
    for name in ALL:
        _know(both, parsed(spec(name, tags=(f"tag of {name}",)), path=f"{name}.py", code_hash=name))
        makes, waits = producer(f"{name}_makes", name), consumer(f"{name}_waits", asset(name))
        _know(both, parsed(makes, waits, path=f"{name}_2.py", code_hash=f"{name}_2"))
        both.triggered(name)
        both.engine.finish()
        both.triggered(name)
        _asks(both)
        both.post("/connections", {"connection_id": name, "conn_type": "http"}).ok(201)
        both.post("/variables", {"key": name, "value": "1"}).ok(201)
        both.post("/pools", {"name": name, "slots": 1}).ok(201)
    with both.database.write() as tx:
        for name in ALL:
            _add_rows(tx, name)
    for one in both.get("/assets").ok()["assets"]:
        both.post("/assets/events", {"asset_id": one["id"]}).ok()
    both.engine.drain()
    return both


def _know(api: Api, file: Any) -> None:
    api.engine.know(store(api.database, file, ids=UuidSource()))


def _asks(api: Api) -> None:
    """The first task of the newest run asks a person, and waits."""
    attempt = api.engine.start("extract")
    del api.engine.dispatched["extract", -1]
    now = datetime.now(UTC)
    form = InputForm(subject="Go on?", options=["yes", "no"])
    report = Ended(attempt=attempt, at=now, outcome="awaiting_input", form=form)
    api.engine.apply(AttemptAwaitsInput(attempt, now, None, False), outputs={attempt: report})


def _add_rows(tx: Tx, name: str) -> None:
    """What only parsers and backfills leave behind."""
    key = {"workspace": "default", "dag_id": name}
    where = {"workspace": "default", "bundle_name": "local", "relative_fileloc": f"{name}.py"}
    error = {"fileloc": f"/dags/{name}.py", "stacktrace": "no", "timestamp": EPOCH}
    tx.execute(insert(t.import_error), {**where, **error})
    tx.execute(insert(t.dag_warning), {**key, "warning_type": "odd", "message": "m", "timestamp": EPOCH})
    tx.execute(insert(t.asset_alias), {"workspace": "default", "name": name, "group_name": "asset"})
    tx.execute(
        insert(t.backfill),
        {
            **key, "uid": f"backfill of {name}", "from_date": EPOCH, "to_date": EPOCH, "reprocess": "none",
            "run_backwards": False, "on_newest": True, "max_active_runs": 1, "created_at": EPOCH, "updated_at": EPOCH,
        },
    )  # fmt: skip


def is_mine(name: str) -> bool:
    return name.startswith("sales_")


def identity(item: Any) -> Any:
    """What tells an item from others; the DAGs that it names beside are none of the question."""
    if not isinstance(item, dict):
        return item
    return {key: value for key, value in item.items() if not isinstance(value, list | dict)}


def test_each_list_shows_what_may_be_seen_and_nothing_else(world: Api) -> None:
    caller = bound(world, *SCOPES)
    for operation, (path, key, name) in LISTS.items():
        everything = world.get(path, limit=1000, **ASKED.get(operation, {})).ok()
        wanted = [one for one in everything[key] if is_mine(name(one))]
        found = caller.get(path, limit=1000, **ASKED.get(operation, {})).ok()
        assert list(map(identity, found[key])) == list(map(identity, wanted)), operation
        assert found["total_entries"] == len(wanted), operation
        assert 0 < len(wanted) < len(everything[key]), f"{operation} tells nothing: {len(wanted)} of {everything}"


def test_every_table_with_names_is_read_through_what_may_be_seen(world: Api) -> None:
    caller = bound(world, *SCOPES)
    everybody_s = {"pool", "task_instance"}  # how full pools are is told of all of them
    statements: dict[str, list[str]] = {}
    operation = ""

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.setdefault(operation, []).append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for operation, (path, _key, _name) in LISTS.items():
            caller.get(path, **ASKED.get(operation, {})).ok()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert statements.keys() == LISTS.keys()
    for operation, made in statements.items():
        for statement in made:
            itself = statement.partition("\n SELECT")[2] if statement.startswith("WITH") else statement
            read = set(re.findall(r"(?:FROM|JOIN|,)\s+\(?(\w+)", itself)) & GOVERNED.keys()
            shadowed = set(re.findall(r"(\w+) AS NOT MATERIALIZED", statement))
            whole = everybody_s if operation == "get_pools" else set()
            assert read - whole <= shadowed, f"{operation}: {statement}"


def test_pages_of_a_list_go_through_what_may_be_seen(world: Api) -> None:
    caller = bound(world, *SCOPES)
    for operation, (path, key, _) in LISTS.items():
        if operation == "get_dag_stats":  # it has no pages
            continue
        whole = caller.get(path, limit=1000, **ASKED.get(operation, {})).ok()
        pages = [
            caller.get(path, limit=1, offset=at, **ASKED.get(operation, {})).ok()
            for at in range(whole["total_entries"])
        ]
        assert [one for page in pages for one in page[key]] == whole[key], operation
        assert {page["total_entries"] for page in pages} == {whole["total_entries"]}, operation


def test_what_is_asked_for_by_post_is_bound_too(world: Api) -> None:
    caller = bound(world, *SCOPES)
    for path, key in (("/dags/~/dagRuns/list", "dag_runs"), (f"{RUN}/taskInstances/list", "task_instances")):
        everything = world.post(path, {"page_limit": 1000}).ok()[key]
        found = caller.send("POST", path, {"page_limit": 1000}).ok()
        assert found[key] == [one for one in everything if is_mine(one["dag_id"])]
        assert caller.send("POST", path, {"dag_ids": ["hr"]}).ok()["total_entries"] == 0


def test_an_asset_names_only_dags_that_may_be_seen(world: Api) -> None:
    _know(world, parsed(consumer("hr_spies", asset("sales_a")), path="spy.py", code_hash="spy"))
    (seen_by_all,) = world.get("/assets", name_pattern="sales_a").ok()["assets"]
    (found,) = bound(world, *SCOPES).get("/assets", name_pattern="sales_a").ok()["assets"]
    assert {one["dag_id"] for one in seen_by_all["scheduled_dags"]} == {"sales_a_waits", "hr_spies"}
    assert {one["dag_id"] for one in found["scheduled_dags"]} == {"sales_a_waits"}


def test_an_event_of_an_asset_names_only_dags_that_may_be_seen(world: Api) -> None:
    source = {"source_run_id": "manual__1", "source_task_id": "t", "source_map_index": 3}
    with world.database.write() as tx:
        for number, name in enumerate(("sales_a_makes", "hr_makes")):
            of_sales = select(t.asset.c.id).where(t.asset.c.name == "sales_a").scalar_subquery()
            row = {"uid": f"e{number}", "workspace": "default", "asset_id": of_sales, "extra": {}, "timestamp": EPOCH}
            tx.execute(insert(t.asset_event).values(**row, source_dag_id=name, **source))
    caller = bound(world, *SCOPES)
    found = caller.get("/assets/events", name_pattern="sales_a", order_by="source_dag_id").ok()["asset_events"]
    sources = {
        (one["source_dag_id"], one["source_run_id"], one["source_task_id"], one["source_map_index"]) for one in found
    }
    assert sources == {("sales_a_makes", "manual__1", "t", 3), (None, None, None, -1)}
    for hidden in ({"source_dag_id": "hr_makes"}, {"source_map_index": "3", "source_dag_id": "hr_makes"}):
        assert world.get("/assets/events", **hidden).ok()["total_entries"] == 1
        assert caller.get("/assets/events", **hidden).ok()["total_entries"] == 0
    assert caller.get("/assets/events", source_run_id="manual__1").ok()["total_entries"] == 1
    whole = bound(world, "read:asset", "read:dag:sales_*")
    assert "hr_makes" not in str(whole.get("/assets/events").ok())


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dags/hr", 403), ("/dagSources/hr", 403), ("/dags/hr/tasks", 403), ("/dags/nothing", 403),
        ("/dags/sales_nothing", 404), ("/connections/hr", 403), ("/variables/hr", 403), ("/pools/hr", 403),
        ("/dags/sales_a", 200), ("/dagSources/sales_a", 200), ("/connections/sales_a", 200), ("/users", 404),
    ],
)  # fmt: skip
def test_one_thing_is_shown_refused_or_not_there(api: Api, path: str, status: int) -> None:
    for name in ("hr", "sales_a"):
        _know(api, parsed(spec(name), path=f"{name}.py", code_hash=name))
        api.post("/connections", {"connection_id": name, "conn_type": "http"}).ok(201)
    assert bound(api, *SCOPES).get(path).status == status


def test_what_comes_by_number_is_not_found_where_it_may_not_be_seen(world: Api) -> None:
    caller = bound(world, *SCOPES)
    for operation, numbers in {
        "get_assets": ("/assets/{}", "id"), "get_asset_aliases": ("/assets/aliases/{}", "id"),
        "list_backfills": ("/backfills/{}", "id"), "get_event_logs": ("/eventLogs/{}", "event_log_id"),
        "get_import_errors": ("/importErrors/{}", "import_error_id"),
    }.items():  # fmt: skip
        path, key, name = LISTS[operation]
        one_path, number = numbers
        for one in world.get(path, limit=1000, **ASKED.get(operation, {})).ok()[key]:
            status = caller.get(one_path.format(one[number])).status
            assert status == (200 if is_mine(name(one)) else 404), f"{operation} {one}"


def test_every_list_of_the_api_is_looked_at(api: Api) -> None:
    document = api.app.openapi()
    lists: set[str] = set()
    for methods in document["paths"].values():
        for operation in [one for method, one in methods.items() if method == "get"]:
            content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
            schema = document["components"]["schemas"].get(content.get("schema", {}).get("$ref", "").split("/")[-1], {})
            if "total_entries" in schema.get("properties", {}):
                lists.add(operation["operationId"])
    assert lists == {*LISTS, *NAMED, *NAMELESS, *OF_PEOPLE}

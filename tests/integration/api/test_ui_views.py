"""What the pages of all DAGs, all runs, home, search and assets are made of, each asked for once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import insert, update

from support.api import Api
from support.asset_story import asset, consumer, producer
from support.callers import bound
from support.databases import EPOCH
from support.moments import not_at_the_end_of_an_hour
from support.rows import parsed, spec, store
from tradewind.api.models import assets_views, dags_views, home_views
from tradewind.base.ids import UuidSource
from tradewind.db import tables as t
from tradewind.spec import ScheduleSpec

# No run of its own: a new DAG else has one when it comes soon after its moment.
EACH_HOUR = {"cron": "0 * * * *", "run_immediately": 0}
HOURLY = ScheduleSpec("cron_trigger", EACH_HOUR, summary="0 * * * *", description="Every hour")


def valid(body: Any, model: type[BaseModel]) -> Any:
    """The body, where it is what the schema says it is."""
    model.model_validate(body)
    return body


def dags(api: Api, **query: object) -> Any:
    return valid(api.get("/ui/dags", **query).ok(), dags_views.DagsViewResponse)


def home(api: Api) -> Any:
    return valid(api.get("/ui/home").ok(), home_views.HomeViewResponse)


def know(api: Api, file: Any) -> None:
    api.engine.know(store(api.database, file, ids=UuidSource()))


def fails(api: Api, dag_id: str, reason: str = "ValueError: no", task: str = "extract") -> None:
    """A run of the DAG whose first task fails."""
    api.triggered(dag_id)
    api.engine.fail(task, reason=reason)


# -- all DAGs --------------------------------------------------------------------------------------------------------


def test_a_dag_is_listed_with_its_last_runs_the_oldest_first(both: Api) -> None:
    both.has(spec("etl", tags=("b", "a"), owners=("ann",), schedule=HOURLY))
    fails(both, "etl")
    both.triggered("etl")
    both.engine.finish()
    body = dags(both)
    (dag,) = body["dags"]
    assert (body["total_entries"], body["tags"]) == (1, ["a", "b"])
    assert (dag["dag_id"], dag["tags"], dag["owners"], dag["schedule_text"]) == (
        "etl",
        ["a", "b"],
        ["ann"],
        "Every hour",
    )
    assert [run[1] for run in dag["runs"]] == ["failed", "success"]
    assert (dag["queued"], dag["running"], dag["failed_tasks"]) == (0, 0, 0)


def test_the_failed_tasks_of_a_last_run_are_counted_and_so_are_runs_that_go_on(both: Api) -> None:
    both.has(spec("bad"), spec("busy"))
    fails(both, "bad")
    both.triggered("busy")
    bad, busy = dags(both)["dags"]
    assert (bad["failed_tasks"], bad["running"]) == (1, 0)
    assert (busy["failed_tasks"], busy["running"]) == (0, 1)


def test_dags_by_the_state_of_their_last_run_come_in_pages(both: Api) -> None:
    both.has(spec("a"), spec("b"), spec("c"), spec("never"))
    for name in ("c", "a", "b"):
        fails(both, name)
    both.triggered("b")
    found = dags(both, state="failed", order_by="-name", limit=1, offset=1)
    assert ([dag["dag_id"] for dag in found["dags"]], found["total_entries"]) == (["a"], 2)
    assert dags(both, state="failed", offset=5) | {"tags": []} == {"dags": [], "tags": [], "total_entries": 2}


def test_dags_are_found_by_id_and_by_name_and_narrowed_by_all_filters(both: Api) -> None:
    both.has(
        spec("one", tags=("x",), owners=("ann",)), spec("two", tags=("x", "y")), spec("three", display_name="Drei")
    )
    both.patch("/dags/two", {"is_paused": True}).ok()
    both.post("/dags/one/favorite").ok(204)
    fails(both, "three")

    def ids(**query: object) -> list[str]:
        return [dag["dag_id"] for dag in dags(both, **query)["dags"]]

    assert ids() == ["one", "three", "two"]
    assert (ids(q="THR"), ids(q="drei"), ids(q="nothing")) == (["three"], ["three"], [])
    assert (ids(tags=["x"]), ids(tags=["x", "y"])) == (["one", "two"], ["two"])
    assert (ids(owners=["ann"]), ids(paused=True), ids(favorites=True)) == (["one"], ["two"], ["one"])
    assert (ids(state="failed"), ids(order_by="-name", limit=2)) == (["three"], ["two", "three"])
    assert ids(order_by="-last")[0] == "three"
    assert dags(both, limit=1, offset=1)["total_entries"] == 3


# -- all runs --------------------------------------------------------------------------------------------------------


def test_runs_of_all_dags_are_listed_and_narrowed(both: Api) -> None:
    both.has(spec("one"), spec("two"))
    fails(both, "one")
    both.triggered("two")

    def found(**query: object) -> list[tuple[str, str]]:
        body = valid(both.get("/ui/runs", **query).ok(), dags_views.RunsViewResponse)
        assert body["total_entries"] == len(body["runs"])
        return sorted((run["dag_id"], run["state"]) for run in body["runs"])

    assert found() == [("one", "failed"), ("two", "running")]
    assert (found(states=["failed"]), found(dag="tw")) == ([("one", "failed")], [("two", "running")])
    assert found(types=["backfill"]) == []
    assert found(after="2100-01-01T00:00:00Z") == []
    assert len(found(before="2100-01-01T00:00:00Z")) == 2


# -- home ------------------------------------------------------------------------------------------------------------


def test_home_groups_failures_by_cause_and_leads_to_the_newest(both: Api) -> None:
    both.has(spec("one"), spec("two"))
    fails(both, "one", "RateLimited: 429 for 'a'")
    fails(both, "two", "RateLimited: 429 for 'b'")
    (cause,) = home(both)["causes"]
    assert (cause["kind"], cause["count"], cause["dag_ids"]) == ("RateLimited", 2, ["one", "two"])
    assert (cause["dag_id"], cause["task_id"], cause["message"]) == ("two", "extract", "RateLimited: 429 for 'b'")
    assert not cause["is_over"]


def test_a_cause_is_over_when_its_dags_have_succeeded_since(both: Api) -> None:
    both.has(spec("one"))
    fails(both, "one")
    both.triggered("one")
    both.engine.finish()
    body = home(both)
    assert [cause["is_over"] for cause in body["causes"]] == [True]
    assert (body["counts"]["failed_runs"], body["counts"]["succeeded_runs"]) == (1, 1)


def test_home_of_a_newcomer_is_empty(both: Api) -> None:
    body = home(both)
    assert body["counts"]["dags"] == 0
    for name in ("causes", "questions", "deadlines", "late", "stuck", "import_errors", "night"):
        assert body[name] == [], name


def test_home_shows_what_is_late_what_waits_for_a_paused_dag_and_broken_files(both: Api) -> None:
    both.has(spec("late", schedule=HOURLY), spec("asleep"))
    both.patch("/dags/asleep", {"is_paused": True}).ok()
    both.triggered("asleep")
    broken = {"bundle_name": "local", "relative_fileloc": "odd.py", "fileloc": "/dags/odd.py", "timestamp": EPOCH}
    with both.database.write() as tx:
        tx.execute(update(t.dag).where(t.dag.c.dag_id == "late").values(next_run_after=EPOCH))
        tx.execute(update(t.dag_run).where(t.dag_run.c.dag_id == "asleep").values(state="queued"))
        tx.execute(
            insert(t.import_error), {"workspace": "default", **broken, "stacktrace": "Traceback\nSyntaxError: no\n"}
        )
    body = home(both)
    assert [one["dag_id"] for one in body["late"]] == ["late"]
    assert [(one["dag_id"], one["is_paused"], one["count"]) for one in body["stuck"]] == [("asleep", True, 1)]
    assert [(one["file"], one["message"]) for one in body["import_errors"]] == [("odd.py", "SyntaxError: no")]


def test_the_hours_around_now_show_what_failed_first_and_when_a_schedule_fires(both: Api) -> None:
    not_at_the_end_of_an_hour()
    both.has(spec("fine"), spec("bad"), spec("soon", schedule=HOURLY))
    both.triggered("fine")
    both.engine.finish()
    fails(both, "bad")
    with both.database.write() as tx:
        tx.execute(update(t.dag).where(t.dag.c.dag_id == "soon").values(next_run_after=next_hour(both)))
    night = home(both)["night"]
    assert [row["dag_id"] for row in night] == ["bad", "fine", "soon"]
    assert [run[1] for run in night[0]["runs"]] == ["failed"]
    assert len(night[2]["next"]) == 2  # the two full hours that follow


def next_hour(api: Api) -> datetime:
    return api.services.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


# -- search ----------------------------------------------------------------------------------------------------------


def test_search_finds_everything_by_a_part_of_its_name_the_nearest_first(both: Api) -> None:
    both.has(spec("my_sales"), spec("sales"), spec("sales_by_day", tasks=("fetch_sales", "load")))
    know(both, parsed(producer("maker", "sales_table"), path="m.py", code_hash="m"))
    both.post("/connections", {"connection_id": "sales_db", "conn_type": "http"}).ok(201)
    both.post("/variables", {"key": "sales_limit", "value": "1"}).ok(201)
    both.triggered("sales", dag_run_id="sales-of-monday")
    body = valid(both.get("/ui/search", q="Sales").ok(), home_views.SearchResponse)
    assert [dag["dag_id"] for dag in body["dags"]] == ["sales", "my_sales", "sales_by_day"] or [
        dag["dag_id"] for dag in body["dags"]
    ] == ["sales", "sales_by_day", "my_sales"]
    assert [run["run_id"] for run in body["runs"]] == ["sales-of-monday"]
    assert body["tasks"] == [{"dag_id": "sales_by_day", "task_id": "fetch_sales"}]
    assert [one["name"] for one in body["assets"]] == ["sales_table"]
    assert (body["connections"], body["variables"]) == (["sales_db"], ["sales_limit"])


def test_a_percent_sign_does_not_find_everything(both: Api) -> None:
    both.has(spec("etl"))
    assert both.get("/ui/search", q="%x%").ok()["dags"] == []


# -- assets ----------------------------------------------------------------------------------------------------------


def assets_world(api: Api) -> dict[str, int]:
    """A DAG that makes an asset, and one that waits for it and another; the numbers of the assets by name."""
    both_of = {"type": "all", "of": [asset("orders"), asset("prices")]}
    know(api, parsed(producer("maker", "orders"), consumer("report", both_of), path="a.py", code_hash="a"))
    ids = {one["name"]: one["id"] for one in api.get("/assets").ok()["assets"]}
    api.post("/assets/events", {"asset_id": ids["orders"]}).ok()
    api.engine.drain()
    return ids


def test_an_asset_is_listed_with_who_makes_it_what_it_starts_and_what_waits(both: Api) -> None:
    assets_world(both)
    orders, prices = valid(both.get("/ui/assets").ok(), assets_views.AssetsViewResponse)["assets"]
    assert (orders["made_by"], orders["starts"]) == ([{"dag_id": "maker", "task_id": "make"}], ["report"])
    assert (orders["queued"], orders["last_event_at"] is not None) == (1, True)
    assert (prices["name"], prices["made_by"], prices["last_event_at"]) == ("prices", [], None)


def test_one_asset_tells_its_events_and_what_they_started(both: Api) -> None:
    ids = assets_world(both)
    path = f"/ui/assets/{ids['orders']}"
    body = valid(both.get(path).ok(), assets_views.AssetViewResponse)
    assert [one["started"] for one in body["events"]] == [[]]
    assert [(one["dag_id"], one["count"]) for one in body["queued"]] == [("report", 1)]
    both.post("/assets/events", {"asset_id": ids["prices"]}).ok()
    both.engine.drain()
    body = both.get(path).ok()
    assert [(dag, state) for event in body["events"] for dag, _run, state in event["started"]] == [
        ("report", "running")
    ]
    assert body["queued"] == []
    assert both.get("/ui/assets/999").status == 404


def test_the_graph_has_what_makes_and_what_waits_and_around_one_asset_no_more(both: Api) -> None:
    ids = assets_world(both)
    know(both, parsed(producer("alone", "far"), path="b.py", code_hash="b"))
    whole = valid(both.get("/ui/assets/graph").ok(), assets_views.AssetsGraphResponse)
    orders, prices = f"asset:{ids['orders']}", f"asset:{ids['prices']}"
    assert {tuple(edge) for edge in whole["edges"]} >= {
        ("dag:maker", orders),
        (orders, "dag:report"),
        (prices, "dag:report"),
    }
    assert {node["name"] for node in whole["nodes"]} == {"orders", "prices", "far", "maker", "report", "alone"}
    around = both.get("/ui/assets/graph", asset_id=ids["orders"]).ok()
    assert both.get(f"/ui/assets/{ids['orders']}").ok()["graph"] == around
    assert {node["id"] for node in around["nodes"]} == {"dag:maker", orders, "dag:report"}


# -- who may see what ------------------------------------------------------------------------------------------------


def test_who_may_see_some_names_meets_no_others_on_home_in_search_and_in_the_graph(both: Api) -> None:
    for name in ("sales_a", "hr"):
        know(both, parsed(spec(name), path=f"{name}.py", code_hash=name))
        know(both, parsed(producer(f"{name}_makes", name), path=f"{name}_2.py", code_hash=f"{name}_2"))
        both.post("/connections", {"connection_id": name, "conn_type": "http"}).ok(201)
        fails(both, name, f"{name.title()}Error: no")
    caller = bound(both, "view:sales_*", "read:asset:sales_*", "read:connection:sales_*")
    for path, query in (
        ("/ui/home", {}),
        ("/ui/search", {"q": "a"}),
        ("/ui/search", {"q": "hr"}),
        ("/ui/assets/graph", {}),
    ):
        found = caller.get(path, **query)
        assert found.status == 200, found.text
        assert '"hr' not in found.text, path
        assert ":hr" not in found.text, path
    body = caller.get("/ui/home").ok()
    assert [cause["dag_id"] for cause in body["causes"]] == ["sales_a"]
    assert (body["counts"]["dags"], body["counts"]["failed_runs"]) == (2, 1)
    assert caller.get("/ui/search", q="sales").ok()["connections"] == ["sales_a"]


def test_who_may_read_no_connections_finds_none(both: Api) -> None:
    both.has(spec("sales"))
    both.post("/connections", {"connection_id": "sales", "conn_type": "http"}).ok(201)
    body = bound(both, "read:dag").get("/ui/search", q="sales").ok()
    assert ([dag["dag_id"] for dag in body["dags"]], body["connections"]) == (["sales"], [])

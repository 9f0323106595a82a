"""DAGs over REST: lists, details, pausing, favourites, tags, versions, sources, warnings, import errors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.api import Api
from support.contract import matches
from support.rows import spec
from tradewind.api.models import dags as models
from tradewind.api.models.tasks import TaskCollectionResponse, TaskResponse
from tradewind.base.ids import UuidSource
from tradewind.db import parses
from tradewind.spec import ParamSpec, ScheduleSpec, TaskSpec

DAILY = ScheduleSpec("cron_trigger", {"cron": "0 9 * * 5"}, summary="0 9 * * 5", description="At 09:00, only on Friday")


def test_a_dag_is_listed_with_all_that_clients_expect(both: Api) -> None:
    both.has(spec(tags=("b", "a"), owners=("ann",), description="words", schedule=DAILY))
    body = matches(both.get("/dags").ok(), models.DAGCollectionResponse)
    assert body["total_entries"] == 1
    dag = body["dags"][0]
    assert [tag["name"] for tag in dag["tags"]] == ["a", "b"]
    assert (dag["dag_id"], dag["dag_display_name"], dag["owners"]) == ("etl", "etl", ["ann"])
    assert (dag["timetable_summary"], dag["timetable_description"]) == ("0 9 * * 5", "At 09:00, only on Friday")
    assert (dag["fileloc"], dag["relative_fileloc"], dag["bundle_name"]) == ("/dags/etl.py", "etl.py", "local")
    assert matches(both.get("/dags/etl").ok(), models.DAGResponse) == dag


def test_the_details_add_what_only_the_spec_knows(api: Api) -> None:
    param = ParamSpec("n", 3, has_default=True, schema={"type": "integer"}, description="how many")
    api.has(spec(doc_md="# Read me", params=(param,), dagrun_timeout_s=93_784.5, catchup=True))
    api.triggered("etl")
    body = matches(api.get("/dags/etl/details").ok(), models.DAGDetailsResponse)
    assert (body["doc_md"], body["catchup"], body["dag_run_timeout"]) == ("# Read me", True, "P1DT2H3M4.5S")
    assert body["params"]["n"]["value"] == 3
    assert body["latest_dag_version"]["version_number"] == 1
    assert (body["active_runs_count"], body["is_favorite"]) == (1, False)


def test_dags_are_filtered_ordered_and_paged(both: Api) -> None:
    both.has(
        spec("one", tags=("x",), owners=("ann",)), spec("two", tags=("x", "y")), spec("three", display_name="Drei")
    )
    both.patch("/dags/two", {"is_paused": True}).ok()
    both.triggered("one")
    both.engine.finish()

    def ids(**query: object) -> list[str]:
        return [dag["dag_id"] for dag in both.get("/dags", **query).ok()["dags"]]

    assert ids() == ["one", "three", "two"]
    assert ids(order_by="-dag_id", limit=2) == ["two", "three"]
    assert ids(tags=["x", "y"]) == ["one", "two"]
    assert ids(tags=["x", "y"], tags_match_mode="all") == ["two"]
    assert ids(owners="ann") == ["one"]
    assert ids(paused=True) == ["two"]
    assert ids(dag_id_pattern="t%o|one") == ["one", "two"]
    assert ids(dag_id_prefix_pattern="t") == ["three", "two"]
    assert ids(dag_display_name_pattern="drei") == ["three"]
    assert ids(last_dag_run_state="success") == ["one"]
    assert ids(dag_run_state=["success"]) == ["one"]
    assert ids(has_asset_schedule=True) == []
    assert ids(has_asset_schedule=False) == ["one", "three", "two"]
    assert ids(bundle_name="other") == []
    assert both.get("/dags", order_by="fileloc").status == 400
    assert both.get("/dags", limit=-1).status == 422
    page = both.get("/dags", limit=0).ok()
    assert (page["dags"], page["total_entries"]) == ([], 3)


def test_pausing_a_dag_is_seen_at_once_and_told_to_the_scheduler(both: Api) -> None:
    both.has(spec())
    assert both.patch("/dags/etl", {"is_paused": True}).ok()["is_paused"] is True
    assert both.get("/dags/etl").ok()["is_paused"] is True
    run_id = both.triggered("etl")
    assert both.get(f"/dags/etl/dagRuns/{run_id}").ok()["state"] == "queued"
    both.patch("/dags/etl", {"is_paused": False}).ok()
    assert both.get(f"/dags/etl/dagRuns/{run_id}").ok()["state"] == "running"


def test_many_dags_are_paused_by_one_request_that_says_which(api: Api) -> None:
    api.has(spec("one"), spec("two"), spec("other"))
    assert api.patch("/dags", {"is_paused": True}).status == 400
    body = api.patch("/dags", {"is_paused": True}, dag_id_pattern="one|two").ok()
    assert {dag["dag_id"]: dag["is_paused"] for dag in body["dags"]} == {"one": True, "two": True}
    assert api.get("/dags/other").ok()["is_paused"] is False
    assert api.patch("/dags", {"is_paused": True}, dag_id_pattern="~").ok()["total_entries"] == 3


def test_favourites_are_each_persons_own(api: Api) -> None:
    api.has(spec())
    assert api.post("/dags/etl/favorite", role="viewer").status == 204
    assert api.get("/dags", is_favorite=True, role="viewer").ok()["total_entries"] == 1
    assert api.get("/dags", is_favorite=True).ok()["total_entries"] == 0
    assert api.post("/dags/etl/unfavorite").status == 409
    assert api.post("/dags/etl/unfavorite", role="viewer").status == 204
    assert api.post("/dags/absent/favorite").status == 404


def test_a_dag_is_deleted_with_its_runs_unless_one_is_running(both: Api) -> None:
    both.has(spec())
    both.triggered("etl")
    assert both.delete("/dags/etl").status == 409
    both.engine.finish()
    assert both.delete("/dags/etl").status == 200
    assert both.get("/dags/etl").status == 404
    assert both.get("/dags/~/dagRuns").ok()["total_entries"] == 0


def test_tags_and_statistics(api: Api) -> None:
    api.has(spec("one", tags=("x",)), spec("two", tags=("x", "y")))
    assert matches(api.get("/dagTags").ok(), models.DAGTagCollectionResponse)["tags"] == ["x", "y"]
    assert api.get("/dagTags", tag_name_pattern="y").ok()["tags"] == ["y"]
    api.triggered("one")
    body = matches(api.get("/dagStats", dag_ids=["one"]).ok(), models.DagStatsCollectionResponse)
    assert [dag["dag_id"] for dag in body["dags"]] == ["one"]
    assert {one["state"]: one["count"] for one in body["dags"][0]["stats"]} == {
        "queued": 0, "running": 1, "success": 0, "failed": 0,
    }  # fmt: skip
    assert api.get("/dagStats").ok()["total_entries"] == 2


def test_versions_and_sources_are_kept(both: Api) -> None:
    both.has(spec(), source="v = 1")
    both.has(spec(tasks=("extract", "load", "report")), source="v = 2")
    body = matches(both.get("/dags/etl/dagVersions").ok(), models.DAGVersionCollectionResponse)
    assert [version["version_number"] for version in body["dag_versions"]] == [1, 2]
    assert matches(both.get("/dags/etl/dagVersions/1").ok(), models.DagVersionResponse) == body["dag_versions"][0]
    assert both.get("/dags/~/dagVersions", order_by="-version_number", limit=1).ok()["total_entries"] == 2
    assert both.get("/dags/etl/dagVersions/9").status == 404
    newest = matches(both.get("/dagSources/etl").ok(), models.DAGSourceResponse)
    assert (newest["content"], newest["version_number"]) == ("v = 2", 2)
    old = both.get("/dagSources/etl", version_number=1, headers={"accept": "text/plain"})
    assert (old.text, old.headers["content-type"]) == ("v = 1", "text/plain; charset=utf-8")


def test_import_errors_and_warnings_are_shown(both: Api) -> None:
    both.has(spec())
    files = [
        parses.ParsedFile(
            workspace="default", bundle_name="local", bundle_version="s", relative_fileloc="bad.py",
            fileloc="/dags/bad.py", code_hash="h", source="1/0", error="ZeroDivisionError: division by zero",
        ),
    ]  # fmt: skip
    with both.database.write() as tx:
        parses.store_parse(tx, files, UuidSource(), both.services.clock.now(), paused_by_default=False)
    body = matches(both.get("/importErrors").ok(), models.ImportErrorCollectionResponse)
    assert [(one["filename"], one["stack_trace"]) for one in body["import_errors"]] == [
        ("/dags/bad.py", "ZeroDivisionError: division by zero")
    ]
    number = body["import_errors"][0]["import_error_id"]
    assert matches(both.get(f"/importErrors/{number}").ok(), models.ImportErrorResponse)["bundle_name"] == "local"
    assert both.get("/importErrors", filename="/dags/good.py").ok()["total_entries"] == 0
    assert both.get("/importErrors", filename="/dags/bad.py").ok()["total_entries"] == 1
    assert both.get("/importErrors/999").status == 404
    assert matches(both.get("/dagWarnings").ok(), models.DAGWarningCollectionResponse)["total_entries"] == 0


def test_tasks_are_told_from_the_newest_spec(api: Api) -> None:
    tasks = (
        TaskSpec(task_id="a", task_type="PythonOperator", operator_class="x.y.PythonOperator", retries=2),
        TaskSpec(task_id="b", upstream=("a",), execution_timeout_s=90.5, display_name="Bee", operator_name="@task"),
    )
    api.has(replace(spec(), tasks=tasks))
    body = matches(api.get("/dags/etl/tasks").ok(), TaskCollectionResponse)
    assert [task["task_id"] for task in body["tasks"]] == ["a", "b"]
    first = matches(api.get("/dags/etl/tasks/a").ok(), TaskResponse)
    assert (first["downstream_task_ids"], first["retries"]) == (["b"], 2)
    assert first["class_ref"] == {"module_path": "x.y", "class_name": "PythonOperator"}
    second = api.get("/dags/etl/tasks/b").ok()
    assert second["execution_timeout"] == {"__type": "TimeDelta", "days": 0, "seconds": 90, "microseconds": 500_000}
    assert (second["task_display_name"], second["operator_name"]) == ("Bee", "@task")
    assert [task["task_id"] for task in api.get("/dags/etl/tasks", order_by="-task_id").ok()["tasks"]] == ["b", "a"]
    assert api.get("/dags/etl/tasks/c").status == 404
    assert api.get("/dags/etl/tasks", order_by="nothing").status == 400


@pytest.mark.parametrize(
    "path", ["/dags/x", "/dags/x/details", "/dags/x/tasks", "/dagSources/x", "/dags/x/dagVersions"]
)
def test_what_is_asked_about_an_unknown_dag_is_not_found(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status, "x" in answer.json["detail"]) == (404, True)

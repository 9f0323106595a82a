"""The pages of one DAG: each view is one request, with what it shows and nothing that the caller may not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from support.api import Api
from support.callers import bound
from support.rows import spec
from tradewind.api.models.one_dag_views import (
    DagCalendarResponse,
    DagDurationsResponse,
    DagGridResponse,
    DagPageResponse,
    DagStructureResponse,
    RunStatesResponse,
)
from tradewind.spec import EdgeLabel, GroupSpec, LiteralInput, MapSpec, ParamSpec, TaskSpec


def mapped_dag(**more: Any) -> Any:
    tasks = (
        TaskSpec(task_id="extract", task_type="PythonOperator", retries=1, retry_delay_s=0.0),
        TaskSpec(task_id="work.clean", label="clean", upstream=("extract",), group_id="work"),
        TaskSpec(task_id="load", upstream=("work.clean",), mapped=MapSpec((("x", LiteralInput(3)),))),
    )
    groups = (GroupSpec("work"),)
    labels = (EdgeLabel("extract", "work.clean", "rows"),)
    return replace(spec(**more), tasks=tasks, groups=groups, edge_labels=labels)


def states_of(grid: dict[str, Any], run: int) -> dict[str, str]:
    """Task -> the state that its letter stands for."""
    letters = grid["cells"][run]
    return {
        task["id"]: letter if letter in ".*" else grid["states"][ord(letter) - ord("a")]
        for task, letter in zip(grid["tasks"], letters, strict=True)
    }


def test_the_head_has_the_last_runs_the_params_and_what_the_caller_may_do(both: Api) -> None:
    both.has(spec(params=(ParamSpec("day", "monday", True, {"type": "string"}),), tags=("nightly",)))
    both.triggered("etl", dag_run_id="one")
    both.triggered("etl", dag_run_id="two")
    page = both.get("/ui/dags/etl").ok()
    DagPageResponse.model_validate(page)
    assert [run["run_id"] for run in page["runs"]] == ["one", "two"]
    assert page["unfinished_runs"] == 2
    assert page["params"]["day"]["value"] == "monday"
    assert page["tags"] == ["nightly"]
    assert page["may"] == ["trigger", "edit", "backfill", "delete"]
    assert both.get("/ui/dags/etl", role="viewer").ok()["may"] == []
    assert both.get("/ui/dags/none").status == 404


def test_the_grid_has_a_letter_for_each_task_and_counts_the_instances_of_mapped_ones(both: Api) -> None:
    both.has(mapped_dag())
    both.triggered("etl", dag_run_id="one")
    both.engine.fail("extract")
    both.engine.wait_until(datetime.now(UTC))
    both.engine.succeed("extract")
    both.engine.succeed("work.clean")
    both.engine.succeed("load", 0)
    both.triggered("etl", dag_run_id="two")
    grid = both.get("/ui/dags/etl/grid").ok()
    DagGridResponse.model_validate(grid)
    assert [run["run_id"] for run in grid["runs"]] == ["one", "two"]
    assert states_of(grid, 0) == {"extract": "success", "work.clean": "success", "load": "*"}
    assert grid["mapped"][0] == {"2": {"success": 1, "queued": 2}}
    assert grid["tries"][0] == {"0": 2}
    assert grid["groups"] == [{"id": "work", "label": "work", "parent": None, "is_mapped": False}]
    assert grid["has_older"] is False


def test_the_grid_pages_back_in_time(both: Api) -> None:
    both.has(spec())
    for run_id in ("a", "b", "c"):
        both.triggered("etl", dag_run_id=run_id)
    newest = both.get("/ui/dags/etl/grid", limit=2).ok()
    assert [run["run_id"] for run in newest["runs"]] == ["b", "c"]
    assert newest["has_older"] is True
    older = both.get("/ui/dags/etl/grid", limit=2, before=newest["runs"][0]["run_after"]).ok()
    assert [run["run_id"] for run in older["runs"]] == ["a"]


def test_the_grid_pages_back_through_runs_that_were_due_at_one_moment(both: Api) -> None:
    both.has(spec())
    for run_id in ("a", "b", "c", "d", "e"):
        both.triggered("etl", dag_run_id=run_id, run_after="2024-01-01T00:00:00Z")
    shown = list[str]()
    cursor = dict[str, Any]()
    has_older = True
    while has_older:
        grid = both.get("/ui/dags/etl/grid", limit=2, **cursor).ok()
        shown = [run["run_id"] for run in grid["runs"]] + shown
        cursor = {"before": grid["runs"][0]["run_after"], "before_run": grid["runs"][0]["run_id"]}
        has_older = grid["has_older"]
    assert shown == ["a", "b", "c", "d", "e"]


def test_a_task_that_the_newest_version_lacks_is_shown_where_it_ran(both: Api) -> None:
    both.has(spec(tasks=("extract", "load")))
    both.triggered("etl", dag_run_id="one")
    both.engine.succeed("extract")
    both.engine.succeed("load")
    both.has(spec(tasks=("extract", "store")))
    grid = both.get("/ui/dags/etl/grid").ok()
    assert [(task["id"], task["is_gone"]) for task in grid["tasks"]] == [
        ("extract", False), ("store", False), ("load", True),
    ]  # fmt: skip
    assert states_of(grid, 0) == {"extract": "success", "store": ".", "load": "success"}


def test_the_graph_has_edges_with_labels_and_any_past_version(both: Api) -> None:
    both.has(spec(tasks=("extract",)))
    both.triggered("etl", dag_run_id="old")
    both.engine.succeed("extract")
    both.has(mapped_dag())
    newest = both.get("/ui/dags/etl/structure").ok()
    DagStructureResponse.model_validate(newest)
    assert newest["edges"] == [["extract", "work.clean", "rows"], ["work.clean", "load"]]
    assert [one["version_number"] for one in newest["versions"]] == [2, 1]
    first = both.get("/ui/dags/etl/structure", version=1).ok()
    assert [task["id"] for task in first["tasks"]] == ["extract"]
    assert both.get("/ui/dags/etl/structure", run_id="old").ok()["version_number"] == 1
    assert both.get("/ui/dags/etl/structure", version=9).status == 404


def test_the_states_of_a_run_are_counted_by_task(both: Api) -> None:
    both.has(mapped_dag())
    both.triggered("etl", dag_run_id="one")
    both.engine.succeed("extract")
    both.engine.succeed("work.clean")
    found = both.get("/ui/dags/etl/runs/one/states").ok()
    RunStatesResponse.model_validate(found)
    assert found["states"]["extract"] == {"success": 1}
    assert found["states"]["load"] == {"queued": 3}
    assert both.get("/ui/dags/etl/runs/none/states").status == 404


def test_the_calendar_counts_runs_by_hour_and_state(both: Api) -> None:
    both.has(spec())
    for day, run_id in ((1, "a"), (1, "b"), (2, "c")):
        both.triggered("etl", dag_run_id=run_id, run_after=f"2026-03-0{day}T14:20:00Z")
    found = both.get("/ui/dags/etl/calendar", start="2026-01-01T00:00:00Z", end="2027-01-01T00:00:00Z").ok()
    DagCalendarResponse.model_validate(found)
    assert [[hour, count] for hour, _, count in found["hours"]] == [["2026-03-01T14", 2], ["2026-03-02T14", 1]]
    assert found["is_cut"] is False


def test_durations_come_for_each_run_and_task(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="one")
    both.engine.succeed("extract")
    found = both.get("/ui/dags/etl/durations").ok()
    DagDurationsResponse.model_validate(found)
    assert list(found["tasks"]) == ["extract"]
    assert found["tasks"]["extract"][0] >= 0


def test_who_may_see_one_dag_sees_the_views_of_that_one_alone(both: Api) -> None:
    both.has(spec())
    both.has(spec("hr"), path="hr.py")
    for dag in ("etl", "hr"):
        both.triggered(dag, dag_run_id="one")
    caller = bound(both, "view:etl")
    for view in ("", "/grid", "/structure", "/durations", "/runs/one/states"):
        assert caller.get(f"/ui/dags/etl{view}").status == 200
        assert caller.get(f"/ui/dags/hr{view}").status == 403

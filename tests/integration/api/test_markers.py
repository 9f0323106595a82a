"""Clearing a marker clears what waits for it in other DAGs, and what those lead to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from support.api import Api
from support.rows import ended, spec
from tradewind.core.events import AttemptSucceeded
from tradewind.spec import DagSpec

DATE = "2026-01-05T03:00:00+00:00"
BODY = {"dry_run": False, "only_failed": False, "dag_run_id": "r"}


def marked(dag_id: str, tasks: tuple[str, ...], marker: str = "", depth: int = 10) -> DagSpec:
    """A chain of tasks, of which one is a marker."""
    made = spec(dag_id, tasks=tasks)
    return replace(
        made, tasks=tuple(replace(one, marks_depth=depth if one.task_id == marker else 0) for one in made.tasks)
    )


def ran(api: Api, made: DagSpec, date: str = DATE, **marks: tuple[str, str]) -> None:
    """A run in which all tasks have succeeded; markers stand for the task of a DAG."""
    api.has(made)
    api.triggered(made.dag_id, dag_run_id="r", logical_date=date)
    for task in made.tasks:
        attempt = api.engine.start(task.task_id)
        del api.engine.dispatched[task.task_id, -1]
        report = ended(attempt)
        if task.task_id in marks:
            other, waits = marks[task.task_id]
            fields = {"external_dag_id": other, "external_task_id": waits, "logical_date": DATE}
            report = type(report)(attempt=attempt, at=report.at, outcome="success", rendered=fields)
        api.engine.apply(AttemptSucceeded(attempt, datetime.now(UTC)), outputs={attempt: report})


def cleared(api: Api, dag_id: str, **body: object) -> list[str]:
    found = api.post(f"/dags/{dag_id}/clearTaskInstances", {**BODY, **body}).ok()["task_instances"]
    api.engine.drain()
    return sorted(f"{one['dag_id']}.{one['task_id']}" for one in found)


def states(api: Api, dag_id: str) -> dict[str, str | None]:
    found = api.get(f"/dags/{dag_id}/dagRuns/r/taskInstances").ok()["task_instances"]
    return {one["task_id"]: one["state"] for one in found}


def test_what_waits_for_a_marker_is_cleared_with_it_and_all_after_it(both: Api) -> None:
    ran(both, marked("parent", ("work", "mark"), "mark"), mark=("child", "wait"))
    ran(both, spec("child", tasks=("before", "wait", "after")))
    assert cleared(both, "parent", task_ids=["mark"], dry_run=True) == ["child.after", "child.wait", "parent.mark"]
    assert states(both, "child")["wait"] == "success"
    assert cleared(both, "parent", task_ids=["mark"]) == ["child.after", "child.wait", "parent.mark"]
    assert states(both, "child") == {"before": "success", "wait": "queued", "after": None}
    assert both.get("/dags/child/dagRuns/r").ok()["state"] in {"queued", "running"}


def test_a_marker_that_is_not_cleared_leads_nowhere(api: Api) -> None:
    ran(api, marked("parent", ("work", "mark"), "mark"), mark=("child", "wait"))
    ran(api, spec("child", tasks=("wait",)))
    assert cleared(api, "parent", task_ids=["work"]) == ["parent.work"]
    assert cleared(api, "parent", task_ids=["work"], include_downstream=True, dry_run=True) == [
        "child.wait",
        "parent.mark",
        "parent.work",
    ]


def test_a_clear_of_the_whole_run_goes_on_too(api: Api) -> None:
    ran(api, marked("parent", ("mark",), "mark"), mark=("child", "wait"))
    ran(api, spec("child", tasks=("wait",)))
    found = api.post("/dags/parent/dagRuns/r/clear", {"dry_run": True}).ok()["task_instances"]
    assert {one["dag_id"] for one in found} == {"parent", "child"}
    api.post("/dags/parent/dagRuns/r/clear", {"dry_run": False}).ok()
    api.engine.drain()
    assert states(api, "child") == {"wait": "queued"}


def test_only_the_run_of_the_same_date_is_meant(api: Api) -> None:
    ran(api, marked("parent", ("mark",), "mark"), mark=("child", "wait"))
    ran(api, spec("child", tasks=("wait",)), date="2026-01-06T03:00:00+00:00")
    assert cleared(api, "parent") == ["parent.mark"]


@pytest.mark.parametrize("marks", [("nothing", "wait"), ("child", "nothing")])
def test_what_is_not_there_is_passed_over(api: Api, marks: tuple[str, str]) -> None:
    ran(api, spec("child", tasks=("wait",)))
    ran(api, marked("parent", ("mark",), "mark"), mark=marks)
    assert cleared(api, "parent") == ["parent.mark"]


def test_markers_lead_on_from_dag_to_dag_as_far_as_their_depth(api: Api) -> None:
    ran(api, marked("one", ("mark",), "mark", depth=2), mark=("two", "mark"))
    ran(api, marked("two", ("mark",), "mark"), mark=("three", "wait"))
    ran(api, spec("three", tasks=("wait",)))
    assert cleared(api, "one", dry_run=True) == ["one.mark", "three.wait", "two.mark"]
    ran(api, marked("four", ("mark",), "mark", depth=1), mark=("two", "mark"))
    refused = api.post("/dags/four/clearTaskInstances", BODY)
    assert (refused.status, "further than recursion_depth of two.mark" in refused.text) == (400, True)


def test_a_cycle_ends(api: Api) -> None:
    ran(api, marked("one", ("mark",), "mark"), mark=("two", "mark"))
    ran(api, marked("two", ("mark",), "mark"), mark=("one", "mark"))
    assert cleared(api, "one") == ["one.mark", "two.mark"]

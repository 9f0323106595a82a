"""The pages of a run, a task instance and a log: each is one answer, and has what the page shows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

from support.api import Api
from support.callers import bound
from support.rows import spec
from tradewind.api.models import run_views, task_views
from tradewind.core.events import AttemptAwaitsInput, AttemptFailed
from tradewind.protocol.messages import Ended
from tradewind.protocol.waits import InputForm
from tradewind.spec import EdgeLabel, GroupSpec, LiteralInput, MapSpec, TaskSpec
from tradewind.worker.logs import attempt_log_name

RUN = "/ui/dags/etl/runs/r"
TRACE = 'Traceback (most recent call last):\n  File "/dags/etl.py", line 7, in load\n    raise ValueError("no rows")\nValueError: no rows'
DAG = replace(
    spec(),
    tasks=(
        TaskSpec(task_id="extract", retries=1, retry_delay_s=0.0),
        TaskSpec(task_id="g.price", upstream=("extract",), group_id="g", mapped=MapSpec((("x", LiteralInput(3)),))),
        TaskSpec(task_id="load", upstream=("g.price",)),
    ),
    groups=(GroupSpec(group_id="g"),),
    edge_labels=(EdgeLabel("g.price", "load", "prices"),),
)


def matches(body: Any, model: type[BaseModel]) -> Any:
    """The body, which is what the model says, nothing missing and nothing more."""
    model.model_validate_json(json.dumps(body))
    return body


def failed(api: Api, task_id: str, map_index: int = -1) -> None:
    """The task fails with a traceback."""
    attempt = api.engine.start(task_id, map_index)
    del api.engine.dispatched[task_id, map_index]
    now = datetime.now(UTC)
    report = Ended(attempt=attempt, at=now, outcome="failed", reason="ValueError: no rows", error=TRACE)
    api.engine.apply(AttemptFailed(attempt, now, "ValueError: no rows"), outputs={attempt: report})


def view(api: Api) -> Any:
    return matches(api.get(RUN).ok(), run_views.RunViewResponse)


@pytest.fixture
def run(both: Api) -> Api:
    """A run whose mapped task has failed for one of three items."""
    both.has(DAG)
    both.triggered("etl", dag_run_id="r")
    both.engine.succeed("extract", return_value=[1, 2])
    both.engine.succeed("g.price", 0)
    failed(both, "g.price", 1)
    both.engine.succeed("g.price", 2)
    both.engine.drain()
    return both


def test_the_page_of_a_run_has_its_tasks_its_tries_and_what_failed_first(run: Api) -> None:
    body = view(run)
    tasks = {task["task_id"]: task for task in body["tasks"]}
    assert [task["task_id"] for task in body["tasks"]] == ["extract", "g.price", "load"]
    assert tasks["g.price"]["counts"] == {"success": 2, "failed": 1}
    assert (tasks["g.price"]["is_mapped"], tasks["extract"]["is_mapped"]) == (True, False)
    assert tasks["load"]["upstream"] == [1]
    assert body["edge_labels"] == [[1, 2, "prices"]]
    assert [one[0] for one in tasks["extract"]["tries"]] == [1]
    assert body["counts"] == {"success": 3, "failed": 1, "upstream_failed": 1}
    assert body["total"] == 5
    failure = body["failure"]
    assert (failure["task_id"], failure["map_index"], failure["kind"], failure["message"]) == (
        "g.price", 1, "ValueError", "no rows",
    )  # fmt: skip
    assert (failure["file"], failure["line"], failure["code"]) == ("/dags/etl.py", 7, 'raise ValueError("no rows")')


def test_the_path_that_made_a_run_long_is_marked(run: Api) -> None:
    assert [task["task_id"] for task in view(run)["tasks"] if task["is_critical"]] == ["extract", "g.price"]


def test_a_run_knows_the_runs_beside_it(both: Api) -> None:
    both.has(spec())
    for day in (1, 2, 3):
        both.triggered("etl", dag_run_id=f"r{day}", logical_date=f"2024-01-0{day}")
    body = both.get("/ui/dags/etl/runs/r2").ok()
    assert (body["previous_run_id"], body["next_run_id"]) == ("r1", "r3")
    assert both.get("/ui/dags/etl/runs/r1").ok()["previous_run_id"] is None


def test_the_usual_duration_is_that_of_successful_runs_before(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="a")
    assert both.get("/ui/dags/etl/runs/a").ok()["usual_duration"] is None
    both.engine.finish()
    both.triggered("etl", dag_run_id="b")
    took = both.get("/dags/etl/dagRuns/a").ok()["duration"]
    assert both.get("/ui/dags/etl/runs/b").ok()["usual_duration"] == pytest.approx(took)


def test_the_page_of_a_task_has_its_tries_with_what_failed_and_what_it_handed_on(both: Api) -> None:
    both.has(DAG)
    both.triggered("etl", dag_run_id="r")
    failed(both, "extract")
    both.engine.wait_until(datetime.now(UTC))
    both.engine.succeed("extract", return_value=[1, 2], extra="x")
    body = matches(both.get(f"{RUN}/tasks/extract").ok(), task_views.TaskViewResponse)
    assert [(one["try_number"], one["state"]) for one in body["tries"]] == [(1, "failed"), (2, "success")]
    assert body["tries"][0]["failure"]["line"] == 7
    assert body["tries"][1]["failure"] is None
    assert [(one["key"], one["value"]) for one in body["xcoms"]] == [("return_value", [1, 2]), ("extra", "x")]
    assert [one["task_id"] for one in body["downstream"]] == ["g.price"]
    assert body["dependencies"] is None


def test_a_long_value_is_told_of_and_stays_away(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="r")
    both.engine.succeed("extract", return_value="x" * 20_000)
    [one] = both.get(f"{RUN}/tasks/extract").ok()["xcoms"]
    assert (one["is_here"], one["value"], one["length"]) == (False, None, 20_002)


def test_of_a_mapped_task_the_page_counts_all_and_shows_the_one_that_is_named(run: Api) -> None:
    whole = matches(run.get(f"{RUN}/tasks/g.price").ok(), task_views.TaskViewResponse)
    assert (whole["instance"], whole["is_mapped"], whole["counts"]) == (None, True, {"success": 2, "failed": 1})
    one = matches(run.get(f"{RUN}/tasks/g.price", map_index=1).ok(), task_views.TaskViewResponse)
    assert (one["instance"]["state"], one["tries"][0]["failure"]["map_index"]) == ("failed", 1)
    assert run.get(f"{RUN}/tasks/g.price", map_index=9).status == 404
    assert run.get(f"{RUN}/tasks/nothing").status == 404


def test_a_question_comes_with_the_page_of_the_task_that_asks_it(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="r")
    attempt = both.engine.start("extract")
    now = datetime.now(UTC)
    form = InputForm(subject="Go on?", options=["yes", "no"])
    report = Ended(attempt=attempt, at=now, outcome="awaiting_input", form=form)
    both.engine.apply(AttemptAwaitsInput(attempt, now, None, has_defaults=False), outputs={attempt: report})
    body = matches(both.get(f"{RUN}/tasks/extract").ok(), task_views.TaskViewResponse)
    assert (body["hitl"]["subject"], body["instance"]["state"]) == ("Go on?", "awaiting_input")


def test_what_a_task_waits_for_comes_with_its_page(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="r")
    body = both.get(f"{RUN}/tasks/load").ok()
    assert body["dependencies"]["dependencies"]
    assert [(one["task_id"], one["counts"]) for one in body["upstream"]] == [("extract", {"queued": 1})]


def test_pages_of_a_dag_that_one_may_not_see_are_not_there(both: Api) -> None:
    both.has(spec())
    both.has(spec("hr"), path="hr.py")
    both.triggered("hr", dag_run_id="r")
    caller = bound(both, "view:etl")
    for path in ("", "/tasks/extract", "/tasks/extract/log/1"):
        assert caller.get(f"/ui/dags/hr/runs/r{path}").status in {403, 404}
    both.triggered("etl", dag_run_id="r")
    assert caller.get(RUN).ok()["run"]["dag_id"] == "etl"


def test_values_are_hidden_from_those_who_may_not_read_xcoms(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="r")
    both.engine.succeed("extract", return_value=1)
    caller = bound(both, "read:dag", "read:dag_run", "read:task_instance")
    assert caller.get(f"{RUN}/tasks/extract").ok()["xcoms"] is None


# -- logs ------------------------------------------------------------------------------------------------------------

LINE = '{"timestamp":"2026-01-01T00:00:00.000001Z","level":"info","logger":"task","event":"%s"}\n'


def write_log(api: Api, *events: str) -> None:
    name = attempt_log_name(dag_id="etl", run_id="r", task_id="extract", map_index=-1, try_number=1)
    path = api.services.log_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write("".join(LINE % event for event in events))


@pytest.fixture
def logged(api: Api) -> Api:
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    api.engine.start("extract")
    write_log(api, "one", "two", "three")
    return api


def piece(api: Api, **query: Any) -> Any:
    return matches(api.get(f"{RUN}/tasks/extract/log/1", **query).ok(), task_views.LogPiece)


def test_a_log_comes_by_pieces_with_the_places_of_its_lines(logged: Api) -> None:
    whole = piece(logged)
    assert [line[5] for line in whole["lines"]] == ["one", "two", "three"]
    assert (whole["is_live"], whole["start"], whole["end"]) == (True, 0, whole["size"])
    second = whole["lines"][1][0]
    assert [line[5] for line in piece(logged, at=second)["lines"]] == ["two", "three"]
    assert [line[5] for line in piece(logged, before=second)["lines"]] == ["one"]
    assert [line[1] for line in piece(logged, search="THREE", at=0)["lines"]] == [3]
    write_log(logged, "four")
    assert [line[5] for line in piece(logged, at=whole["end"])["lines"]] == ["four"]


def test_a_log_that_is_not_there_yet_is_empty(logged: Api) -> None:
    logged.engine.finish()
    assert logged.get(f"{RUN}/tasks/load/log/1").ok()["lines"] == []
    assert logged.get(f"{RUN}/tasks/load/log/7").status == 404


def test_a_log_is_followed_from_any_place_to_the_end_of_the_try(logged: Api) -> None:
    after = piece(logged)["end"]
    write_log(logged, "four")
    logged.engine.finish()
    answer = logged.get(f"{RUN}/tasks/extract/log/1", at=after, headers={"accept": "application/x-ndjson"})
    pieces = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert [line[5] for one in pieces for line in one["lines"]] == ["four"]
    assert pieces[-1]["is_live"] is False

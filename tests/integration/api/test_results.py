"""What a DAG returns, over REST: asked for afterwards, and in the request that starts the run."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from support.api import Api
from support.contract import matches
from support.rows import spec
from tradewind.api.models import results as models
from tradewind.api.models.runs import DAGRunResponse
from tradewind.sdk.xcom_codec import XComCodec
from tradewind.spec import DagSpec
from tradewind.worker.xcom import open_artifacts

RESULT = "/dags/etl/dagRuns/r/result"


def returning(*names: str) -> DagSpec:
    """The DAG `etl` of extract and load, of which some return what it returns."""
    made = spec()
    return replace(made, tasks=tuple(replace(task, returns_dag_result=task.task_id in names) for task in made.tasks))


def test_the_value_of_one_result_task(both: Api) -> None:
    both.has(returning("load"))
    both.triggered("etl", dag_run_id="r")
    body = both.get(RESULT).ok()
    models.DagRunResultResponse.model_validate(body)
    assert (body["state"], body["result"], body["result_task_ids"]) == ("running", None, ["load"])
    both.engine.succeed("extract", return_value=1)
    both.engine.succeed("load", return_value={"rows": 3})
    body = both.get(RESULT).ok()
    assert (body["state"], body["result"]) == ("success", {"rows": 3})


@pytest.mark.parametrize(("names", "result"), [(("extract", "load"), {"extract": 1, "load": [2]}), ((), None)])
def test_of_several_a_dict_and_of_none_nothing(api: Api, names: tuple[str, ...], result: object) -> None:
    api.has(returning(*names))
    api.triggered("etl", dag_run_id="r")
    api.engine.succeed("extract", return_value=1)
    api.engine.succeed("load", return_value=[2])
    assert api.get(RESULT).ok()["result"] == result


def test_a_value_too_large_for_the_database_and_one_that_is_not_json(api: Api) -> None:
    api.has(returning("extract", "load"))
    api.triggered("etl", dag_run_id="r")
    codec = XComCodec(open_artifacts(api.services.settings.artifact_url))
    large = list(range(10_000))
    for task_id, value in (("extract", large), ("load", datetime(2026, 1, 5, tzinfo=UTC))):
        attempt = api.engine.start(task_id)
        del api.engine.dispatched[task_id, -1]
        api.engine.end_with(attempt, codec.encode(value))
    result = api.get(RESULT).ok()["result"]
    assert result["extract"] == large
    assert result["load"].startswith("2026-01-05T00:00:00")


def test_a_run_is_started_and_waited_for_in_one_request(both: Api) -> None:
    both.has(returning("load"))
    done = threading.Event()

    def work() -> None:
        for task_id in ("extract", "load"):
            while (task_id, -1) not in both.engine.dispatched:
                done.wait(0.005)
            both.engine.succeed(task_id, return_value=f"of {task_id}")

    worker = threading.Thread(target=work)
    worker.start()
    body = both.post("/dags/etl/dagRuns/execute", {"conf": {"a": 1}, "dag_run_id": "r"}, timeout_s=20).ok()
    worker.join()
    models.ExecuteResponse.model_validate(body)
    matches(body["dag_run"], DAGRunResponse)
    assert (body["is_finished"], body["result"], body["dag_run"]["state"]) == (True, "of load", "success")
    assert body["dag_run"]["conf"] == {"a": 1}


def test_an_answer_that_can_not_wait_longer_says_how_far_it_is(api: Api) -> None:
    api.has(returning("load"))
    answer = api.post("/dags/etl/dagRuns/execute", {}, timeout_s=0.05)
    assert answer.status == 202
    assert (answer.json["is_finished"], answer.json["result"]) == (False, None)
    assert answer.json["dag_run"]["state"] in {"queued", "running"}


def test_what_can_not_be_executed(api: Api) -> None:
    api.has(returning())
    assert api.post("/dags/nothing/dagRuns/execute", {}).status == 404
    assert api.post("/dags/etl/dagRuns/execute", {}, role="viewer").status == 403
    assert api.post("/dags/etl/dagRuns/execute", {}, timeout_s=0).status == 422
    assert api.get("/dags/etl/dagRuns/nothing/result").status == 404


def test_the_stream_ends_with_the_result_tasks_where_none_is_named(api: Api) -> None:
    api.has(returning("load"))
    api.triggered("etl", dag_run_id="r")
    api.engine.succeed("extract", return_value=1)
    api.engine.succeed("load", return_value=2)
    lines = api.get("/dags/etl/dagRuns/r/wait", interval=1).lines
    assert lines[-1]["results"] == {"load": 2}
    assert api.get("/dags/etl/dagRuns/r/wait", interval=1, result="extract").lines[-1]["results"] == {"extract": 1}

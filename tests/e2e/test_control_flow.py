"""People asked, DAGs called, files and other DAGs waited for, without a slot: on a running server."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import warm
from support.server import Server

DAGS = '''"""DAGs of this test."""
from datetime import timedelta
from pathlib import Path

from tradewind import DAG, Param, call_dag, dag, task
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.hitl import (
    ApprovalOperator, HITLBranchOperator, HITLEntryOperator, HITLOperator,
)
from tradewind.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.providers.standard.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from tradewind.providers.standard.sensors.filesystem import FileSensor
from tradewind.providers.standard.sensors.time_delta import WaitSensor

UNPAUSED = {"schedule": None, "is_paused_upon_creation": False}

with DAG("people", **UNPAUSED):
    form = HITLEntryOperator(task_id="form", subject="Which?", params={"name": Param("", type="string")})
    late = HITLOperator(
        task_id="late", subject="Nobody answers", options=["a", "b"], defaults="b",
        response_timeout=timedelta(seconds=0.2),
    )
    hopeless = HITLOperator(
        task_id="hopeless", subject="Nobody answers", options=["a"], response_timeout=timedelta(seconds=0.2)
    )
    approve = ApprovalOperator(
        task_id="approve", subject="OK?", assigned_users=[{"id": "admin", "name": "admin"}],
        body="It is {{ ti.xcom_pull(task_ids='form')['params_input']['name'] }}",
    )
    other = ApprovalOperator(task_id="other", subject="OK?", assigned_users=[{"id": "ann", "name": "Ann"}])
    branch = HITLBranchOperator(task_id="branch", subject="Where to?", options=["left", "right"])
    form >> approve >> branch >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]


@dag(**UNPAUSED)
def double():
    @task
    def compute(params=None, dag_run=None):
        return {"double": 2 * dag_run.conf["n"]}

    return compute()


double()

with DAG("failing", **UNPAUSED):
    @task
    def fail():
        raise ValueError("no")

    fail()

with DAG("calls", **UNPAUSED) as calls:
    @task
    def call(n):
        return call_dag("double", {"n": n})["double"]

    @task
    def call_failing():
        call_dag("failing")

    @task
    def total(numbers):
        return sum(numbers)

    calls.add_result(total(call.expand(n=[1, 2, 3])))
    call_failing()

with DAG("triggers", **UNPAUSED):
    common = {"trigger_dag_id": "double", "conf": {"n": 1}, "wait_for_completion": True}
    TriggerDagRunOperator(task_id="deferred", deferrable=True, trigger_run_id="from-{{ run_id }}", **common)
    TriggerDagRunOperator(task_id="in_process", **common)
    again = TriggerDagRunOperator(
        task_id="again", deferrable=True, trigger_run_id="same", reset_dag_run=True, logical_date=None, **common
    )
    same = TriggerDagRunOperator(
        task_id="skips", trigger_run_id="same", skip_when_already_exists=True, logical_date=None, **common
    )
    again >> same
    TriggerDagRunOperator(
        task_id="fails", deferrable=True, trigger_dag_id="failing", wait_for_completion=True, trigger_run_id="bad"
    )
    TriggerDagRunOperator(task_id="paused", trigger_dag_id="sleeping", fail_when_dag_is_paused=True)

with DAG("sleeping", schedule=None, is_paused_upon_creation=True):
    EmptyOperator(task_id="never")

with DAG("upstream", **UNPAUSED):
    @task
    def work():
        return 1

    work() >> ExternalTaskMarker(task_id="mark", external_dag_id="downstream", external_task_id="wait_task")

with DAG("downstream", **UNPAUSED):
    after = EmptyOperator(task_id="after")
    deferred = {"external_dag_id": "upstream", "deferrable": True, "poke_interval": 0.5, "timeout": 60}
    ExternalTaskSensor(task_id="wait_task", external_task_id="mark", **deferred) >> after
    ExternalTaskSensor(task_id="wait_run", external_dag_id="upstream", poke_interval=0.1, timeout=60)
    ExternalTaskSensor(task_id="no_dag", external_dag_id="nothing", check_existence=True)

with DAG("sensors", **UNPAUSED, params={"file": ""}):
    FileSensor(task_id="file", filepath="{{ params.file }}", deferrable=True, poke_interval=0.05, timeout=30)
    FileSensor(task_id="no_file", filepath="/nothing/here", deferrable=True, poke_interval=0.05, timeout=0.2)
    FileSensor(
        task_id="soft", filepath="/nothing/here", deferrable=True, poke_interval=0.05, timeout=0.2, soft_fail=True
    )
    WaitSensor(task_id="wait", time_to_wait=timedelta(seconds=0.2), deferrable=True)
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("control")
    (folder / "dags").mkdir()
    (folder / "dags" / "control.py").write_text(DAGS)
    with Server(folder / "home", folder / "dags") as server:
        names = ("people", "double", "failing", "calls", "triggers", "upstream", "downstream", "sensors", "sleeping")
        server.wait_dags(set(names))
        yield server


def wait_state(server: Server, dag_id: str, run_id: str, task_id: str, *states: str, timeout_s: float = 60.0) -> None:
    """Return once the task is in one of the states."""
    end = time.monotonic() + timeout_s
    while (state := server.states(dag_id, run_id).get(f"{task_id}[-1]")) not in states:
        assert time.monotonic() < end, f"{task_id} is {state}: {server.states(dag_id, run_id)}"
        time.sleep(0.02)


def question(run_id: str, task_id: str) -> str:
    return f"/api/v2/dags/people/dagRuns/{run_id}/taskInstances/{task_id}/-1/hitlDetails"


def xcom(server: Server, dag_id: str, run_id: str, task_id: str, key: str = "return_value") -> Any:
    return server.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}")["value"]


def test_people_are_asked_and_their_answers_followed(server: Server) -> None:
    run_id = server.trigger("people")
    for task_id in ("form", "other"):
        wait_state(server, "people", run_id, task_id, "awaiting_input")
    server.request("PATCH", question(run_id, "form"), {"chosen_options": ["OK"], "params_input": {"name": "the pear"}})
    wait_state(server, "people", run_id, "approve", "awaiting_input")
    shown = server.request("GET", question(run_id, "approve"))
    assert (shown["body"], shown["options"]) == ("It is the pear", ["Approve", "Reject"])
    refused = server.request("PATCH", question(run_id, "other"), {"chosen_options": ["Approve"]}, ok=False)
    assert "the question is for Ann" in refused["detail"]
    server.request("PATCH", question(run_id, "approve"), {"chosen_options": ["Approve"]})
    wait_state(server, "people", run_id, "branch", "awaiting_input")
    looked = warm.run(
        [sys.executable, "-m", "tradewind", "hitl", "show", "people", run_id, "branch", "-o", "json"],
        env=server.env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(looked.stdout)["options"] == ["left", "right"]
    command = [sys.executable, "-m", "tradewind", "hitl"]
    done = warm.run(
        [*command, "answer", "people", run_id, "branch", "--choose", "right"],
        env=server.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for task_id, state in (("right", "success"), ("left", "skipped"), ("late", "success"), ("hopeless", "failed")):
        wait_state(server, "people", run_id, task_id, state)
    listed = warm.run([*command, "list", "-o", "json"], env=server.env, capture_output=True, text=True, check=True)
    assert [one["task_id"] for one in json.loads(listed.stdout)] == ["other"]
    assert xcom(server, "people", run_id, "form")["params_input"] == {"name": "the pear"}
    assert xcom(server, "people", run_id, "late")["chosen_options"] == ["b"]
    tries = server.get(f"/dags/people/dagRuns/{run_id}/taskInstances/late")
    assert (tries["try_number"], tries["state"]) == (1, "success")
    server.request("PATCH", f"/api/v2/dags/people/dagRuns/{run_id}", {"state": "failed"})
    assert server.wait_run("people", run_id)["state"] == "failed"


def test_a_dag_is_called_by_one_request(server: Server) -> None:
    began = time.monotonic()
    answer = server.request("POST", "/api/v2/dags/double/dagRuns/execute?timeout_s=30", {"conf": {"n": 21}})
    print(f"one request runs a DAG: {time.monotonic() - began:.3f} s")
    assert (answer["is_finished"], answer["result"]) == (True, {"double": 42})
    done = warm.run(
        [sys.executable, "-m", "tradewind", "dags", "trigger", "double", "--conf", '{"n": 4}', "--wait", "-o", "json"],
        env=server.env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    shown = json.loads(done.stdout)[0]
    assert (shown["state"], shown["result"]) == ("success", {"double": 8})


def test_dags_are_called_from_tasks(server: Server) -> None:
    run_id = server.trigger("calls")
    assert server.wait_run("calls", run_id)["state"] == "failed"
    states = server.states("calls", run_id)
    assert {name: state for name, state in states.items() if state != "success"} == {"call_failing[-1]": "failed"}
    assert server.get(f"/dags/calls/dagRuns/{run_id}/result")["result"] == 12


def test_runs_are_triggered_and_waited_for(server: Server) -> None:
    server.trigger("double", {"n": 5}, dag_run_id="same")
    server.wait_run("double", "same")
    run_id = server.trigger("triggers")
    server.wait_run("triggers", run_id)
    assert server.states("triggers", run_id) == {
        "deferred[-1]": "success",
        "in_process[-1]": "success",
        "again[-1]": "success",
        "skips[-1]": "skipped",
        "fails[-1]": "failed",
        "paused[-1]": "failed",
    }
    assert server.run("double", f"from-{run_id}")["state"] == "success"
    assert xcom(server, "triggers", run_id, "deferred", "trigger_run_id") == f"from-{run_id}"
    links = server.get(f"/dags/triggers/dagRuns/{run_id}/taskInstances/deferred/links")["extra_links"]
    assert list(links.values()) == [f"/dags/double/runs/from-{run_id}"]


def test_other_dags_are_waited_for_and_a_cleared_marker_clears_who_waits(server: Server) -> None:
    date = "2026-01-05T03:00:00+00:00"
    server.trigger("downstream", dag_run_id="r", logical_date=date)
    wait_state(server, "downstream", "r", "wait_task", "deferred")
    server.trigger("upstream", dag_run_id="r", logical_date=date)
    wait_state(server, "downstream", "r", "wait_task", "success")
    assert server.wait_run("downstream", "r")["state"] == "failed"
    states = server.states("downstream", "r")
    assert states == {
        "wait_task[-1]": "success",
        "wait_run[-1]": "success",
        "after[-1]": "success",
        "no_dag[-1]": "failed",
    }
    server.wait_run("upstream", "r")
    body = {"dry_run": False, "only_failed": False, "dag_run_id": "r", "task_ids": ["mark"]}
    found = server.request("POST", "/api/v2/dags/upstream/clearTaskInstances", body)["task_instances"]
    assert sorted(f"{one['dag_id']}.{one['task_id']}" for one in found) == [
        "downstream.after", "downstream.wait_task", "upstream.mark",
    ]  # fmt: skip
    for dag_id, task_id in (("upstream", "mark"), ("downstream", "wait_task"), ("downstream", "after")):
        wait_state(server, dag_id, "r", task_id, "success")


def test_sensors_wait_without_a_process(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "late.csv"
    run_id = server.trigger("sensors", {"file": str(file)})
    wait_state(server, "sensors", run_id, "file", "deferred")
    file.touch()
    assert server.wait_run("sensors", run_id)["state"] == "failed"
    assert server.states("sensors", run_id) == {
        "file[-1]": "success",
        "no_file[-1]": "failed",
        "soft[-1]": "skipped",
        "wait[-1]": "success",
    }

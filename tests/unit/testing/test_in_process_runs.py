"""What `dag.test()` takes and gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tradewind import DAG, Connection, Param, Variable, task
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.sensors.python import PythonSensor
from tradewind.sdk.authoring_errors import ParamValidationError
from tradewind.testing import test_dag as run_here


@pytest.fixture
def dag():
    with DAG("here", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        yield dag


def test_the_method_of_the_dag_does_the_same(dag):
    @task
    def give(ds):
        return ds

    give()
    result = dag.test(logical_date=datetime(2026, 3, 4, tzinfo=UTC))
    assert result.is_success
    assert result.xcom("give") == "2026-03-04"
    assert result.run_id == "manual__2026-03-04T00:00:00+00:00"


def test_a_run_without_a_logical_date_lacks_the_keys_that_need_one(dag):
    @task
    def look(**context):
        return sorted({"ds", "ts", "logical_date", "data_interval_start", "run_id"} & set(context))

    look()
    assert run_here(dag, logical_date=None).xcom("look") == ["run_id"]


def test_the_conf_sets_params_and_is_checked(dag):
    dag.params["n"] = Param(1, type="integer")

    @task
    def look(params, dag_run):
        return [params["n"], dag_run.conf]

    look()
    assert run_here(dag, run_conf={"n": 5}).xcom("look") == [5, {"n": 5}]
    with pytest.raises(ParamValidationError, match="DAG 'here' can't run with this conf: Invalid input for param n"):
        run_here(dag, run_conf={"n": "five"})


def test_a_param_without_a_value_is_asked_for_before_anything_runs(dag):
    dag.params["city"] = Param(type="string")
    ran = []

    @task
    def look(params, test_mode):
        ran.append(params["city"])
        return test_mode

    look()
    with pytest.raises(ParamValidationError, match="param city: No value passed and Param has no default value"):
        run_here(dag)
    assert ran == []
    assert run_here(dag, run_conf={"city": "Oslo"}).xcom("look") is False


def test_variables_and_connections_come_from_files(dag, tmp_path):
    variables, connections = tmp_path / "variables.json", tmp_path / "connections.yaml"
    variables.write_text(json.dumps({"plain": "text", "nested": {"a": 1}}))
    connections.write_text(
        "db: postgres://me:secret-word@host:5432/base\nweb:\n  conn_type: http\n  host: example.org\n"
    )

    @task
    def look():
        Variable.set("made", "here")
        return [
            Variable.get("plain"),
            Variable.get("nested", deserialize_json=True),
            Variable.get("none", default="d"),
            Variable.keys(),
            Variable.get("made"),
            Connection.get("db").login,
            Connection.get("web").host,
        ]

    look()
    result = run_here(dag, variable_file_path=variables, conn_file_path=connections)
    assert result.xcom("look") == ["text", {"a": 1}, "d", ["made", "nested", "plain"], "here", "me", "example.org"]


def test_tasks_that_the_pattern_matches_are_not_run(dag):
    @task
    def wait_for_ever():
        raise AssertionError("it was run")

    @task
    def go():
        return 1

    wait_for_ever() >> go()
    assert run_here(dag, mark_success_pattern="wait_.*").states == {"wait_for_ever": "success", "go": "success"}


def test_progress_is_told_of_every_move(dag):
    moves = []

    @task
    def one():
        return 1

    one()
    run_here(dag, progress=lambda key, state: moves.append((key, state)))
    assert moves[-1] == (("one", -1), "success")
    assert (("one", -1), "running") in moves


def test_a_failure_keeps_its_traceback(dag):
    @task
    def bad():
        raise ValueError("why")

    bad() >> EmptyOperator(task_id="after")
    result = run_here(dag)
    assert result.state == "failed"
    assert result.task("bad").error.endswith("ValueError: why\n")
    assert result.states == {"bad": "failed", "after": "upstream_failed"}


def test_ctrl_c_leaves_a_failed_run_behind_and_goes_up(dag):
    moves = []

    @task
    def stop():
        raise KeyboardInterrupt

    stop() >> EmptyOperator(task_id="after")
    with pytest.raises(KeyboardInterrupt):
        run_here(dag, progress=lambda key, state: moves.append((key, state)))
    assert (("stop", -1), "failed") in moves


def test_a_sensor_that_reschedules_looks_again_and_counts_its_looks(dag):
    counts = []

    def look(task_reschedule_count):
        counts.append(task_reschedule_count)
        return len(counts) == 3

    PythonSensor(task_id="wait", python_callable=look, mode="reschedule", poke_interval=0.01)
    assert run_here(dag).states == {"wait": "success"}
    assert counts == [0, 1, 2]


def test_a_rescheduled_sensor_counts_its_timeout_from_its_first_start(dag):
    PythonSensor(
        task_id="wait", python_callable=lambda: False, mode="reschedule", poke_interval=0.05, timeout=0.01, retries=1,
        retry_delay=timedelta(hours=1),
    )  # fmt: skip
    result = run_here(dag)
    assert result.states == {"wait": "failed"}
    assert "Sensor has timed out" in result.task("wait").reason
    assert result.task("wait").try_number == 1


def test_callbacks_of_the_dag_are_called_with_the_run(dag):
    seen = []
    dag.on_success_callback = lambda context: seen.append((context["dag_run"].state, context["reason"], context["ds"]))

    @task
    def one():
        return 1

    one()
    run_here(dag, logical_date=datetime(2026, 1, 5, tzinfo=UTC))
    assert seen[0][0] == "success"
    assert seen[0][2] == "2026-01-05"


def test_frames_come_back_from_the_result(dag):
    import pandas as pd

    @task
    def frame():
        return pd.DataFrame({"a": [1, 2]})

    @task
    def total(frame):
        return int(frame["a"].sum())

    total(frame())
    result = run_here(dag)
    assert result.xcom("total") == 3
    assert result.xcom("frame")["a"].tolist() == [1, 2]
    shown = next(x[3] for x in result.as_golden()["xcoms"] if x[0] == "frame")
    assert shown["shape"] == [2, 1]


def test_a_map_of_many_items_runs_to_the_end(dag):
    @task(show_return_value_in_logs=False)
    def same(x):
        return x

    same.expand(x=list(range(1500)))
    result = run_here(dag)
    assert result.is_success
    assert len(result.task_instances) == 1500

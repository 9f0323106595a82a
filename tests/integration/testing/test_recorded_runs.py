"""`dag.run()`: what it leaves in the home folder, for a server to show."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradewind import DAG, Connection, Variable, task
from tradewind.base.errors import Conflict
from tradewind.base.settings import DbSettings
from tradewind.db.engine import open_database
from tradewind.db.images import load_dag
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.hitl import HITLOperator
from tradewind.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.providers.standard.sensors.external_task import ExternalTaskSensor
from tradewind.spec import DagKey
from tradewind.testing import run_dag
from tradewind.worker.logs import read_log

MOMENT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def dag():
    with DAG("recorded", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        yield dag


def rows(home: Path, query: str):
    with sqlite3.connect(home / "tradewind.db") as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def test_a_run_is_stored_with_its_tasks_attempts_and_values(dag, tmp_path):
    @task
    def give():
        return {"a": 1}

    @task
    def take(x):
        return x["a"] + 1

    take(give()) >> EmptyOperator(task_id="last")
    result = run_dag(dag, logical_date=MOMENT, conf={"k": "v"}, home=tmp_path)
    assert result.is_success
    assert result.xcom("take") == 2
    assert rows(tmp_path, "select run_id, state, run_type, conf, bundle_name from dag_run join dag_version on version_id = id") == [
        ("manual__2026-01-05T00:00:00+00:00", "success", "manual", '{"k":"v"}', "in-process")
    ]  # fmt: skip
    assert sorted(rows(tmp_path, "select task_id, state, try_number from task_instance")) == [
        ("give", "success", 1), ("last", "success", 1), ("take", "success", 1),
    ]  # fmt: skip
    assert sorted(rows(tmp_path, "select task_id, outcome from attempt")) == [("give", "success"), ("take", "success")]
    assert rows(tmp_path, "select value from xcom where task_id = 'give'") == [('{"a":1}',)]


def test_no_server_schedules_a_dag_that_only_ran_on_its_own(dag, tmp_path):
    EmptyOperator(task_id="only")
    run_dag(dag, logical_date=MOMENT, home=tmp_path)
    database = open_database(DbSettings(), f"sqlite:///{tmp_path / 'tradewind.db'}")
    with database.read() as tx:
        image = load_dag(tx, DagKey("default", "recorded"))
    database.close()
    assert image is not None
    assert image.is_stale


def test_what_a_task_logs_and_prints_is_in_its_log_and_on_the_terminal(dag, tmp_path, capsys):
    @task
    def talk():
        import logging

        print("printed")
        logging.getLogger("mine").warning("logged")

    talk()
    run_dag(dag, logical_date=MOMENT, home=tmp_path)
    assert "printed" in capsys.readouterr().out
    name = "dag_id=recorded/run_id=manual__2026-01-05T00:00:00+00:00/task_id=talk/attempt=1.log"
    events = [line.event for line in read_log(tmp_path / "logs" / name)]
    assert "printed" in events
    assert "logged" in events


def test_a_failed_run_is_stored_with_its_error(dag, tmp_path):
    @task
    def bad():
        raise ValueError("why")

    bad()
    assert run_dag(dag, logical_date=MOMENT, home=tmp_path).state == "failed"
    ((state, error),) = rows(tmp_path, "select outcome, error from attempt")
    assert state == "failed"
    assert error.endswith("ValueError: why\n")


def test_a_run_that_ctrl_c_ended_is_stored_as_failed(dag, tmp_path):
    @task
    def stop():
        raise KeyboardInterrupt

    stop() >> EmptyOperator(task_id="after")
    with pytest.raises(KeyboardInterrupt):
        run_dag(dag, logical_date=MOMENT, home=tmp_path)
    assert rows(tmp_path, "select state from dag_run") == [("failed",)]
    assert rows(tmp_path, "select state from task_instance where task_id = 'stop'") == [("failed",)]


def test_a_date_that_is_taken_is_refused_before_anything_runs(dag, tmp_path):
    ran = []

    @task
    def note():
        ran.append(1)

    note()
    run_dag(dag, logical_date=MOMENT, home=tmp_path)
    with pytest.raises(Conflict, match=r"has a run .* for this logical date already"):
        run_dag(dag, logical_date=MOMENT, home=tmp_path)
    assert ran == [1]


def test_the_same_dag_keeps_its_version_and_changed_code_gets_a_new_one(dag, tmp_path):
    EmptyOperator(task_id="a")
    run_dag(dag, home=tmp_path)
    run_dag(dag, home=tmp_path)
    assert rows(tmp_path, "select count(*) from dag_version") == [(1,)]
    with dag:
        EmptyOperator(task_id="b")
    run_dag(dag, home=tmp_path)
    assert rows(tmp_path, "select count(*) from dag_version") == [(2,)]


def test_variables_live_in_the_home_and_earlier_runs_are_known(dag, tmp_path):
    @task
    def count(prev_data_interval_start_success=None):
        Variable.set("n", int(Variable.get("n", default="0")) + 1)
        return [Variable.get("n"), list(Variable.keys()), str(prev_data_interval_start_success)]

    count()
    assert run_dag(dag, logical_date=MOMENT, home=tmp_path).xcom("count") == ["1", ["n"], "None"]
    second = run_dag(dag, logical_date=datetime(2026, 1, 6, tzinfo=UTC), home=tmp_path)
    assert second.xcom("count") == ["2", ["n"], "2026-01-05 00:00:00+00:00"]


def test_a_connection_that_the_home_does_not_have_fails_the_task(dag, tmp_path):
    @task
    def look():
        return Connection.get("nowhere").host

    look()
    result = run_dag(dag, logical_date=MOMENT, home=tmp_path)
    assert "isn't defined" in result.task("look").error


def test_frames_stay_in_the_artifact_folder(dag, tmp_path):
    import pandas as pd

    @task
    def frame():
        return pd.DataFrame({"a": [1, 2, 3]})

    frame()
    result = run_dag(dag, logical_date=MOMENT, home=tmp_path)
    assert result.xcom("frame")["a"].sum() == 6
    assert len(list((tmp_path / "artifacts").glob("*/*.parquet"))) == 1


def test_runs_of_other_dags_in_the_home_can_be_looked_at_and_asked_for(dag, tmp_path):
    with DAG("other", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as other:

        @task
        def give():
            return "from the other"

        give()
    run_dag(other, logical_date=MOMENT, home=tmp_path)
    with dag:

        @task
        def look(ti):
            return ti.xcom_pull(task_ids="give", dag_id="other")

        wait = ExternalTaskSensor(
            task_id="wait", external_dag_id="other", external_task_id="give", timeout=1, poke_interval=0.1
        )
        ask = TriggerDagRunOperator(task_id="ask", trigger_dag_id="other", trigger_run_id="asked")
        wait >> look() >> ask
    result = run_dag(dag, logical_date=MOMENT, home=tmp_path)
    assert result.states == {"wait": "success", "look": "success", "ask": "success"}
    assert result.xcom("look") == "from the other"
    assert rows(tmp_path, "select state from dag_run where run_id = 'asked'") == [("queued",)]


def test_a_question_is_recorded_with_its_answer(dag, tmp_path):
    HITLOperator(task_id="ask", subject="Well?", options=["yes", "no"], defaults="no")
    HITLOperator(task_id="hopeless", subject="Well?", options=["yes"])
    result = run_dag(dag, logical_date=MOMENT, home=tmp_path)
    assert result.states == {"ask": "success", "hopeless": "failed"}
    assert sorted(rows(tmp_path, "select task_id, chosen_options, responded_by, timed_out from input_request")) == [
        ("ask", '["no"]', None, 1),
        ("hopeless", None, None, 1),
    ]

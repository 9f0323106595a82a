"""`dag.run()` where things go wrong: runs that try again, callbacks that ran, state that is kept with assets."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tradewind import DAG, Asset, DeadlineAlert, DeadlineReference, SyncCallback, task
from tradewind.testing import golden, run_dag

START = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS = Asset("orders", "s3://orders")


def rows(home: Path, query: str):
    with sqlite3.connect(home / "tradewind.db") as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def never(context):
    raise AssertionError("deadlines are a server's business")


@pytest.fixture
def flaky():
    alert = DeadlineAlert(DeadlineReference.FIXED_DATETIME(START), timedelta(0), SyncCallback(never))
    called = []
    with DAG(
        "flaky", schedule=None, start_date=START, run_retries=2, run_retry_delay=timedelta(days=3), deadline=alert,
        on_success_callback=lambda context: called.append(context["run_id"]),
    ) as dag:  # fmt: skip

        @task(deadline=alert)
        def fails(ti=None):
            if ti.try_number < 3:
                raise ValueError(ti.try_number)
            return ti.try_number

        fails()
    return dag, called


def test_a_run_tries_again_without_waiting(flaky):
    dag, called = flaky
    ran = golden(dag, logical_date=START)
    assert (ran["state"], ran["xcoms"]) == ("success", [["fails", -1, "return_value", 3]])
    assert len(called) == 1


def test_callbacks_that_ran_here_are_not_left_to_a_server(flaky, tmp_path):
    dag, called = flaky
    assert run_dag(dag, logical_date=START, home=tmp_path).is_success
    assert len(called) == 1
    assert rows(tmp_path, "select state, retries, retry_at from dag_run") == [("success", 2, None)]
    assert rows(tmp_path, "select count(*) from callback_order") == [(0,)]
    assert rows(tmp_path, "select count(*) from deadline") == [(0,)]


def test_the_state_of_an_asset_is_kept_in_the_home(tmp_path):
    with DAG("counts", schedule=None, start_date=START) as dag:

        @task(outlets=[ORDERS])
        def count(asset_state_store=None):
            asset_state_store.set("runs", asset_state_store.get("runs", 0) + 1)
            return asset_state_store[ORDERS].get("runs")

        count()
    found = [run_dag(dag, logical_date=START + timedelta(days=n), home=tmp_path).xcom("count") for n in range(3)]
    assert found == [1, 2, 3]
    assert rows(tmp_path, "select asset, key, value, by_dag_id, by_task_id from asset_state") == [
        ("orders", "runs", "3", "counts", "count")
    ]

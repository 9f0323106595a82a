"""`dag.run()` of a DAG that makes assets: what it tells is in the home, for the DAGs on a server that wait for it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from tradewind import DAG, Asset, task
from tradewind.testing import run_dag


def rows(home: Path, query: str) -> list[Any]:
    with sqlite3.connect(home / "tradewind.db") as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def test_what_tasks_tell_is_recorded_and_handed_to_the_scheduler(tmp_path: Path) -> None:
    orders = Asset("orders", "s3://orders")
    with DAG("load", schedule=None) as dag:

        @task(outlets=[orders])
        def fetch(*, outlet_events: Any) -> None:
            outlet_events[orders].extra = {"rows": 7}
            outlet_events[orders].add_partitions(["us", "eu"])

        fetch()
    result = run_dag(dag, home=tmp_path)
    assert result.is_success
    told = rows(tmp_path, "select uid, extra, partition_key, source_dag_id, source_run_id from asset_event order by id")
    assert [(json.loads(extra), key, dag_id, run_id) for _, extra, key, dag_id, run_id in told] == [
        ({"rows": 7}, "us", "load", result.run_id),
        ({"rows": 7}, "eu", "load", result.run_id),
    ]
    posted = rows(tmp_path, "select event from inbox where kind = 'AssetUpdated' order by id")
    assert [json.loads(event)["update"]["uid"] for (event,) in posted] == [uid for uid, *_ in told]
    assert json.loads(posted[0][0])["by"] == f"task fetch of DAG load, run {result.run_id}"


def test_a_failed_run_tells_of_nothing(tmp_path: Path) -> None:
    with DAG("load", schedule=None) as dag:

        @task(outlets=[Asset("orders")])
        def fetch() -> None:
            raise ValueError("no")

        fetch()
    assert not run_dag(dag, home=tmp_path).is_success
    assert rows(tmp_path, "select count(*) from asset_event") == [(0,)]
    assert rows(tmp_path, "select count(*) from inbox where kind = 'AssetUpdated'") == [(0,)]

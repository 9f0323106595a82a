"""Files, Redis and PostgreSQL start DAGs through watched assets, on a running server; questions outlive its death."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from support.brokers import redis_broker
from support.databases import PostgresServer
from support.server import Server

DAGS = '''"""DAGs of this test."""
from tradewind import DAG, Asset, AssetWatcher, task
from tradewind.providers.events import FilesTrigger, NotifyTrigger, RedisStreamTrigger
from tradewind.providers.standard.operators.hitl import HITLOperator

WATCHED = {
    "files": FilesTrigger("FOLDER", pattern="*.csv", changes=["added"]),
    "redis": RedisStreamTrigger("orders", url="REDIS", start="0"),
    "postgres": NotifyTrigger("orders", dsn="POSTGRES"),
}
for name, trigger in WATCHED.items():
    asset = Asset(f"watched_{name}", watchers=[AssetWatcher(name, trigger)])
    with DAG(f"on_{name}", schedule=[asset], is_paused_upon_creation=False) as dag:
        @task
        def look(triggering_asset_events=None):
            return [event.extra for events in triggering_asset_events.values() for event in events]

        dag.add_result(look())

with DAG("asks", schedule=None, is_paused_upon_creation=False):
    HITLOperator(task_id="ask", subject="Well?", options=["yes", "no"])
'''


def first_run(server: Server, dag_id: str, tell: Callable[[], Any]) -> tuple[dict[str, Any], float]:
    """The first run of a DAG, and how long it took from the telling to its end; told again until there is one."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        began = time.monotonic()
        tell()
        while time.monotonic() < began + 5:
            found = server.get(f"/dags/{dag_id}/dagRuns?order_by=run_after")["dag_runs"]
            if found:
                run = server.wait_run(dag_id, found[0]["dag_run_id"])
                return run, time.monotonic() - began
            time.sleep(0.01)
    raise TimeoutError(f"{dag_id} has no run:\n{server.output()[-3000:]}")


@pytest.mark.postgres
def test_what_happens_outside_starts_dags_and_questions_outlive_the_server(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "incoming").mkdir()
    (tmp_path / "broker").mkdir()
    url = postgres.clone()
    with redis_broker(tmp_path / "broker") as broker:
        redis_url = f"redis://127.0.0.1:{broker.port}/0"
        code = DAGS.replace("FOLDER", str(tmp_path / "incoming")).replace("REDIS", redis_url).replace("POSTGRES", url)
        (tmp_path / "dags" / "watched.py").write_text(code)
        with Server(tmp_path / "home", tmp_path / "dags") as server:
            server.wait_dags({"on_files", "on_redis", "on_postgres", "asks"})
            _from_outside(server, tmp_path / "incoming", redis_url, url)
            _outlives(server)


def _from_outside(server: Server, folder: Path, redis_url: str, postgres_url: str) -> None:
    import redis

    numbers = iter(range(1000))
    client = redis.Redis.from_url(redis_url)
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        ways: dict[str, Callable[[], Any]] = {
            "on_files": lambda: (folder / f"{next(numbers)}.csv").touch(),
            "on_redis": lambda: client.xadd("orders", {"n": next(numbers)}),
            "on_postgres": lambda: conn.execute("SELECT pg_notify('orders', '{\"n\": 7}')"),
        }
        for dag_id, tell in ways.items():
            run, seconds = first_run(server, dag_id, tell)
            print(f"{dag_id}: from the event to the end of the run {seconds:.3f} s")
            assert (run["state"], run["run_type"]) == ("success", "asset_triggered")
            events = server.get(f"/dags/{dag_id}/dagRuns/{run['dag_run_id']}/result")["result"]
            assert str(events) != "[]"
            assert {"on_files": ".csv", "on_redis": "'stream': 'orders'", "on_postgres": "'n': 7"}[dag_id] in str(
                events
            )
    client.close()


def _outlives(server: Server) -> None:
    run_id = server.trigger("asks")
    end = time.monotonic() + 60
    while server.states("asks", run_id) != {"ask[-1]": "awaiting_input"}:
        assert time.monotonic() < end
        time.sleep(0.02)
    server.kill9()
    server.start()
    assert server.states("asks", run_id) == {"ask[-1]": "awaiting_input"}
    path = f"/api/v2/dags/asks/dagRuns/{run_id}/taskInstances/ask/-1/hitlDetails"
    server.request("PATCH", path, {"chosen_options": ["no"]})
    assert server.wait_run("asks", run_id)["state"] == "success"
    found = server.get(f"/dags/asks/dagRuns/{run_id}/taskInstances/ask/xcomEntries/return_value")["value"]
    assert found["chosen_options"] == ["no"]
    assert server.get(f"/dags/asks/dagRuns/{run_id}/taskInstances/ask")["try_number"] == 1

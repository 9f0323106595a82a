"""SQL, Kafka and Redis packages on a running server: tasks in workers, triggers in the triggerer, stored connections."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from airflow.providers.apache.kafka.triggers.msg_queue import KafkaMessageQueueTrigger
from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger
from confluent_kafka import Producer

from support import warm
from support.brokers import redis_broker
from support.databases import PostgresServer
from support.kafka import kafka_cluster, kafka_connection
from support.server import Server

HERE = Path(__file__).parent
EXECUTES = [MessageQueueTrigger, KafkaMessageQueueTrigger]
WAIT_S = 90

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("sql_server"), pytest.mark.timeout(300)]


@dataclass
class Place:
    """A running server, and what its connections lead to."""

    server: Server
    postgres: str
    redis: redis.Redis
    kafka: Producer

    def state(self, dag_id: str, run_id: str, task_id: str) -> str | None:
        """The state of a task."""
        return self.server.states(dag_id, run_id).get(f"{task_id}[-1]")

    def until(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        """Wait for a task's state."""
        self.wait(lambda: self.state(dag_id, run_id, task_id) == state, f"{task_id} of {dag_id} to be {state}")

    @staticmethod
    def wait(look: Callable[[], Any], what: str) -> Any:
        """What a look finds, once it finds anything."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"waited {WAIT_S} s for {what}")

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value") -> Any:
        """What a task pushed; tuples, which the server shows as what they are stored as, as lists."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}?deserialize=true"
        return _lists(self.server.get(path)["value"])

    def log(self, dag_id: str, run_id: str, task_id: str) -> str:
        """The log of the first attempt."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/1?full_content=true"
        return str(self.server.get(path)["content"])

    def tradewind(self, *words: str) -> None:
        """Run a command."""
        command = [sys.executable, "-m", "tradewind", *words]
        done = warm.run(command, env=self.server.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def _lists(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"__tw__", "v"}:
        value = value["v"]
    return [_lists(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def place(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The server with the DAG files of this folder; its connections are stored by three ways of the command line."""
    folder = tmp_path_factory.mktemp("sql")
    for name in ("sql_dags", "message_dags"):
        shutil.copytree(HERE / name, folder / "dags", dirs_exist_ok=True)
    url = postgres.empty()
    with (
        redis_broker(folder) as broker,
        kafka_cluster() as address,
        Server(folder / "home", folder / "dags", env=_environment(broker.port, address), start_timeout_s=90) as server,
        redis.Redis(port=broker.port, db=2, decode_responses=True) as client,
    ):
        place = Place(server, url, client, Producer({"bootstrap.servers": address}))
        name, port = url.rsplit("/", 1)[1], str(postgres.port)
        fields = ["--conn-type=postgres", "--conn-login=postgres", "--conn-host=127.0.0.1", f"--conn-port={port}"]
        extra = json.dumps({"sslmode": "prefer", "connect_timeout": 5})
        place.tradewind("connections", "add", "pg", *fields, f"--conn-schema={name}", f"--conn-extra={extra}")
        lite = json.dumps({"conn_type": "sqlite", "host": f"{folder}/lite.db"})
        place.tradewind("connections", "add", "lite", f"--conn-json={lite}")
        place.tradewind("connections", "add", "nowhere", "--conn-uri=postgresql://nobody:secret@127.0.0.1:1/x")
        server.wait_dags({"moving", "waiting", "kafka_wait", "redis_keys", "on_redis_news", "long_query"}, WAIT_S)
        yield place
    postgres.drop(url)


def _environment(redis_port: int, kafka: str) -> dict[str, str]:
    groups = ("default", "other", "waiting", "each", "watch")
    connections = {f"AIRFLOW_CONN_KAFKA_{name.upper()}": kafka_connection(kafka, group=name) for name in groups}
    unpaused = {"AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False"}
    return {
        **unpaused,
        **connections,
        "AIRFLOW_CONN_REDIS_DEFAULT": f'redis://127.0.0.1:{redis_port}/?__extra__={{"db": 2}}',
    }


def test_pages_of_a_transfer_are_read_in_the_triggerer_by_a_stored_connection(place: Place):
    run_id = place.server.trigger("moving")
    run = place.server.wait_run("moving", run_id, WAIT_S)
    assert run["state"] == "success", place.server.states("moving", run_id)
    for task_id, expected in {"whole": [7, 560, 7], "paged": [7, 280, 7], "deferred": [7, 280, 7]}.items():
        assert place.xcom("moving", run_id, f"{task_id}_there") == [expected]
    log = place.log("moving", run_id, "deferred")
    assert "SELECT id, amount FROM source ORDER BY id LIMIT 3 OFFSET 6" in log
    assert place.state("moving", run_id, "nothing") == "skipped"


def test_sensors_wait_beside_each_other_for_a_row_that_comes(place: Place):
    run_id = place.server.trigger("waiting", {"conn_id": "pg"})
    assert place.server.wait_run("waiting", run_id, WAIT_S)["state"] == "success"


def test_checks_and_branches_decide_on_a_server_as_they_do_at_home(place: Place):
    date = "2026-03-02"
    for dag_id in ("queries", "checks"):
        run_id = place.server.trigger(dag_id, {"conn_id": "lite"}, logical_date=f"{date}T00:00:00Z")
        run = place.server.wait_run(dag_id, run_id, WAIT_S)
        assert run["state"] == "success", place.server.states(dag_id, run_id)
    assert (place.state("checks", run_id, "many"), place.state("checks", run_id, "few")) == ("success", "skipped")
    run_id = place.server.trigger("failing_checks", {"conn_id": "lite"})
    place.until("failing_checks", run_id, "check", "failed")
    assert "Test failed.\\nQuery:\\nSELECT 0" in place.log("failing_checks", run_id, "check")


def test_a_connection_that_leads_nowhere_tells_the_drivers_own_error_and_no_password(place: Place):
    run_id = place.server.trigger("queries", {"conn_id": "nowhere"})
    assert place.server.wait_run("queries", run_id, WAIT_S)["state"] == "failed"
    log = place.log("queries", run_id, "make")
    assert "OperationalError" in log
    assert "port 1 failed: Connection refused" in log
    assert "secret" not in log


def test_a_task_waits_for_a_kafka_message_without_a_worker(place: Place):
    place.kafka.produce("later", value='{"number": 2}')  # which is not waited for; it makes the topic
    place.kafka.flush(10)
    run_id = place.server.trigger("kafka_wait", {"topic": "later", "number": 3})
    place.until("kafka_wait", run_id, "wait", "deferred")
    assert place.server.wait_run("kafka_orders", place.server.trigger("kafka_orders", {"topic": "later"}), WAIT_S)
    assert place.server.wait_run("kafka_wait", run_id, WAIT_S)["state"] == "success"
    assert place.xcom("kafka_wait", run_id, "wait", "order") == {"number": 3, "seen_by": "kafka_wait"}


def test_redis_is_heard_with_a_worker_and_from_the_triggerer(place: Place):
    for dag_id, task_id, state in (("redis_listen", "sensor", "running"), ("redis_hear", "hear", "deferred")):
        run_id = place.server.trigger(dag_id)
        place.until(dag_id, run_id, task_id, state)
        place.wait(lambda: place.redis.publish("heard", "hello"), f"{dag_id} to listen")
        assert place.server.wait_run(dag_id, run_id, WAIT_S)["state"] == "success"
    assert place.xcom("redis_hear", run_id, "hear") == "hello"


@pytest.mark.parametrize("dag_id", ["on_redis_news", "on_kafka_news"])
def test_messages_start_the_dags_that_watch_for_them(place: Place, dag_id: str):
    def tell_and_look() -> list[dict[str, Any]]:
        if dag_id == "on_redis_news":
            place.redis.publish("news", "fire")
        else:
            place.kafka.produce("news", value="fire")
            place.kafka.flush(10)
        return place.server.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]

    run_id = place.wait(tell_and_look, f"a run of {dag_id}")[0]["dag_run_id"]
    assert place.server.wait_run(dag_id, run_id, WAIT_S)["state"] == "success"
    told = place.xcom(dag_id, run_id, "payload")
    assert (told[0]["data"] if dag_id == "on_redis_news" else told[0]) == "fire"


@pytest.mark.parametrize("how", ["cleared", "marked failed"])
def test_a_query_is_called_off_in_the_database_when_its_task_is_stopped(place: Place, how: str):
    def running() -> int:
        with psycopg.connect(place.postgres) as db:
            query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'long_query' AND state = 'active'"
            (count,) = db.execute(query).fetchone() or (0,)
            return count

    run_id = place.server.trigger("long_query")
    place.wait(running, "the query to run")
    tasks = "/api/v2/dags/long_query"
    if how == "cleared":
        body = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": ["sleep"],
            "only_failed": False,
            "only_running": True,
        }
        place.server.request("POST", f"{tasks}/clearTaskInstances", body)
        place.wait(lambda: "called off: [(True,)]" in place.log("long_query", run_id, "sleep"), "the first try to end")
        place.wait(running, "the second try to run")
    place.server.request("PATCH", f"{tasks}/dagRuns/{run_id}/taskInstances/sleep", {"new_state": "failed"})
    place.wait(lambda: not running(), "the query to be gone")
    assert place.server.wait_run("long_query", run_id, WAIT_S)["state"] == "failed"

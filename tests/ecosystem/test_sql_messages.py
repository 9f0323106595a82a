"""Kafka, Redis and files by the packages of Airflow, as published; the DAG files run by `dag.test()`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from airflow.providers.apache.kafka.hooks.consume import KafkaConsumerHook
from airflow.providers.apache.kafka.hooks.produce import KafkaProducerHook
from airflow.providers.apache.kafka.operators.consume import ConsumeFromTopicOperator
from airflow.providers.apache.kafka.operators.produce import ProduceToTopicOperator
from airflow.providers.apache.kafka.sensors.kafka import AwaitMessageSensor, AwaitMessageTriggerFunctionSensor
from airflow.providers.apache.kafka.triggers.await_message import AwaitMessageTrigger as AwaitKafkaTrigger
from airflow.providers.common.io.operators.file_transfer import FileTransferOperator
from airflow.providers.redis.hooks.redis import RedisHook
from airflow.providers.redis.operators.redis_publish import RedisPublishOperator
from airflow.providers.redis.sensors.redis_key import RedisKeySensor
from airflow.providers.redis.sensors.redis_pub_sub import RedisPubSubSensor
from airflow.providers.redis.triggers.redis_await_message import AwaitMessageTrigger as AwaitRedisTrigger
from confluent_kafka import Producer

from support.brokers import redis_broker
from support.dag_files import run_dag_file
from support.kafka import kafka_cluster, kafka_connection
from tradewind.testing.result import DagResult

DAGS = Path(__file__).parent / "message_dags"
EXECUTES = [
    ProduceToTopicOperator,
    ConsumeFromTopicOperator,
    KafkaProducerHook,
    KafkaConsumerHook,
    RedisHook,
    RedisKeySensor,
    RedisPublishOperator,
    RedisPubSubSensor,
    FileTransferOperator,
]
DEFERS = [AwaitMessageSensor, AwaitMessageTriggerFunctionSensor, AwaitKafkaTrigger, AwaitRedisTrigger]


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Kafka, as the connections of the DAG files."""
    with kafka_cluster() as address:
        for name in ("default", "other", "waiting", "each"):
            monkeypatch.setenv(f"AIRFLOW_CONN_KAFKA_{name.upper()}", kafka_connection(address, group=name))
        yield address


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """A Redis, its database 2 as the connection `redis_default`."""
    with redis_broker(tmp_path) as broker:
        monkeypatch.setenv("AIRFLOW_CONN_REDIS_DEFAULT", f'redis://127.0.0.1:{broker.port}/?__extra__={{"db": 2}}')
        with redis.Redis(port=broker.port, db=2, decode_responses=True) as client:
            yield client


@pytest.fixture
def while_running() -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Repeats an action beside the test until it says that it is done."""
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def start(action: Callable[[], bool]) -> None:
        def repeat() -> None:
            while not ended.wait(0.05) and not action():
                pass

        threads.append(threading.Thread(target=repeat))
        threads[-1].start()

    yield start
    ended.set()
    for thread in threads:
        thread.join()


def errors(run: DagResult) -> list[tuple[str, str]]:
    """What went wrong, by task."""
    return [(one.name, one.error) for one in run.task_instances if one.error]


def test_messages_are_produced_and_consumed_one_by_one_and_in_batches(kafka: str, capfd: pytest.CaptureFixture[str]):
    run = run_dag_file(DAGS / "kafka_orders.py")
    assert run.is_success, errors(run)
    assert sorted(run.xcom("consume")) == [100, 101, 102, 103, 104]
    assert "a batch of 5" in capfd.readouterr().out


def test_a_sensor_waits_for_one_message_that_a_function_picks(kafka: str):
    run_dag_file(DAGS / "kafka_orders.py")
    run = run_dag_file(DAGS / "kafka_orders.py", "kafka_wait")
    assert run.is_success, errors(run)
    assert run.xcom("wait") == {"number": 3, "seen_by": "kafka_wait"}
    assert run.xcom("wait", "order") == {"number": 3, "seen_by": "kafka_wait"}


def test_a_sensor_that_calls_a_function_for_each_message_goes_on_until_it_is_told_to_end(
    kafka: str, capfd: pytest.CaptureFixture[str]
):
    producer = Producer({"bootstrap.servers": kafka})
    for word in ("one", "two", "stop"):
        producer.produce("words", value=word, partition=0)  # in one partition they keep their order
    producer.flush(10)
    run = run_dag_file(DAGS / "kafka_orders.py", "kafka_each")
    assert run.task("each").state == "skipped", errors(run)
    heard = [line for line in capfd.readouterr().out.splitlines() if line.startswith("heard")]
    assert heard == ["heard one in each", "heard two in each", "heard stop in each"]


def test_a_kafka_connection_without_servers_says_what_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW_CONN_KAFKA_DEFAULT", json.dumps({"conn_type": "kafka", "extra": {"group.id": "x"}}))
    run = run_dag_file(DAGS / "kafka_orders.py")
    assert "config['bootstrap.servers'] must be provided." in (run.task("produce").error or "")


def test_a_redis_key_is_waited_for_and_a_message_published(store: redis.Redis):
    with store.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe("said")
        heard.get_message(timeout=5)
        run = run_dag_file(DAGS / "redis_orders.py", "redis_keys")
        assert run.is_success, errors(run)
        message = heard.get_message(timeout=5)
    assert message is not None
    assert message["data"] == "publish of redis_keys"
    assert run.xcom("write") == 2


@pytest.mark.parametrize(("dag_id", "task_id"), [("redis_listen", "sensor"), ("redis_hear", "hear")])
def test_a_published_message_is_heard_with_a_worker_and_without(
    store: redis.Redis, while_running: Callable[..., None], dag_id: str, task_id: str
):
    while_running(lambda: store.publish("heard", "hello") == 1)
    run = run_dag_file(DAGS / "redis_orders.py", dag_id)
    assert run.is_success, errors(run)
    found = run.xcom(task_id) if task_id == "hear" else run.xcom(task_id, "message")["data"]
    assert found in {"hello", b"hello"}


def test_a_file_is_copied_and_not_over_another(tmp_path: Path):
    (tmp_path / "from.txt").write_text("content")
    run = run_dag_file(DAGS / "files.py", conf={"folder": str(tmp_path)})
    assert (tmp_path / "to.txt").read_text() == "content"
    assert run.states == {"copy": "success", "again": "failed", "over": "success"}
    assert "already exists" in (run.task("again").error or "")

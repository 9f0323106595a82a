"""Kafka's trigger that reads through a shared producer: its messages come, and their offsets are committed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from airflow.providers.apache.kafka.triggers.shared_stream import KafkaSharedStreamTrigger

from support.kafka import kafka_cluster, kafka_connection
from tradewind.worker.shared_streams import stream_events

EXECUTES = [KafkaSharedStreamTrigger]
TOPIC = "shared-orders"


def committed(address: str, group: str) -> int:
    """How far the group has come, by the broker."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": address, "group.id": group})
    try:
        places = consumer.committed([TopicPartition(TOPIC, number) for number in range(4)], timeout=20)
    finally:
        consumer.close()
    return sum(place.offset for place in places if place.offset > 0)


def test_messages_come_through_and_those_done_with_are_committed(monkeypatch: pytest.MonkeyPatch):
    with kafka_cluster() as address:
        from airflow.providers.apache.kafka.triggers.shared_stream import KafkaSharedStreamTrigger
        from confluent_kafka import Producer

        monkeypatch.setenv("AIRFLOW_CONN_KAFKA_DEFAULT", kafka_connection(address, group="shared"))
        producer = Producer({"bootstrap.servers": address})
        for order in ("one", "two", "three"):
            producer.produce(TOPIC, value=order.encode(), partition=0)
        producer.flush(20)

        async def first_two() -> list[Any]:
            events: Any = stream_events(KafkaSharedStreamTrigger(topics=[TOPIC]))
            found = [(await anext(events)).payload, (await anext(events)).payload]
            await events.aclose()
            return found

        assert asyncio.run(asyncio.wait_for(first_two(), 60)) == ["one", "two"]
        assert committed(address, "shared") == 2


def test_two_triggers_of_one_topic_both_get_every_message(monkeypatch: pytest.MonkeyPatch):
    with kafka_cluster() as address:
        from airflow.providers.apache.kafka.triggers.shared_stream import KafkaSharedStreamTrigger
        from confluent_kafka import Producer

        monkeypatch.setenv("AIRFLOW_CONN_KAFKA_DEFAULT", kafka_connection(address, group="both"))
        producer = Producer({"bootstrap.servers": address})
        for number, order in enumerate(("one", "two", "three")):
            producer.produce(TOPIC, value=order.encode(), partition=number)
        producer.flush(20)

        async def all_three() -> set[str]:
            events: Any = stream_events(KafkaSharedStreamTrigger(topics=[TOPIC]))
            found = {(await anext(events)).payload for _ in range(3)}
            await events.aclose()
            return found

        async def both() -> list[set[str]]:
            return await asyncio.gather(all_three(), all_three())

        assert asyncio.run(asyncio.wait_for(both(), 60)) == [{"one", "two", "three"}] * 2
        assert committed(address, "both") == 3

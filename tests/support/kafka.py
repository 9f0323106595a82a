"""A Kafka that is the client library's own cluster for tests: real sockets, nothing to install, gone with its owner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["kafka_cluster", "kafka_connection"]


@contextmanager
def kafka_cluster() -> Iterator[str]:
    """The address of a running cluster; topics are there when they are first written to."""
    confluent_kafka = pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed")
    owner = confluent_kafka.Producer({"bootstrap.servers": "unused:1", "test.mock.num.brokers": "1"})
    brokers = owner.list_topics(timeout=20).brokers
    first = next(iter(brokers.values()))
    yield f"{first.host}:{first.port}"
    owner.flush(1)


def kafka_connection(address: str, *, group: str) -> str:
    """A connection to it, as JSON: reads topics from their beginning, and commits what it is told to."""
    settings = {
        "bootstrap.servers": address,
        "group.id": group,
        "auto.offset.reset": "beginning",
        "enable.auto.commit": False,
        "session.timeout.ms": 6000,
    }
    return json.dumps({"conn_type": "kafka", "extra": settings})

"""A Kafka that is the client library's own cluster for tests: real sockets, nothing to install, gone with its owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["kafka_cluster"]


@contextmanager
def kafka_cluster() -> Iterator[str]:
    """The address of a running cluster; topics are there when they are first written to."""
    confluent_kafka = pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed")
    owner = confluent_kafka.Producer({"bootstrap.servers": "unused:1", "test.mock.num.brokers": "1"})
    brokers = owner.list_topics(timeout=20).brokers
    first = next(iter(brokers.values()))
    yield f"{first.host}:{first.port}"
    owner.flush(1)

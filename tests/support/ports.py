"""Ports for servers of tests: from the asking to the listening, and between two starts, nobody else gets them."""

from __future__ import annotations

import itertools
import random
import socket
from collections.abc import Iterator
from functools import cache

__all__ = ["free_port"]

FIRST, LAST, BLOCK = 15_000, 32_000, 100
"""Below those that the kernel gives to whoever asks for any, and to every connection."""


def free_port() -> int:
    """A port nobody listens on; other processes that ask here are given others as long as this one lives."""
    ports = _ports()
    for port in itertools.islice(ports, BLOCK):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:  # somebody listens there
                continue
        return port
    raise RuntimeError(f"none of the {BLOCK} ports of this process is free: are servers of tests left running?")


@cache
def _ports() -> Iterator[int]:
    """A block of ports that no other process has, round and round."""
    blocks = list(range(FIRST, LAST, BLOCK))
    random.SystemRandom().shuffle(blocks)  # the usual one says the same to all workers
    for first in blocks:
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0tradewind-tests-ports-{first}")
        except OSError:  # another process has this block
            mark.close()
            continue
        mark.detach()  # stays bound until this process ends
        return itertools.cycle(range(first, first + BLOCK))
    raise RuntimeError(f"all ports between {FIRST} and {LAST} are taken by processes that run tests")

"""Identities: time-ordered UUIDs (RFC 9562, version 7) as strings, from a source that tests can replace."""

from __future__ import annotations

import os
import time
from typing import Protocol

__all__ = ["IdSource", "SequentialIds", "UuidSource", "uuid7"]


def uuid7(unix_ms: int, random_bytes: bytes) -> str:
    """A version 7 UUID from a time in milliseconds and ten random bytes.

    Raises:
        ValueError: `random_bytes` are not ten.
    """
    if len(random_bytes) != 10:
        raise ValueError(f"ten random bytes are needed, not {len(random_bytes)}")
    rand = int.from_bytes(random_bytes, "big")
    value = (unix_ms & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | ((rand >> 68) & 0xFFF) << 64
    value |= 0b10 << 62 | (rand & ((1 << 62) - 1))
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class IdSource(Protocol):
    """Where new identities come from."""

    def new(self) -> str:
        """An identity that was never given before."""
        ...


class UuidSource:
    """Version 7 UUIDs from the machine's clock and randomness."""

    def new(self) -> str:
        return uuid7(time.time_ns() // 1_000_000, os.urandom(10))


class SequentialIds:
    """Predictable identities for tests and simulation: `<prefix>1`, `<prefix>2`, ..."""

    def __init__(self, prefix: str = "id-") -> None:
        self._prefix = prefix
        self._last = 0

    def new(self) -> str:
        self._last += 1
        return f"{self._prefix}{self._last}"

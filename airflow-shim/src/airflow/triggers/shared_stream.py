"""What a trigger declares that shares one stream of messages with its like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["AdvanceItem", "AdvanceOutcome", "SharedStreamProducer"]


@dataclass(frozen=True, slots=True)
class AdvanceOutcome:
    """What became of a message: how many of the triggers that saw it took, refused or lost it."""

    acked: int = 0
    rejected: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class AdvanceItem:
    """A message that all triggers are done with."""

    broker_payload: Any
    """What the producer needs to tell the broker so."""
    outcome: AdvanceOutcome = field(default_factory=AdvanceOutcome)


class SharedStreamProducer(ABC):
    """Reads a broker once for all triggers of one key, and tells it how far they are."""

    @abstractmethod
    def open_stream(self) -> AsyncIterator[tuple[Any, Any]]:
        """Each message, and what `advance` needs of it."""

    def get_advance_lane(self, broker_payload: Any) -> Hashable:  # noqa: ARG002 - for subclasses
        """Messages of one lane are told to `advance` in their order."""
        return None

    @abstractmethod
    async def advance(self, batch: Sequence[AdvanceItem]) -> None:
        """Tell the broker that these messages of one lane are done with."""

    async def aclose(self) -> None:
        """Let go of the broker."""
        return

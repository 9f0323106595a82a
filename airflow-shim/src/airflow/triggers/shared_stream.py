"""What a trigger declares that reads messages through a producer; here each such trigger has a stream of its own."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Hashable, Sequence
from typing import Any

from tradewind.worker.shared_streams import Outcome, Progress, reject

__all__ = ["AdvanceItem", "AdvanceOutcome", "SharedStreamProducer", "reject_shared_stream_event"]

log = logging.getLogger(__name__)

AdvanceItem = Progress
AdvanceOutcome = Outcome


class SharedStreamProducer(ABC):
    """Reads a broker, and tells it which messages are done with."""

    @abstractmethod
    def open_stream(self) -> AsyncIterator[tuple[Any, Any]]:
        """Each message, and what `advance` needs of it."""

    def get_advance_lane(self, broker_payload: Any) -> Hashable:  # noqa: ARG002 - for subclasses
        """Messages of one lane are told to `advance` in their order; here all are."""
        return None

    @abstractmethod
    async def advance(self, batch: Sequence[AdvanceItem]) -> None:
        """Tell the broker that these messages of one lane are done with."""

    async def aclose(self) -> None:
        """Let go of the broker."""
        return


def reject_shared_stream_event() -> None:
    """Refuse the message that `filter_shared_stream` looks at: it is not given again."""
    if not reject():
        log.warning("reject_shared_stream_event is for a trigger that looks at a message; it does nothing here")

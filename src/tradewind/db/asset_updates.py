"""What a worker tells of assets, as the core wants to hear it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from tradewind.core.events import AssetUpdate
from tradewind.protocol.waits import AssetTouch

__all__ = ["updates_of"]

SPACE = UUID("5f3a1f0e-6f0b-4c57-9d0e-0d6f6a3f6a51")
"""Names of the further events of a touch are made in it, so that telling twice gives the same."""


def updates_of(touches: Sequence[AssetTouch]) -> tuple[AssetUpdate, ...]:
    """One update for each asset; for each partition of it, where it has several."""
    found: list[AssetUpdate] = []
    for touch in touches:
        keys: Sequence[str | None] = list(dict.fromkeys(touch.partition_keys)) or [None]
        for n, key in enumerate(keys):
            found.append(
                AssetUpdate(
                    uid=touch.uid if n == 0 else str(uuid5(SPACE, f"{touch.uid}/{key}")),
                    name=touch.name,
                    uri=touch.uri,
                    group=touch.group,
                    extra=touch.extra,
                    aliases=tuple(touch.aliases),
                    partition_key=key,
                )
            )
    return tuple(found)

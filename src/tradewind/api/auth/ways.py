"""What recognising somebody needs of the API around it: two ways to the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from tradewind.db.engine import Tx

__all__ = ["Ways"]

T = TypeVar("T")


class Ways(Protocol):
    """Transactions off the event loop."""

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run a query in a read transaction."""
        ...

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run changes in a write transaction."""
        ...

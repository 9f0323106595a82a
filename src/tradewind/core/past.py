"""What an instance owes to the run before: depends_on_past and wait_for_downstream."""

from __future__ import annotations

from tradewind.core.graph import Node
from tradewind.core.machine import Machine
from tradewind.core.run import Run

__all__ = ["allows"]


def allows(m: Machine, run: Run, node: Node, index: int) -> bool:
    """Whether the run before lets this instance go."""
    return True

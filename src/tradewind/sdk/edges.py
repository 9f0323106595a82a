"""Ways to draw many arrows at once, and labels on them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.dependency import Dependable, DependencyMixin, EdgeModifier

__all__ = ["EdgeModifier", "Label", "chain", "chain_linear", "cross_downstream"]


def Label(label: str) -> EdgeModifier:  # noqa: N802 - Airflow's name
    """Words for an arrow: ``check >> Label("bad") >> alert``."""
    return EdgeModifier(label)


def chain(*tasks: Dependable) -> None:
    """Let each wait for the one before it. Two lists side by side must be of one length and are joined pair by pair.

    Raises:
        InvalidArgument: two neighbouring lists differ in length.
        InvalidArgumentType: something can't have dependencies.
    """
    for above, below in pairwise(tasks):
        if isinstance(above, DependencyMixin):
            above.set_downstream(below)
        elif isinstance(below, DependencyMixin):
            below.set_upstream(above)
        elif isinstance(above, Sequence) and isinstance(below, Sequence):
            if len(above) != len(below):
                raise InvalidArgument(
                    f"chain joins neighbouring lists pair by pair, but got lists of {len(above)} and {len(below)} tasks; "
                    "cross_downstream or chain_linear join each with each"
                )
            for one, other in zip(above, below, strict=True):
                one.set_downstream(other)
        else:
            raise InvalidArgumentType(f"chain takes tasks and lists of them, not {above!r} and {below!r}")


def chain_linear(*elements: Dependable) -> None:
    """Let each wait for all of the one before it, lists included.

    Raises:
        InvalidArgument: there is nothing to chain.
    """
    rows = [row for row in (_row(element) for element in elements) if row]
    if len(rows) < 2:
        raise InvalidArgument("chain_linear needs at least two things that are not empty")
    for above, below in pairwise(rows):
        for one in above:
            one.set_downstream(below)


def cross_downstream(from_tasks: Sequence[DependencyMixin], to_tasks: Dependable) -> None:
    """Let each of `to_tasks` wait for each of `from_tasks`."""
    for one in from_tasks:
        one.set_downstream(to_tasks)


def _row(element: Dependable) -> list[DependencyMixin]:
    if isinstance(element, DependencyMixin):
        return [element]
    if isinstance(element, Sequence) and not isinstance(element, str):
        return list(element)
    raise InvalidArgumentType(f"chain_linear takes tasks and lists of them, not {element!r}")

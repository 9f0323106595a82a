"""Trigger rules as arithmetic on tallies: what to do with an instance, given how many of its upstreams ended as what.

A tally is one integer made of fields of 24 bits, one field for each way of ending; a change of state of an upstream
adds and subtracts constants. Three kinds of upstream edge count in different fields: a direct upstream, a direct
upstream that is a setup, and a setup further up that the task lives under ("indirect").
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from tradewind.core.states import STATES, TaskState

__all__ = ["DIRECT", "INDIRECT", "RULES", "SETUP", "TOTALS", "WEIGHTS", "Verdict", "decide", "shape"]

DIRECT: Final = 0
SETUP: Final = 1
INDIRECT: Final = 2

_BITS: Final = 24
_MASK: Final = (1 << _BITS) - 1


class Verdict(IntEnum):
    """What a rule says about an instance."""

    WAIT = 0
    RUN = 1
    SKIP = 2
    UPSTREAM_FAILED = 3
    REMOVE = 4


# fields of a tally, lowest first
_SUCCESS, _SKIPPED, _FAILED, _UPSTREAM_FAILED, _REMOVED = (n * _BITS for n in range(5))
_SETUP_SUCCESS, _SETUP_SKIPPED = 5 * _BITS, 6 * _BITS
_INDIRECT_SUCCESS, _INDIRECT_SKIPPED, _INDIRECT_FAILED, _INDIRECT_REMOVED = (n * _BITS for n in range(7, 11))
FIELDS: Final = 11

_T = TaskState
_DIRECT_FIELDS = {
    _T.SUCCESS: 1 << _SUCCESS,
    _T.SKIPPED: 1 << _SKIPPED,
    _T.FAILED: 1 << _FAILED,
    _T.UPSTREAM_FAILED: 1 << _UPSTREAM_FAILED,
    _T.REMOVED: 1 << _REMOVED,
}
_SETUP_FIELDS = {_T.SUCCESS: 1 << _SETUP_SUCCESS, _T.SKIPPED: 1 << _SETUP_SKIPPED}
_INDIRECT_FIELDS = {
    _T.SUCCESS: 1 << _INDIRECT_SUCCESS,
    _T.SKIPPED: 1 << _INDIRECT_SKIPPED,
    _T.FAILED: 1 << _INDIRECT_FAILED,
    _T.UPSTREAM_FAILED: 1 << _INDIRECT_FAILED,
    _T.REMOVED: 1 << _INDIRECT_REMOVED,
}


def _weights(*fields: dict[TaskState, int]) -> tuple[int, ...]:
    return tuple(0 if state is None else sum(f.get(state, 0) for f in fields) for state in STATES)


WEIGHTS: Final = (_weights(_DIRECT_FIELDS), _weights(_DIRECT_FIELDS, _SETUP_FIELDS), _weights(_INDIRECT_FIELDS))
"""By kind of edge, by code of the upstream's state: what it adds to the tally of its downstream."""

TOTALS: Final = (1, 1 | 1 << _BITS, 1 << 2 * _BITS)
"""By kind of edge: what one upstream instance, in whatever state, adds to the total (direct, setups, indirect)."""


def shape(tally: int, total: int) -> int:
    """Which fields are not zero, and whether all upstreams have ended: a verdict that holds for one instance of a
    mapped task can change only when this does, or with the instance's own part of the tally."""
    bits = 0
    for n in range(FIELDS):
        bits = bits << 1 | (tally >> n * _BITS & _MASK > 0)
    done = sum(tally >> n * _BITS & _MASK for n in range(5))
    indirect = tally >> _INDIRECT_SUCCESS & _MASK
    return bits << 2 | (done >= total & _MASK) << 1 | (indirect >= total >> 2 * _BITS)


def decide(rule: int, tally: int, total: int, index: int) -> Verdict:
    """What to do with an instance.

    Args:
        rule: code of the trigger rule (`RULES`).
        tally: how its upstreams ended.
        total: how many upstreams there are.
        index: its map index; -1 for one that is not mapped.
    """
    if total == 0 or rule == ALWAYS:
        return Verdict.RUN
    if rule == ALL_SUCCESS and tally == total:
        # all are plain upstreams in success: by far the most frequent case
        return Verdict.RUN
    counts = Counts(tally, total, index)
    if counts.indirect:
        verdict = _under_setups(counts)
        if verdict is not Verdict.RUN:
            return verdict
    return _FUNCTIONS[rule](counts)


class Counts:
    """A tally in words."""

    __slots__ = (
        "done",
        "failed",
        "index",
        "indirect",
        "indirect_failed",
        "indirect_removed",
        "indirect_skipped",
        "indirect_success",
        "removed",
        "setup_skipped",
        "setup_success",
        "setups",
        "skipped",
        "success",
        "total",
        "upstream_failed",
    )

    def __init__(self, tally: int, total: int, index: int) -> None:
        self.success = tally & _MASK
        self.skipped = tally >> _SKIPPED & _MASK
        self.failed = tally >> _FAILED & _MASK
        self.upstream_failed = tally >> _UPSTREAM_FAILED & _MASK
        self.removed = tally >> _REMOVED & _MASK
        self.setup_success = tally >> _SETUP_SUCCESS & _MASK
        self.setup_skipped = tally >> _SETUP_SKIPPED & _MASK
        self.indirect_success = tally >> _INDIRECT_SUCCESS & _MASK
        self.indirect_skipped = tally >> _INDIRECT_SKIPPED & _MASK
        self.indirect_failed = tally >> _INDIRECT_FAILED & _MASK
        self.indirect_removed = tally >> _INDIRECT_REMOVED & _MASK
        self.done = self.success + self.skipped + self.failed + self.upstream_failed + self.removed
        self.total = total & _MASK
        self.setups = total >> _BITS & _MASK
        self.indirect = total >> 2 * _BITS & _MASK
        self.index = index

    @property
    def all_done(self) -> bool:
        return self.done >= self.total

    @property
    def bad(self) -> int:
        return self.failed + self.upstream_failed

    @property
    def forgiven(self) -> int:
        """Removed upstreams: a mapped instance may run without them."""
        return self.removed if self.index >= 0 else 0


def _under_setups(c: Counts) -> Verdict:
    """All setups that the task lives under must succeed; the first that does not decides."""
    if c.indirect_failed:
        return Verdict.UPSTREAM_FAILED
    if c.indirect_skipped:
        return Verdict.SKIP
    if c.indirect_removed and c.indirect_success and c.index >= c.indirect_success:
        return Verdict.REMOVE
    forgiven = c.indirect_removed if c.index >= 0 else 0
    return Verdict.RUN if c.indirect - c.indirect_success - forgiven <= 0 else Verdict.WAIT


def _all_success(c: Counts) -> Verdict:
    if c.bad:
        return Verdict.UPSTREAM_FAILED
    if c.skipped:
        return Verdict.SKIP
    if c.removed and c.success and c.index >= c.success:
        return Verdict.REMOVE
    return Verdict.RUN if c.total - c.success - c.forgiven <= 0 else Verdict.WAIT


def _all_failed(c: Counts) -> Verdict:
    if c.success or c.skipped:
        return Verdict.SKIP
    return Verdict.RUN if c.total - c.bad - c.forgiven <= 0 else Verdict.WAIT


def _all_done(c: Counts) -> Verdict:
    return Verdict.RUN if c.all_done else Verdict.WAIT


def _all_done_min_one_success(c: Counts) -> Verdict:
    if c.skipped:
        return Verdict.SKIP
    if not c.all_done:
        return Verdict.WAIT
    return Verdict.RUN if c.success else Verdict.UPSTREAM_FAILED


def _all_done_setup_success(c: Counts) -> Verdict:
    if not c.all_done:
        return Verdict.WAIT
    if c.setups and c.setup_skipped >= c.setups:
        return Verdict.SKIP
    return Verdict.UPSTREAM_FAILED if c.setups and not c.setup_success else Verdict.RUN


def _all_skipped(c: Counts) -> Verdict:
    if c.success or c.bad:
        return Verdict.SKIP
    return Verdict.RUN if c.skipped >= c.total else Verdict.WAIT


def _one_success(c: Counts) -> Verdict:
    if c.success:
        return Verdict.RUN
    if not c.all_done:
        return Verdict.WAIT
    return Verdict.SKIP if c.done == c.skipped else Verdict.UPSTREAM_FAILED


def _one_failed(c: Counts) -> Verdict:
    if c.bad:
        return Verdict.RUN
    return Verdict.SKIP if c.all_done else Verdict.WAIT


def _one_done(c: Counts) -> Verdict:
    if c.success or c.failed:
        return Verdict.RUN
    return Verdict.SKIP if c.all_done else Verdict.WAIT


def _none_failed(c: Counts) -> Verdict:
    if c.bad:
        return Verdict.UPSTREAM_FAILED
    return Verdict.RUN if c.total - c.success - c.skipped - c.forgiven <= 0 else Verdict.WAIT


def _none_failed_min_one_success(c: Counts) -> Verdict:
    if not c.bad and c.skipped == c.total:
        return Verdict.SKIP
    return _none_failed(c)


def _none_skipped(c: Counts) -> Verdict:
    if c.skipped:
        return Verdict.SKIP
    return Verdict.RUN if c.all_done else Verdict.WAIT


def _always(_: Counts) -> Verdict:
    return Verdict.RUN


_TABLE: Final[tuple[tuple[str, Callable[[Counts], Verdict]], ...]] = (
    ("all_success", _all_success),
    ("all_failed", _all_failed),
    ("all_done", _all_done),
    ("all_done_min_one_success", _all_done_min_one_success),
    ("all_done_setup_success", _all_done_setup_success),
    ("one_success", _one_success),
    ("one_failed", _one_failed),
    ("one_done", _one_done),
    ("none_failed", _none_failed),
    ("none_failed_min_one_success", _none_failed_min_one_success),
    ("none_skipped", _none_skipped),
    ("always", _always),
    ("all_skipped", _all_skipped),
)
RULES: Final = {name: code for code, (name, _) in enumerate(_TABLE)}
"""Code of each trigger rule."""
_FUNCTIONS: Final = tuple(function for _, function in _TABLE)
ALWAYS: Final = RULES["always"]
ALL_SUCCESS: Final = RULES["all_success"]

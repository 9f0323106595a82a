"""The closed sets of words that tasks are declared with: trigger rules, weight rules, isolations."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Isolation", "TriggerRule", "WeightRule"]


class TriggerRule(StrEnum):
    """What the upstream tasks must have come to before a task runs."""

    ALL_SUCCESS = "all_success"
    ALL_FAILED = "all_failed"
    ALL_DONE = "all_done"
    ALL_DONE_MIN_ONE_SUCCESS = "all_done_min_one_success"
    ALL_DONE_SETUP_SUCCESS = "all_done_setup_success"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    ONE_DONE = "one_done"
    NONE_FAILED = "none_failed"
    NONE_SKIPPED = "none_skipped"
    ALWAYS = "always"
    NONE_FAILED_MIN_ONE_SUCCESS = "none_failed_min_one_success"
    ALL_SKIPPED = "all_skipped"


class WeightRule(StrEnum):
    """How a task's priority follows from the weights around it."""

    DOWNSTREAM = "downstream"
    """Its own weight and that of all tasks below it."""
    UPSTREAM = "upstream"
    """Its own weight and that of all tasks above it."""
    ABSOLUTE = "absolute"
    """Its own weight."""


class Isolation(StrEnum):
    """How much of a process a task gets to itself."""

    FORK = "fork"
    """A fresh process, forked from a warm one."""
    SPAWN = "spawn"
    """A fresh interpreter."""
    REUSE = "reuse"
    """A process that runs many attempts, one after another."""

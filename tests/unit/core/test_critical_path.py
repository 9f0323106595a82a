"""Which tasks made a run as long as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tradewind.core.critical_path import critical_path

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def ends(**seconds: int) -> dict[str, datetime]:
    return {task: BEGIN + timedelta(seconds=after) for task, after in seconds.items()}


def test_the_path_leads_back_from_the_last_end_along_what_was_waited_for_last() -> None:
    upstream = {"b": ["a"], "c": ["a"], "d": ["b", "c"], "aside": []}
    assert critical_path(upstream, ends(a=1, b=2, c=5, d=6, aside=4)) == ["a", "c", "d"]


def test_what_did_not_run_is_on_no_path() -> None:
    assert critical_path({"b": ["a", "skipped"]}, ends(a=1, b=2)) == ["a", "b"]
    assert critical_path({"b": ["a"]}, {}) == []


def test_a_loop_of_upstreams_ends_where_it_began() -> None:
    assert critical_path({"a": ["b"], "b": ["a"]}, ends(a=1, b=2)) == ["a", "b"]

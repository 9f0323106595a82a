"""The words in which a cause is told."""

from __future__ import annotations

from tradewind.core.why.causes import ended


def test_a_reason_that_ends_with_a_mark_gets_no_second_one() -> None:
    assert ended("a failed: ValueError: no rows") == "a failed: ValueError: no rows."
    assert ended("a failed: It returned 127.") == "a failed: It returned 127."
    assert ended("a failed: why?") == "a failed: why?"

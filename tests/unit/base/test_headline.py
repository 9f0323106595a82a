"""What of a traceback is shown where there is one line for it."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from tradewind.base.headline import headline


def _two_lines() -> None:
    raise TypeError("Invalid arguments were passed to A:\n  **kwargs: {'b': 1}")


def _noted() -> None:
    error = KeyError("ds")
    error.add_note("This run has no date.")
    raise error


def _chained() -> None:
    try:
        _two_lines()
    except TypeError as error:
        raise ValueError("no good") from error


def _bare() -> None:
    raise StopIteration


def _syntax() -> None:
    compile("def f(:\n", "a.py", "exec")


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (_two_lines, "TypeError: Invalid arguments were passed to A: **kwargs: {'b': 1}"),
        (_noted, "KeyError: 'ds'; This run has no date."),
        (_chained, "ValueError: no good"),
        (_bare, "StopIteration"),
        (_syntax, "SyntaxError: invalid syntax"),
    ],
)
def test_it_is_what_the_last_exception_says_with_all_lines_and_notes(fails: Callable[[], None], said: str) -> None:
    with pytest.raises(BaseException) as caught:
        fails()
    assert headline("".join(traceback.format_exception(caught.value))) == said


def test_a_text_without_a_traceback_is_taken_whole() -> None:
    assert headline("the file took 30 s\nit was stopped\n") == "the file took 30 s; it was stopped"
    assert headline("") == "it says nothing"


def test_a_long_message_is_cut() -> None:
    assert headline("x" * 600) == "x" * 500 + "..."

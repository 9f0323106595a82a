"""What of a traceback is shown above everything else: the exception, and the author's own line."""

from __future__ import annotations

from tradewind.base.own_frame import Failure, failure_in

TRACE = """Traceback (most recent call last):
  File "/home/x/bundles/dags-folder/893e25cd3ff5d38a918c5b280c5a8f6c091a1934/sales/etl.py", line 18, in extract
    rows = fetch(url)
  File "/opt/venv/lib/python3.11/site-packages/requests/api.py", line 59, in get
    raise ConnectionError(url)
requests.exceptions.ConnectionError: no route to db.example.com"""


def test_the_innermost_line_of_the_authors_own_code_is_shown_not_that_of_a_library() -> None:
    assert failure_in(TRACE) == Failure(
        "ConnectionError", "no route to db.example.com", "sales/etl.py", 18, "extract", "rows = fetch(url)"
    )


def test_of_several_exceptions_the_last_one_counts() -> None:
    chained = TRACE + (
        "\n\nDuring handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "/dags/etl.py", line 30, in load\n    raise ValueError("no rows")\n'
        "ValueError: no rows"
    )
    found = failure_in(chained)
    assert (found.kind, found.file, found.line) == ("ValueError", "/dags/etl.py", 30)


def test_an_exception_from_nobodys_own_code_has_no_place() -> None:
    trace = (
        'Traceback (most recent call last):\n  File "/usr/lib/python3.11/json.py", line 1, in loads\n    x\nKeyError: 3'
    )
    assert failure_in(trace) == Failure("KeyError", "3")


def test_a_reason_without_a_traceback_is_the_message() -> None:
    assert failure_in("killed by signal 9: out of memory?") == Failure("", "killed by signal 9: out of memory?")
    assert failure_in("ValueError: no rows") == Failure("ValueError", "no rows")

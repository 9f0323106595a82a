"""Failures that have one cause are one thing to repair."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tradewind.core.failure_causes import Failure, grouped, own_place, shape_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TRACEBACK = """Traceback (most recent call last):
  File "/home/u/bundles/dags-folder/8c60ef3/shop.py", line 39, in extract
    call_api("customers")
  File "/home/u/bundles/dags-folder/8c60ef3/lib/api.py", line 17, in call_api
    requests.get(url)
  File "/opt/venv/lib/python3.11/site-packages/requests/api.py", line 73, in get
    return request("get", url)
requests.exceptions.ConnectionError: refused
"""


def failure(reason: str, dag_id: str = "etl", minutes: int = 0, **more: str | None) -> Failure:
    return Failure(
        dag_id=dag_id, run_id="r", task_id="t", map_index=-1, at=NOON + timedelta(minutes=minutes), reason=reason,
        error=more.get("error"),
    )  # fmt: skip


def test_names_and_numbers_in_a_message_do_not_make_it_another_cause() -> None:
    groups = grouped([
        failure("RateLimited: 429 for 'orders', wait 30 s", "orders", 1),
        failure("RateLimited: 429 for 'customers', wait 5 s", "customers", 2),
        failure("KeyError: 'id'", "orders", 3),
    ])  # fmt: skip
    assert [(group.kind, group.count, list(group.dag_ids)) for group in groups] == [
        ("KeyError", 1, ["orders"]),
        ("RateLimited", 2, ["customers", "orders"]),
    ]


def test_the_newest_failure_speaks_for_its_cause() -> None:
    (group,) = grouped([failure("ValueError: 1", minutes=1), failure("ValueError: 2", minutes=9)])
    assert (group.newest.reason, group.first_at) == ("ValueError: 2", NOON + timedelta(minutes=1))


def test_other_words_are_another_cause() -> None:
    assert len(grouped([failure("ValueError: too long"), failure("ValueError: too short")])) == 2


def test_an_exception_is_named_without_its_module_and_what_is_none_has_no_name() -> None:
    kinds = {
        group.newest.reason: group.kind for group in grouped([failure("a.b.Odd: x"), failure("killed by signal 9")])
    }
    assert kinds == {"a.b.Odd: x": "Odd", "killed by signal 9": ""}


def test_only_the_first_line_tells_one_cause_from_another() -> None:
    assert shape_of("ValueError: 0x7f1 of 3\nmore 4") == "ValueError: … of …"


def test_the_place_of_a_failure_is_the_innermost_frame_of_the_users_own_code() -> None:
    assert own_place(TRACEBACK) == "lib/api.py:17"
    (group,) = grouped([failure("requests.exceptions.ConnectionError: refused", error=TRACEBACK)])
    assert group.place == "lib/api.py:17"


def test_a_traceback_without_own_code_has_no_place() -> None:
    assert own_place('  File "/usr/lib/python3.11/json.py", line 3, in loads') == ""
    assert own_place("") == ""

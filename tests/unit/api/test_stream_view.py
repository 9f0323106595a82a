"""Which changes a listener is shown: filters and rights, as properties; cursors; and what is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.api.models.events import StreamEvent
from tradewind.api.stream.view import RESOURCES, Cursor, View, Wanted, parse_kinds, written
from tradewind.base.errors import InvalidInput
from tradewind.base.policy import Grant, Held, Rights, fits
from tradewind.db.change_log import KINDS, Change, LoggedRow

NAMES = st.sampled_from(["a", "ab", "sales_day", "sales_week", "x*y", "s3://a"])
PATTERNS = st.sampled_from(["*", "a", "a*", "sales_*", "*day", "x*y", "none", "s3://*"])
MAYBE = st.none() | NAMES
AT = datetime(2026, 1, 1, tzinfo=UTC)
ADMIN = Rights("admin", [Held(Grant("*", "*"), "Admin")])


def _made(kind: str, **more: object) -> Change:
    states = {"old": None, "new": "running"} if kind in {"dag_run", "task_instance", "backfill"} else {"new": "added"}
    if kind == "expansion":
        states = {"new": "created"}
    if kind == "backfill":
        more["name"] = "7"
    return Change(**{"kind": kind, "workspace": "default", **states, **more})  # type: ignore[arg-type]


CHANGES = st.builds(
    _made, st.sampled_from(KINDS), dag_id=NAMES, run_id=NAMES, task_id=NAMES, name=NAMES, where=NAMES,
    dag_ids=st.lists(NAMES, max_size=2).map(tuple), workspace=st.sampled_from(["default", "other"]),
)  # fmt: skip
WANTED = st.builds(
    Wanted,
    st.frozensets(st.sampled_from(KINDS), max_size=3),
    st.lists(PATTERNS, max_size=2).map(tuple),
    st.lists(PATTERNS, max_size=2).map(tuple),
    st.lists(PATTERNS, max_size=2).map(tuple),
)
GRANTS = st.lists(
    st.builds(Grant, st.sampled_from(["read", "*", "edit"]), st.sampled_from([*RESOURCES.values(), "*"]), PATTERNS),
    max_size=3,
)
RIGHTS = st.builds(
    lambda held, scopes: Rights("ann", [Held(grant, "Role") for grant in held], scopes), GRANTS, st.none() | GRANTS
)


@given(CHANGES)
def test_who_asks_for_all_and_may_see_all_is_shown_their_workspace(change: Change) -> None:
    assert View.of("default", Wanted(), ADMIN).shows(change) == (change.workspace == "default")


@given(CHANGES, WANTED, RIGHTS)
def test_nothing_is_shown_that_the_rights_do_not_allow(change: Change, wanted: Wanted, rights: Rights) -> None:
    if View.of("default", wanted, rights).shows(change):
        resource = RESOURCES[change.kind]
        names = {"asset_event": [change.name], "import_error": list(change.dag_ids)}.get(change.kind, [change.dag_id])
        assert all(rights.decide("read", resource, name).allowed for name in names)
        assert rights.decide("read", resource).allowed


@given(CHANGES, WANTED, RIGHTS)
def test_what_is_allowed_and_asked_for_is_shown(change: Change, wanted: Wanted, rights: Rights) -> None:
    names = {"asset_event": [change.name], "import_error": list(change.dag_ids)}.get(change.kind, [change.dag_id])
    is_allowed = bool(names) and all(rights.decide("read", RESOURCES[change.kind], name).allowed for name in names)
    if is_allowed and change.workspace == "default" and wanted.takes(change):
        assert View.of("default", wanted, rights).shows(change)


@given(CHANGES, WANTED)
def test_each_filter_can_only_take_away(change: Change, wanted: Wanted) -> None:
    looser = [
        Wanted(frozenset(), wanted.dag_ids, wanted.run_ids, wanted.assets),
        Wanted(wanted.kinds, (), wanted.run_ids, wanted.assets),
        Wanted(wanted.kinds, wanted.dag_ids, (), wanted.assets),
        Wanted(wanted.kinds, wanted.dag_ids, wanted.run_ids, ()),
    ]
    if wanted.takes(change):
        assert all(one.takes(change) for one in looser)
        assert not wanted.kinds or change.kind in wanted.kinds
        assert not wanted.run_ids or any(fits(change.run_id or "", one) for one in wanted.run_ids)
        assert not wanted.assets or change.kind == "asset_event"


@given(st.lists(st.lists(CHANGES, min_size=1, max_size=4), min_size=1, max_size=4), WANTED)
def test_what_follows_a_cursor_is_what_followed_it_before(batches: list[list[Change]], wanted: Wanted) -> None:
    rows = [LoggedRow(number, AT, changes) for number, changes in enumerate(batches, 1)]
    view = View.of("default", wanted, ADMIN)
    whole = view.written(rows, Cursor(0, 0)).split(b"\n\n")[:-1]
    for place, event in enumerate(whole):
        cursor = Cursor.parse(event.split(b"\n")[0].removeprefix(b"id: ").decode())
        assert view.written(rows, cursor).split(b"\n\n")[:-1] == whole[place + 1 :]


@given(CHANGES)
def test_each_event_is_one_that_the_description_knows(change: Change) -> None:
    lines = written(LoggedRow(3, AT, [change]), 1, change).decode().split("\n")
    assert lines[:2] == ["id: 3-1", f"event: {change.kind}"]
    assert lines[3:] == ["", ""]
    StreamEvent.model_validate(json.loads(lines[2].removeprefix("data: ")))


@given(st.integers(0, 10**18 - 1), st.integers(0, 10**9 - 1))
def test_a_cursor_is_read_as_it_was_written(row: int, place: int) -> None:
    assert Cursor.parse(str(Cursor(row, place))) == Cursor(row, place)


@pytest.mark.parametrize(
    "text", ["", "1", "-1-2", "1-2-3", "a-b", "1-2 ", "9" * 40 + "-1", "1\n-2", "\N{FULLWIDTH DIGIT ONE}-2"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        Cursor.parse(text)


def test_kinds_come_with_commas_or_one_by_one() -> None:
    assert parse_kinds(["dag_run, dag", "backfill"]) == {"dag_run", "dag", "backfill"}
    assert parse_kinds([]) == parse_kinds([""]) == frozenset()
    with pytest.raises(InvalidInput, match="weather"):
        parse_kinds(["weather"])

"""Grants, roles, scopes: what they allow, and the laws that every set of them keeps."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.base.errors import InvalidInput
from tradewind.base.policy import (
    ACTIONS,
    BELOW_A_DAG,
    BUILT_IN,
    RESOURCES,
    Grant,
    Held,
    Rights,
    fits,
    in_short,
    parse_scopes,
)

NAMES = st.text("ab_*?[]%\\", max_size=5)
SHORT = ["".join(letters) for length in (1, 2) for letters in itertools.product("ab*", repeat=length)]
"""Names and patterns of which many fit each other."""
SOME_ACTIONS = ("read", "edit")
SOME_RESOURCES = ("dag", "variable")
SOME_GRANTS = [Grant(*one) for one in itertools.product([*SOME_ACTIONS, "*"], [*SOME_RESOURCES, "*"], SHORT)]
GRANTS = st.sampled_from(SOME_GRANTS)
HELD = st.lists(st.sampled_from([Held(grant, role) for grant in SOME_GRANTS for role in ("one", "two")]), max_size=4)
SCOPES = st.none() | st.lists(GRANTS, max_size=3)
ASKED = st.sampled_from(list(itertools.product(SOME_ACTIONS, SOME_RESOURCES, SHORT)))
thoroughly = settings(max_examples=1000, deadline=None)


def rights(*texts: str, scopes: list[str] | None = None) -> Rights:
    held = [Held(Grant.parse(text), "mine") for text in texts]
    return Rights("ann", held, None if scopes is None else parse_scopes(scopes))


def in_role(role: str) -> Rights:
    return Rights("ann", [Held(grant, role) for grant in BUILT_IN[role]])


# -- what is allowed -------------------------------------------------------------------------------------------------


def test_nothing_is_allowed_that_no_grant_covers() -> None:
    decision = rights("read:dag:sales_*").decide("read", "dag", "hr")
    assert not decision.allowed
    assert decision.reason == "nothing that ann holds allows to read dag 'hr' (read:dag:hr); roles held: mine"
    assert rights().decide("read", "dag").reason.endswith("no role in this workspace")


def test_a_yes_names_the_role_and_the_grant() -> None:
    decision = rights("read:variable", "read:dag:sales_*").decide("read", "dag", "sales_a")
    assert decision.allowed
    assert decision.reason == "the role mine of ann allows it: read:dag:sales_*"


def test_a_scope_that_is_missing_is_said_to_be_missing() -> None:
    decision = rights("*:*", scopes=["view:sales"]).decide("create", "dag_run", "sales")
    assert not decision.allowed
    assert "has no scope to create dag run 'sales' (create:dag_run:sales); its scopes: view:sales" in decision.reason


def test_scopes_are_said_as_short_as_they_may_be_written() -> None:
    scopes = parse_scopes(["run:sales", "read:pool", "manage:hr", "view:x*"])
    assert in_short(scopes) == ["manage:hr", "run:sales", "view:x*", "read:pool"]
    assert set(parse_scopes(in_short(scopes))) == set(scopes)
    assert in_short(parse_scopes(["read:dag:sales"])) == ["read:dag:sales"]


@pytest.mark.parametrize("text", ["runs:sales", "run", "view:", ""])
def test_a_scope_of_no_known_kind_is_refused_with_the_short_words_too(text: str) -> None:
    with pytest.raises(InvalidInput, match="view, run, manage with the name of a DAG"):
        parse_scopes([text])


@pytest.mark.parametrize(
    ("word", "yes", "no"),
    [
        ("view", [("read", "dag"), ("read", "xcom"), ("read", "log")], [("create", "dag_run"), ("edit", "dag")]),
        ("run", [("read", "task_instance"), ("create", "dag_run")], [("edit", "task_instance"), ("delete", "dag_run")]),
        ("manage", [("delete", "dag"), ("edit", "task_instance")], [("read", "variable"), ("read", "asset")]),
    ],
)
def test_short_words_of_scopes_stand_for_all_that_they_take(
    word: str, yes: list[tuple[str, str]], no: list[tuple[str, str]]
) -> None:
    bound = rights("*:*", scopes=[f"{word}:sales"])
    assert all(bound.decide(*one, "sales").allowed for one in yes)  # pyright: ignore[reportArgumentType]
    assert not any(bound.decide(*one, "sales").allowed for one in no)  # pyright: ignore[reportArgumentType]
    assert not any(bound.decide(*one, "sales2").allowed for one in yes)  # pyright: ignore[reportArgumentType]


def test_each_built_in_role_has_all_that_the_one_before_has() -> None:
    roles = ["Viewer", "User", "Op", "Admin"]
    for less, more in itertools.pairwise(roles):
        for action in ACTIONS:
            for resource in RESOURCES:
                if in_role(less).decide(action, resource, "x").allowed:
                    assert in_role(more).decide(action, resource, "x").allowed


@pytest.mark.parametrize("text", ["", "read", "look:dag", "read:dags", "read:", ":dag", "dag:read", "run:dag:x"])
def test_what_is_no_grant_is_refused_with_the_words_there_are(text: str) -> None:
    with pytest.raises(InvalidInput, match="there are"):
        Grant.parse(text)


def test_a_name_may_hold_colons() -> None:
    assert Grant.parse("read:asset:s3://bucket/*").names == "s3://bucket/*"


def test_what_is_below_a_dag_are_resources() -> None:
    assert set(RESOURCES) >= BELOW_A_DAG


# -- laws ------------------------------------------------------------------------------------------------------------


@thoroughly
@given(HELD, HELD, SCOPES, ASKED)
def test_more_grants_never_allow_less(
    held: list[Held], more: list[Held], scopes: list[Grant] | None, asked: tuple
) -> None:
    if Rights("a", held, scopes).decide(*asked).allowed:
        assert Rights("a", [*held, *more], scopes).decide(*asked).allowed
        assert Rights("a", [*more, *held], scopes).decide(*asked).allowed


@thoroughly
@given(HELD, SCOPES, ASKED)
def test_scopes_never_allow_more(held: list[Held], scopes: list[Grant] | None, asked: tuple) -> None:
    if Rights("a", held, scopes).decide(*asked).allowed:
        assert Rights("a", held).decide(*asked).allowed


@thoroughly
@given(HELD, SCOPES, ASKED)
def test_names_are_those_that_are_allowed(held: list[Held], scopes: list[Grant] | None, asked: tuple) -> None:
    action, resource, name = asked
    mine = Rights("a", held, scopes)
    names = mine.visible(action, resource)
    assert (name in names) == mine.decide(action, resource, name).allowed
    if names.everything:
        assert name in names
    if names.nothing:
        assert name not in names


@thoroughly
@given(HELD, SCOPES, ASKED)
def test_without_a_name_is_asked_for_any_one(held: list[Held], scopes: list[Grant] | None, asked: tuple) -> None:
    mine = Rights("a", held, scopes)
    if mine.decide(*asked).allowed:
        assert mine.decide(*asked[:2]).allowed


@thoroughly
@given(HELD, SCOPES, GRANTS, ASKED)
def test_what_may_be_given_is_had(held: list[Held], scopes: list[Grant] | None, given_: Grant, asked: tuple) -> None:
    mine = Rights("a", held, scopes)
    if mine.may_give(given_) and given_.allows(*asked):
        assert mine.decide(*asked).allowed


@given(GRANTS)
def test_a_grant_is_read_back_from_its_text(grant: Grant) -> None:
    assert Grant.parse(str(grant)) == grant


@thoroughly
@given(NAMES, NAMES)
def test_only_a_star_is_special(name: str, pattern: str) -> None:
    wanted = ".*".join(map(re.escape, pattern.split("*")))
    assert fits(name, pattern) == (re.fullmatch(wanted, name, re.DOTALL) is not None)

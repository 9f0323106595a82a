"""Tokens by name: what they are good for, for how long, who sees them, and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.api import Api
from support.databases import sqlite_database
from support.rows import rows, spec
from tradewind.api.app import create_app
from tradewind.base.clock import FakeClock
from tradewind.db import tables


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Api]:
    """An application whose time moves by hand."""
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, clock=clock) as api:
        yield api


def made(api: Api, role: str = "user", **body: Any) -> dict[str, Any]:
    return api.post("//auth/tokens", {"name": "t", **body}, role=role).ok(201)


def with_token(token: dict[str, Any]) -> dict[str, Any]:
    return {"role": None, "headers": {"authorization": f"Bearer {token['token']}"}}


def test_a_token_is_shown_once_and_works(both: Api) -> None:
    token = made(both, name="laptop", expires_in=3600)
    assert (token["username"], token["workspace"], token["scopes"], token["created_by"]) == (
        "user", "default", None, "user",
    )  # fmt: skip
    assert both.get("/dags", **with_token(token)).status == 200
    [listed] = both.get("//auth/tokens", role="user").ok()["tokens"]
    assert listed["name"] == "laptop"
    assert token["token"] not in str(rows(both.database, "access_token")) + str(listed)
    assert token["token"] not in str(rows(both.database, "event_log"))


def test_a_token_with_scopes_does_what_they_and_the_user_allow(both: Api) -> None:
    both.has(spec("sales_eu"), spec("stock"))
    token = made(both, scopes=["run:sales_*", "read:connection"])
    mine = with_token(token)
    assert token["scopes"][-1] == "read:connection"
    assert [dag["dag_id"] for dag in both.get("/dags", **mine).ok()["dags"]] == ["sales_eu"]
    assert both.post("/dags/sales_eu/dagRuns", {}, **mine).status == 200
    assert both.post("/dags/stock/dagRuns", {}, **mine).status == 403
    assert both.patch("/dags/sales_eu", {"is_paused": True}, **mine).status == 403
    assert both.get("/connections", **mine).status == 403, "the user may not"
    refused = both.get("/pools", **mine)
    assert (refused.status, "has no scope to read pool" in refused.json["detail"]) == (403, True)


def test_a_token_is_good_in_its_workspace_alone(api: Api) -> None:
    with api.database.write() as tx:
        tx.execute(tables.workspace.insert(), {"name": "sales", "created_at": api.services.clock.now()})
    here, there, all_of_them = (made(api, "admin", name=name, workspace=name) for name in ("default", "sales", "*"))
    paths = ("/dags", "//w/sales/api/v2/dags")
    found = [[api.get(path, **with_token(one)).status for path in paths] for one in (here, there, all_of_them)]
    assert found == [[200, 403], [403, 200], [200, 200]]
    assert api.post("//auth/tokens", {"name": "x", "workspace": "nowhere"}).status == 404


def test_a_token_ends_with_its_time_and_no_token_lives_too_long(timed: Api) -> None:
    token = made(timed, expires_in=60)
    assert timed.get("/dags", **with_token(token)).status == 200
    timed.services.clock.advance(timedelta(seconds=60))
    assert timed.get("/dags", **with_token(token)).status == 401
    for wrong, status in ((0, 422), (-1, 422), (31_536_001, 400)):
        assert timed.post("//auth/tokens", {"name": "x", "expires_in": wrong}).status == status


def test_a_token_taken_back_is_refused_here_at_once_and_elsewhere_within_seconds(timed: Api) -> None:
    token = made(timed, "admin", expires_in=3600)
    other = replace(timed, app=create_app(timed.services))
    try:
        assert (timed.get("/dags", **with_token(token)).status, other.get("/dags", **with_token(token)).status) == (
            200,
            200,
        )
        assert timed.delete(f"//auth/tokens/{token['id']}").status == 204
        assert timed.get("/dags", **with_token(token)).status == 401
        timed.services.clock.advance(timedelta(seconds=5))
        assert other.get("/dags", **with_token(token)).status == 401
    finally:
        other.app.state.desk.close()
    [listed] = timed.get("//auth/tokens").ok()["tokens"]
    assert listed["revoked_at"] is not None
    assert timed.get("//auth/tokens", is_live=True).ok()["tokens"] == []


def test_when_a_token_was_used_is_written_once_a_minute_at_most(timed: Api) -> None:
    token = made(timed, expires_in=3600)
    seen = []
    for _ in range(5):
        timed.get("/dags", **with_token(token))
        seen.append(rows(timed.database, "access_token")[0]["last_used_at"])
        timed.services.clock.advance(timedelta(seconds=31))
    assert (len(set(seen)), seen[0]) == (3, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_name_is_taken_as_long_as_its_token_counts(timed: Api) -> None:
    first = made(timed, name="ci", expires_in=60)
    assert timed.post("//auth/tokens", {"name": "ci"}, role="user").status == 409
    made(timed, "op", name="ci")
    timed.delete(f"//auth/tokens/{first['id']}", role="user").ok(204)
    made(timed, name="ci", expires_in=60)
    timed.services.clock.advance(timedelta(seconds=61))
    made(timed, name="ci")


def test_one_sees_and_takes_back_ones_own_tokens_and_an_admin_all(both: Api) -> None:
    token = made(both, "user", name="mine")
    made(both, "op", name="theirs")
    assert both.get("//auth/tokens", role="user", username="op").status == 403
    assert both.get("//auth/tokens", role="user", username="~").status == 403
    assert both.delete(f"//auth/tokens/{token['id']}", role="op").status == 403
    assert both.delete("//auth/tokens/no-such-token", role="op").status == 404
    found = both.get("//auth/tokens", username="~").ok()
    assert [(one["username"], one["name"]) for one in found["tokens"]] == [("user", "mine"), ("op", "theirs")]
    assert [one["name"] for one in both.get("//auth/tokens", username="op").ok()["tokens"]] == ["theirs"]
    assert both.delete(f"//auth/tokens/{token['id']}").status == 204


@pytest.mark.parametrize("scopes", [["fly:dag"], ["read:moon"], ["read"], []], ids=str)
def test_scopes_that_say_nothing_known_are_refused(api: Api, scopes: list[str]) -> None:
    assert api.post("//auth/tokens", {"name": "t", "scopes": scopes}).status in (400, 422)


def test_a_token_with_bounds_makes_none_with_wider_ones(api: Api) -> None:
    mine = with_token(made(api, "admin", scopes=["*:token", "read:dag:sales_*"], expires_in=600))
    for body in (
        {},
        {"scopes": ["read:dag"]},
        {"scopes": ["*:*"]},
        {"scopes": ["edit:dag:sales_x"]},
        {"scopes": ["read:dag:sales_x"], "expires_in": 3600},
        {"scopes": ["read:dag:sales_x"], "expires_in": 60, "workspace": "*"},
    ):
        assert api.post("//auth/tokens", {"name": "x", **body}, **mine).status == 403, body
    assert (
        api.post("//auth/tokens", {"name": "x", "scopes": ["read:dag:sales_x"], "expires_in": 60}, **mine).status == 201
    )
    password = {"current_password": "correct horse", "new_password": "taken over"}
    assert api.put("//auth/me/password", password, **mine).status == 403
    assert api.send("DELETE", "//auth/sessions", **mine).status == 403


def test_a_token_with_scopes_makes_nobody_more_than_it_is(api: Api) -> None:
    mine = with_token(made(api, "admin", scopes=["*:user"]))
    assert api.patch("//auth/users/viewer", {"roles": [{"role": "Admin"}]}, **mine).status == 403
    assert api.patch("//auth/users/admin", {"password": "taken over"}, **mine).status == 403
    assert api.post("//auth/users", {"username": "x", "roles": []}, **mine).status == 201


def test_a_new_password_leaves_tokens_by_name_alone(api: Api) -> None:
    token = made(api)
    api.patch("//auth/users/user", {"password": "a new long one"}).ok()
    assert api.get("/dags", role="user").status == 401
    assert api.get("/dags", **with_token(token)).status == 200


def test_a_token_of_a_kind_that_is_not_known_is_refused(api: Api) -> None:
    tokens = api.app.state.desk.sessions.tokens
    odd = tokens.mint("admin", "x", api.services.clock.now(), 60, "other")
    assert api.get("/dags", role=None, headers={"authorization": f"Bearer {odd}"}).status == 401
    named = tokens.mint("admin", "not-in-the-table", api.services.clock.now(), 60, "named")
    assert api.get("/dags", role=None, headers={"authorization": f"Bearer {named}"}).status == 401


def test_a_token_of_one_workspace_gives_nothing_in_others(api: Api) -> None:
    mine = with_token(made(api, "admin"))
    everywhere = {"username": "x", "roles": [{"role": "Admin"}]}
    assert api.post("//auth/users", everywhere, **mine).status == 403
    assert api.patch("//auth/users/admin", {"password": "taken over"}, **mine).status == 403
    here = {"username": "x", "roles": [{"role": "Op", "workspace": "default"}]}
    assert api.post("//auth/users", here, **mine).status == 201
    assert api.post("//auth/tokens", {"name": "y", "workspace": "*", "expires_in": 60}, **mine).status == 403
    assert api.post("//auth/tokens", {"name": "y", "expires_in": 60}, **mine).status == 201

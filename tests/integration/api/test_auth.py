"""Who may do what: tokens for a name and password, roles on every route, honest errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from support.api import PASSWORD, Api
from support.databases import sqlite_database
from support.rows import spec
from tradewind.base.clock import FakeClock
from tradewind.db import tokens, users

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Api]:
    """An application whose time moves by hand."""
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, clock=clock) as api:
        yield api


def log_in(api: Api, body: object, path: str = "//auth/token", **more: object) -> object:
    return api.send("POST", path, body, role=None, **more)


@pytest.mark.parametrize("path", ["//auth/token", "//auth/token/cli"])
def test_a_name_and_password_give_a_token(api: Api, path: str) -> None:
    token = log_in(api, {"username": "user", "password": PASSWORD}, path).ok(201)["access_token"]
    answer = api.send("GET", "/dags", role=None, headers={"authorization": f"bearer {token}"})
    assert answer.status == 200


def test_a_form_gives_a_token_too(api: Api) -> None:
    body = b"grant_type=password&username=user&password=correct+horse"
    assert log_in(api, body, headers=FORM).ok(201)["access_token"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "user", "password": "wrong"}, 401),
        ({"username": "nobody", "password": PASSWORD}, 401),
        ({"username": "user"}, 400),
        (b"{", 400),
        ({"username": 7, "password": PASSWORD}, 400),
    ],
)
def test_what_does_not_fit_gives_no_token(api: Api, body: object, status: int) -> None:
    answer = log_in(api, body)
    assert answer.status == status
    assert "detail" in answer.json


def test_an_unknown_name_takes_as_much_work_as_a_wrong_password(api: Api) -> None:
    def took(username: str) -> float:
        start = time.process_time()  # of this process, in which the server is: others may keep the machine busy
        log_in(api, {"username": username, "password": "wrong"})
        return time.process_time() - start

    took("nobody")
    known, unknown = (min(took(name) for _ in range(3)) for name in ("user", "nobody"))
    assert unknown > known / 3


def test_nobody_gets_in_without_a_token(api: Api) -> None:
    answer = api.get("/dags", role=None)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "POST /auth/token" in answer.json["detail"]
    assert api.send("GET", "//auth/token", role=None).status == 401
    assert api.get("/version", role=None).ok() == {"version": "9.9.9", "git_version": None}
    health = api.get("/monitor/health", role=None).ok()
    assert (health["metadatabase"]["status"], health["scheduler"]["status"]) == ("healthy", "healthy")
    assert health["triggerer"] == {"status": None, "latest_triggerer_heartbeat": None}


def forged(api: Api, **changes: object) -> str:
    now = api.services.clock.now()
    claims = {
        "sub": "admin",
        "jti": "x",
        "aud": "tradewind-api",
        "iat": now,
        "exp": now + timedelta(hours=1),
        **changes,
    }
    key = claims.pop("key", api.services.signing_key)
    algorithm = claims.pop("algorithm", "HS256")
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm=algorithm)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": b"another key, also with thirty-two bytes"},
        {"algorithm": "none", "key": None},
        {"aud": "tradewind-task"},
        {"exp": None},
        {"sub": "gone"},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_ours_is_refused(api: Api, changes: dict[str, object]) -> None:
    token = forged(api, **changes)
    assert api.send("GET", "/dags", role=None, headers={"authorization": f"Bearer {token}"}).status == 401


def test_a_token_ends_with_its_time(timed: Api) -> None:
    assert timed.get("/dags").status == 200
    timed.services.clock.advance(timedelta(seconds=601))
    answer = timed.get("/dags")
    assert (answer.status, "expired" in answer.json["detail"]) == (401, True)


def test_a_revoked_token_and_a_deleted_user_are_noticed_within_seconds(timed: Api) -> None:
    assert timed.get("/dags", role="user").status == 200
    claims = timed.app.state.desk.sessions.tokens.verify(timed.token("user"), timed.services.clock.now())
    with timed.database.write() as tx:
        tokens.revoke(tx, claims.token_id, timed.services.clock.now() + timedelta(days=1))
        users.delete_user(tx, "op")
    timed.services.clock.advance(timedelta(seconds=6))
    assert timed.get("/dags", role="user").status == 401
    assert timed.get("/dags", role="op").status == 401


def test_each_role_may_do_what_the_ones_before_it_may_and_more(api: Api) -> None:
    api.has(spec())
    allowed = [
        ("GET", "/dags", None, "viewer"),
        ("GET", "/eventLogs", None, "viewer"),
        ("POST", "/dags/etl/dagRuns", {}, "user"),
        ("PATCH", "/dags/etl", {"is_paused": False}, "user"),
        ("GET", "/connections", None, "op"),
        ("GET", "/variables", None, "op"),
        ("PATCH", "/pools/default_pool", {"slots": 3}, "op"),
    ]
    order = ["viewer", "user", "op", "admin"]
    for method, path, body, least in allowed:
        for role in order:
            status = api.send(method, path, body, role=role).status
            assert (status == 403) == (order.index(role) < order.index(least)), f"{role} {method} {path}: {status}"
    refused = api.get("/connections", role="viewer").json
    assert refused["detail"].startswith("Forbidden: nothing that viewer holds allows to read connection")


def test_unknown_paths_and_methods_are_told_apart(api: Api) -> None:
    answer = api.get("/nothing")
    assert (answer.status, "/api/v2/nothing" in answer.json["detail"]) == (404, True)
    assert api.send("PUT", "/dags", {}).status == 405


def test_a_body_beyond_the_limit_is_refused(api: Api) -> None:
    body = b" " * (16 * 1024 * 1024 + 1)
    assert api.send("POST", "/variables", body).status == 413
    assert api.send("POST", "/variables", body, headers={"transfer-encoding": "chunked"}).status == 413
    assert api.send("POST", "//auth/token", body, role=None, headers={"transfer-encoding": "chunked"}).status == 413


@pytest.mark.parametrize("way", [{}, {"transfer-encoding": "chunked"}], ids=["announced", "chunked"])
def test_a_large_body_is_read_only_where_its_sender_has_a_use_for_it(api: Api, way: dict[str, str]) -> None:
    def sent(role: str, path: str, size: int, **more: Any) -> int:
        body = json.dumps({**more, "description": "x" * size}).encode()
        return api.send("POST", path, body, role=role, headers=way).status

    listed, triggered = "/dags/~/dagRuns/list", "/dags/nobody/dagRuns"
    assert sent("viewer", listed, 60_000) == 422
    assert sent("viewer", listed, 70_000) == 413
    assert sent("user", triggered, 900_000) == 422
    assert sent("user", triggered, 1_100_000) == 413
    assert sent("user", "/variables", 1_100_000, key="k", value="v") == 413
    assert sent("op", "/variables", 1_100_000, key="k", value="v") == 201


def test_wrong_input_is_answered_in_the_frameworks_shape(api: Api) -> None:
    answer = api.post("/pools", {"name": "p"})
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"] == ["body", "slots"]


@pytest.mark.parametrize("path", ["//docs", "//redoc"])
def test_the_pages_of_the_description_say_something_without_the_internet(api: Api, path: str) -> None:
    answer = api.get(path, role=None)
    assert answer.status == 200
    assert '<a href="/openapi.json">' in answer.text
    assert "favicon.png" not in answer.text

"""Logging in to a real server, as browsers, programs and attackers do; and servers that refuse to start."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from support import warm
from support.server import Server
from tradewind.base.settings import load_settings
from tradewind.db import open_database, users

FAST = {
    "TRADEWIND__AUTH__USER_FAILURES": "3",
    "TRADEWIND__AUTH__LOCK_S": "5",
    "TRADEWIND__AUTH__SESSION_IDLE_S": "3600",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    (home / "dags").mkdir()
    with Server(home, home / "dags", env=FAST) as running:
        yield running


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False) as pool:
        yield pool


def password(server: Server) -> str:
    return (server.home / "admin-password").read_text().strip()


def cookies(answer: urllib3.BaseHTTPResponse) -> dict[str, str]:
    found = (line.partition(";")[0].partition("=") for line in answer.headers.getlist("set-cookie"))
    return {name: value for name, _, value in found}


def test_a_browser_logs_in_changes_something_and_leaves(server: Server, http: urllib3.PoolManager) -> None:
    way = http.request("GET", f"{server.url}/api/v2/auth/login?next=/docs")
    page = http.request("GET", server.url + way.headers["location"])
    assert (page.status, b"<form" in page.data) == (200, True)
    form = {"username": "admin", "password": password(server)}
    answer = http.request(
        "POST", f"{server.url}/auth/login?next=/docs", fields=form, encode_multipart=False, redirect=False,
        headers={"origin": server.url, "sec-fetch-site": "same-origin"},
    )  # fmt: skip
    assert (answer.status, answer.headers["location"]) == (303, "/docs")
    jar = cookies(answer)
    mine = {"cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    assert http.request("GET", f"{server.url}/api/v2/dags", headers=mine).status == 200
    pool = {"name": "browser", "slots": 1}
    assert http.request("POST", f"{server.url}/api/v2/pools", json=pool, headers=mine).status == 403
    with_csrf = mine | {"x-csrf-token": jar["tradewind_csrf"]}
    assert http.request("POST", f"{server.url}/api/v2/pools", json=pool, headers=with_csrf).status == 201
    assert http.request("POST", f"{server.url}/auth/logout", headers=with_csrf).status == 204
    assert http.request("GET", f"{server.url}/api/v2/dags", headers=mine).status == 401


def test_wrong_passwords_lock_the_name_for_a_while_and_the_command_line_unlocks_it(
    server: Server, http: urllib3.PoolManager
) -> None:
    server.request("POST", "/auth/users", {"username": "ann", "password": "a long password", "roles": []})

    def log_in(secret: str) -> urllib3.BaseHTTPResponse:
        return http.request("POST", f"{server.url}/auth/token", json={"username": "ann", "password": secret})

    assert [log_in("wrong").status for _ in range(3)] == [401, 401, 401]
    refused, began = log_in("a long password"), time.monotonic()
    assert refused.status == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 5
    while (status := log_in("wrong").status) == 429:
        assert time.monotonic() - began < 60
        time.sleep(0.1)
    assert (status, log_in("a long password").status) == (401, 429)
    assert "is open again" in command(server, "users", "unlock", "-u", "ann")
    assert log_in("a long password").status == 201


def command(server: Server, *args: str) -> str:
    done = warm.run(
        [sys.executable, "-m", "tradewind", *args], env=server.env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_token_of_the_command_line_works_until_it_is_taken_back(server: Server, http: urllib3.PoolManager) -> None:
    command(server, "service-accounts", "create", "ci", "-r", "Viewer")
    token = command(server, "tokens", "create", "deploy", "-u", "ci", "-s", "read:dag").strip()
    mine = {"authorization": f"Bearer {token}"}
    assert http.request("GET", f"{server.url}/api/v2/dags", headers=mine).status == 200
    assert http.request("GET", f"{server.url}/api/v2/pools", headers=mine).status == 403
    [listed] = server.request("GET", "/auth/tokens?username=ci")["tokens"]
    command(server, "tokens", "revoke", listed["id"])
    assert http.request("GET", f"{server.url}/api/v2/dags", headers=mine).status == 401


def test_a_user_whom_another_process_puts_to_sleep_is_out_within_five_seconds(
    server: Server, http: urllib3.PoolManager
) -> None:
    server.request(
        "POST", "/auth/users", {"username": "bob", "password": "a long password", "roles": [{"role": "Viewer"}]}
    )
    body = {"username": "bob", "password": "a long password"}
    token = http.request("POST", f"{server.url}/auth/token", json=body).json()["access_token"]
    mine = {"authorization": f"Bearer {token}"}
    assert http.request("GET", f"{server.url}/api/v2/dags", headers=mine).status == 200
    settings = load_settings({}, home=server.home)
    database = open_database(settings.db, settings.db_url)
    with database.write() as tx:
        users.update_user(tx, "bob", is_active=False)
    database.close()
    began = time.monotonic()
    while http.request("GET", f"{server.url}/api/v2/dags", headers=mine).status == 200:
        assert time.monotonic() - began < 15  # five, and what a busy machine takes to answer
        time.sleep(0.1)


def test_a_header_from_anybody_names_nobody(server: Server, http: urllib3.PoolManager) -> None:
    for header in ("x-forwarded-user", "x-user", "remote-user"):
        assert http.request("GET", f"{server.url}/api/v2/dags", headers={header: "admin"}).status == 401


def test_a_server_that_would_believe_anybody_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    server = Server(tmp_path, tmp_path / "dags", env={"TRADEWIND__AUTH__PROXY_USER_HEADER": "X-User"})
    with pytest.raises(RuntimeError, match="everybody could say to be anyone") as refused, server:
        pass
    assert "Traceback" not in str(refused.value)

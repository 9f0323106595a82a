"""Failed log-ins: what they cost, whom, for how long, and that nothing is told about who there is."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3

from support.api import PASSWORD, Answer, Api, live
from support.rows import rows
from tradewind.api.app import create_app
from tradewind.base.auth_settings import AuthSettings
from tradewind.base.clock import FakeClock
from tradewind.base.settings import ApiSettings, Settings
from tradewind.db import Database, login_failures, passwords, users

LOCKS = AuthSettings(user_failures=3, address_failures=6, lock_s=10.0, longest_lock_s=35.0)


@pytest.fixture
def timed(database: Database, tmp_path: Path) -> Iterator[Api]:
    """An application on each database, whose time moves by hand: three failures lock a name, six an address."""
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    settings = Settings(home=tmp_path, auth=LOCKS, api=ApiSettings(trusted_proxies="10.0.0.0/8"))
    with Api.open(database, tmp_path, clock=clock, settings=settings) as api:
        yield api


def attempt(api: Api, username: str = "user", password: str = "wrong", **more: Any) -> Answer:
    more.setdefault("address", f"172.16.0.{attempt.count % 250}")
    attempt.count += 1
    return api.send("POST", "//auth/token", {"username": username, "password": password}, role=None, **more)


attempt.count = 0


def later(api: Api, seconds: float) -> None:
    api.services.clock.advance(timedelta(seconds=seconds))


def test_failures_lock_a_name_for_twice_as_long_each_time(timed: Api) -> None:
    assert [attempt(timed).status for _ in range(3)] == [401, 401, 401]
    for lock_s in (10, 20, 35, 35):
        refused = attempt(timed, password=PASSWORD)
        assert (refused.status, refused.headers["retry-after"]) == (429, str(lock_s))
        later(timed, lock_s)
        assert attempt(timed).status == 401
    later(timed, 35)
    assert attempt(timed, password=PASSWORD).status == 201
    assert [attempt(timed).status for _ in range(3)] == [401, 401, 401]


def test_a_name_that_nobody_has_is_locked_as_any_other_and_told_apart_by_nothing(timed: Api) -> None:
    answers = {name: [attempt(timed, name) for _ in range(4)] for name in ("user", "nobody-is-called-this", "op")}
    seen = {
        name: [(one.status, one.text, one.headers.get("retry-after")) for one in some] for name, some in answers.items()
    }
    assert seen["user"] == seen["nobody-is-called-this"] == seen["op"]


def test_a_user_who_is_not_active_or_has_no_password_looks_like_a_wrong_password(timed: Api) -> None:
    with timed.database.write() as tx:
        users.update_user(tx, "user", is_active=False)
        users.update_user(tx, "op", password_hash=None)
    wrong = attempt(timed, "viewer")
    for name, password in (("user", PASSWORD), ("op", PASSWORD), ("op", "nobody has this password")):
        answer = attempt(timed, name, password)
        assert (answer.status, answer.text) == (wrong.status, wrong.text)


def test_failures_lock_an_address_whatever_the_names(timed: Api) -> None:
    for number in range(6):
        assert attempt(timed, f"name-{number}", address="198.51.100.7").status == 401
    refused = attempt(timed, "user", PASSWORD, address="198.51.100.7")
    assert (refused.status, refused.headers["retry-after"]) == (429, "10")
    assert attempt(timed, "user", PASSWORD, address="198.51.100.8").status == 201


def test_a_forwarded_address_counts_behind_a_trusted_proxy_only(timed: Api) -> None:
    def failed(number: int, peer: str) -> int:
        said = {"x-forwarded-for": f"203.0.113.{number}, 198.51.100.9"}
        return attempt(timed, f"name-{number}", address=peer, headers=said).status

    assert [failed(number, "10.0.0.1") for number in range(7)] == [401] * 6 + [429]
    assert [failed(number, "192.0.2.1") for number in range(10, 17)] == [401] * 6 + [429]
    keys = {row["key"] for row in rows(timed.database, "login_failure") if row["key"].startswith("address:")}
    assert keys == {"address:198.51.100.9", "address:192.0.2.1"}


def test_failures_that_are_long_past_are_forgotten(timed: Api) -> None:
    assert [attempt(timed).status for _ in range(2)] == [401, 401]
    later(timed, 71)
    assert [attempt(timed).status for _ in range(3)] == [401, 401, 401]


def test_an_admin_lets_a_locked_user_in_again(timed: Api) -> None:
    for _ in range(3):
        attempt(timed)
    assert attempt(timed, password=PASSWORD).status == 429
    assert timed.post("//auth/users/user/unlock", role="op").status == 403
    assert timed.post("//auth/users/user/unlock").status == 204
    assert attempt(timed, password=PASSWORD).status == 201


def test_log_ins_failures_and_locks_are_in_the_event_log_but_not_what_was_typed_as_a_name(timed: Api) -> None:
    for _ in range(3):
        attempt(timed, address="198.51.100.1")
    attempt(timed, "hunter2-my-password", address="198.51.100.2")
    attempt(timed, "op", PASSWORD, address="198.51.100.3")
    found = [
        (row["event"], row["owner"], json.loads(row["extra"])["address"]) for row in rows(timed.database, "event_log")
    ]
    assert found == [
        ("login_failed", "user", "198.51.100.1"),
        ("login_failed", "user", "198.51.100.1"),
        ("login_failed", "user", "198.51.100.1"),
        ("login_locked", "user", "198.51.100.1"),
        ("login_failed", None, "198.51.100.2"),
        ("login", "op", "198.51.100.3"),
    ]
    assert "hunter2" not in str(rows(timed.database, "event_log"))


def test_many_attempts_at_once_try_no_more_passwords_than_three(timed: Api) -> None:
    with live(timed.app) as url, urllib3.PoolManager(maxsize=32, retries=False) as pool:
        gate = threading.Barrier(32)

        def one(_: int) -> int:
            gate.wait()
            return pool.request("POST", f"{url}/auth/token", json={"username": "user", "password": "wrong"}).status

        with ThreadPoolExecutor(32) as threads:
            statuses = sorted(threads.map(one, range(32)))
    assert statuses == [401] * 3 + [429] * 29
    [row] = [row for row in rows(timed.database, "login_failure") if row["key"] == "user:user"]
    assert row["failures"] == 3


def test_many_who_know_their_password_get_in_at_once(timed: Api) -> None:
    with live(timed.app) as url, urllib3.PoolManager(maxsize=12, retries=False) as pool:

        def one(number: int) -> int:
            name = ("user", "op")[number % 2]
            return pool.request("POST", f"{url}/auth/token", json={"username": name, "password": PASSWORD}).status

        with ThreadPoolExecutor(12) as threads:
            assert set(threads.map(one, range(24))) == {201}


def test_a_password_of_older_parameters_gets_a_new_hash_at_the_next_log_in(timed: Api) -> None:
    old = passwords.hash_password(PASSWORD, memory_kib=8 * 1024)
    assert passwords.needs_rehash(old)
    with timed.database.write() as tx:
        users.update_user(tx, "user", password_hash=old)
    assert attempt(timed, password="wrong").status == 401
    assert rows(timed.database, "user_account", username="user")[0]["password_hash"] == old
    assert attempt(timed, password=PASSWORD).status == 201
    new = rows(timed.database, "user_account", username="user")[0]["password_hash"]
    assert not passwords.needs_rehash(new)
    assert passwords.verify(PASSWORD, new)


@pytest.mark.parametrize("name", ["", " user", "a/b", "x" * 251, "nul\0"])
def test_what_no_name_can_be_is_refused_as_input(timed: Api, name: str) -> None:
    assert attempt(timed, name).status == 400


def test_the_old_failures_are_swept_away_and_locks_stay(timed: Api) -> None:
    now = timed.services.clock.now()
    bounds = login_failures.Bounds(1, 1000.0, 1000.0)
    with timed.database.write() as tx:
        login_failures.begin_attempt(tx, "user:locked", now, bounds)
        login_failures.begin_attempt(tx, "user:open", now, replace(bounds, failures=5))
        assert login_failures.forget_old(tx, now + timedelta(seconds=500), now + timedelta(seconds=1)) == 1
        assert login_failures.locked_until(tx, "user:locked", now + timedelta(seconds=500))


def test_attempts_through_several_servers_at_once_try_no_more_passwords_than_three(timed: Api) -> None:
    apps = [create_app(timed.services) for _ in range(3)]
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(live(app)) for app in apps]
        pool = stack.enter_context(urllib3.PoolManager(maxsize=12, retries=False))
        gate = threading.Barrier(12)

        def one(number: int) -> int:
            gate.wait()
            body = {"username": "user", "password": "wrong"}
            return pool.request("POST", f"{urls[number % 3]}/auth/token", json=body).status

        with ThreadPoolExecutor(12) as threads:
            assert sorted(threads.map(one, range(12))) == [401] * 3 + [429] * 9
        for app in apps:
            app.state.desk.close()

"""Connection tests that are asked for and looked at later, and what they leave behind."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.api import Api
from support.contract import matches
from support.databases import sqlite_database
from tradewind.api.connection_tests import KEPT, ConnectionTests
from tradewind.api.models import admin as models
from tradewind.base.clock import SystemClock
from tradewind.base.errors import Conflict, NotFound
from tradewind.base.ids import UuidSource
from tradewind.base.settings import ApiSettings, Settings

FILE = {"connection_id": "files", "conn_type": "fs", "extra": '{"path": "/"}'}
PATH = "/connections/enqueue-test"


@pytest.fixture
def testing(api: Api) -> Api:
    """A server that may test connections, as it may by default."""
    return api


def result(api: Api, token: str) -> dict[str, str]:
    """What a test says once it is over."""
    until = time.monotonic() + 60
    while True:
        found = api.get(PATH, headers={"Airflow-Connection-Test-Token": token}).ok()
        if found["state"] not in {"pending", "running"}:
            return matches(found, models.AsyncConnectionTestResponse)
        assert time.monotonic() < until, found
        time.sleep(0.02)


def enqueue(api: Api, **body: object) -> str:
    queued = matches(api.post(PATH, {**FILE, **body}).ok(202), models.ConnectionTestQueuedResponse)
    assert queued["connection_id"] == "files"
    return queued["token"]


def test_a_connection_that_works_is_stored_where_asked_for(testing: Api) -> None:
    assert result(testing, enqueue(testing))["state"] == "success"
    assert testing.get("/connections/files").status == 404
    done = result(testing, enqueue(testing, commit_on_success=True))
    assert (done["state"], bool(done["result_message"])) == ("success", True)
    assert testing.get("/connections/files").ok()["conn_type"] == "fs"
    result(testing, enqueue(testing, commit_on_success=True, description="new", extra='{"path": "/tmp"}'))
    changed = testing.get("/connections/files").ok()
    assert (changed["description"], changed["extra"]) == ("new", '{"path":"/tmp"}')


def test_a_connection_that_does_not_work_is_not_stored(testing: Api) -> None:
    token = enqueue(testing, conn_type="nothing-of-this-name", commit_on_success=True)
    done = result(testing, token)
    assert (done["state"], "nothing-of-this-name" in done["result_message"]) == ("failed", True)
    assert testing.get("/connections/files").status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"executor": "NoSuchExecutor"}, 422),
        ({"extra": "[]"}, 400),
        ({"connection_id": "a b"}, 422),
        ({"colour": "red"}, 422),
        ({"executor": "LocalExecutor", "queue": "default"}, 202),
    ],
)
def test_what_can_not_be_tested_is_refused(testing: Api, body: dict[str, object], status: int) -> None:
    assert testing.post(PATH, {**FILE, **body}).status == status


def test_a_token_that_nobody_was_given_finds_nothing(testing: Api) -> None:
    assert testing.get(PATH, headers={"Airflow-Connection-Test-Token": "guess"}).status == 404
    assert testing.get(PATH).status == 422


def test_a_server_that_may_not_test_does_not(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, api=ApiSettings(test_connection="Disabled"))
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, settings=settings) as opened:
        refused = opened.post(PATH, FILE)
    assert (refused.status, "api.test_connection" in refused.json["detail"]) == (403, True)


class _Held:
    """Attempts that end when told to."""

    def __init__(self) -> None:
        self.may_end = threading.Event()

    def __call__(self) -> tuple[bool, str]:
        assert self.may_end.wait(60)
        return True, "fine"


@pytest.fixture
def held() -> Iterator[_Held]:
    one = _Held()
    yield one
    one.may_end.set()


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_one_test_at_a_time_runs_for_a_connection(held: _Held) -> None:
    tests = ConnectionTests(SystemClock(), UuidSource())
    first = tests.start("default", "c", held)
    with pytest.raises(Conflict, match="being tested"):
        tests.start("default", "c", held)
    other = tests.start("default", "d", held)
    assert tests.start("team", "c", held).token != first.token
    with pytest.raises(NotFound):
        tests.get("team", first.token)
    held.may_end.set()
    _until(lambda: first.is_over and other.is_over)
    assert (tests.get("default", first.token).state, first.message) == ("success", "fine")
    tests.start("default", "c", held)
    tests.close()


def test_a_bug_in_a_test_is_its_result(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> tuple[bool, str]:
        raise socket.gaierror("no")

    tests = ConnectionTests(SystemClock(), UuidSource())
    found = tests.start("default", "c", broken)
    _until(lambda: found.is_over)
    tests.close()
    assert (found.state, found.message) == ("failed", "gaierror while testing; the server's log has the traceback")
    assert "connection_test.crashed" in caplog.text


def test_a_result_is_kept_for_an_hour(held: _Held) -> None:
    class Clock(SystemClock):
        late = False

        def now(self):  # type: ignore[no-untyped-def]
            return super().now() + (KEPT * 2 if self.late else KEPT * 0)

    clock = Clock()
    tests = ConnectionTests(clock, UuidSource())
    held.may_end.set()
    found = tests.start("default", "c", held)
    _until(lambda: found.is_over)
    assert tests.get("default", found.token) is found
    clock.late = True
    with pytest.raises(NotFound):
        tests.get("default", found.token)
    tests.close()


def test_what_a_test_has_stored_is_in_the_audit_log(testing: Api) -> None:
    result(testing, enqueue(testing, commit_on_success=True))
    result(testing, enqueue(testing, commit_on_success=True, description="new", extra='{"path": "/tmp"}'))
    made, changed = testing.get("//auth/audit", event="store_tested_connection").ok()["entries"]
    assert (made["owner"], made["via"], made["name"], made["before"]) == ("admin", "token", "files", None)
    assert made["after"]["conn_type"] == "fs"
    assert changed["after"] == {"description": "new", "extra.path": "***"}

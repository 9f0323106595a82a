"""Pages that have seen the same change are given one answer; never an older one, and never what somebody else may see."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.api import Api, live
from support.callers import bound, user
from support.databases import sqlite_database
from support.events import Listener
from support.rows import spec
from tradewind.api import shared_answers
from tradewind.api.shared_answers import FOR_ALL, ONES_OWN, OPENING
from tradewind.base.clock import SystemClock
from tradewind.db import inbox, users

NOT_SHARED = {
    "/api/v2/ui/search",  # asked for by what somebody types
    "/api/v2/ui/dags/{dag_id}/structure",
    "/api/v2/ui/dags/{dag_id}/calendar",
    "/api/v2/ui/dags/{dag_id}/durations",
    "/api/v2/ui/dags/{dag_id}/runs/{run_id}/tasks/{task_id}/log/{try_number}",  # logs grow without a change of state
}
"""Views that few pages read again after a change, or that change otherwise."""

TRIES = 10


class Page:
    """A page that hears of changes, on a server."""

    def __init__(self, api: Api, url: str) -> None:
        self.api = api
        self.url = url
        self._listener = Listener(url, api.token())
        self._events = iter(self._listener)
        self.seen = next(self._events).id

    def hears(self, **wanted: Any) -> None:
        """Listen up to a change."""
        self.seen = self._listener.until(**wanted)[-1].id

    def home(self, role: str = "admin", **more: Any) -> dict[str, Any]:
        """What Home shows; `now` says when it was read."""
        return self.api.get("/ui/home", role=role, headers={"x-seen-change": self.seen}, **more).ok()

    def shares(self, one: str, other: str) -> bool:
        """Whether two users are given one answer; on a busy machine it may be too old by the time the other asks."""
        return any(self.home(one) == self.home(other) for _ in range(TRIES))

    def close(self) -> None:
        self._listener.close()


@contextmanager
def opened(api: Api) -> Iterator[Page]:
    with live(api.app) as url:
        page = Page(api, url)
        try:
            yield page
        finally:
            page.close()


@pytest.fixture
def page(both: Api) -> Iterator[Page]:
    both.has(spec())
    with opened(both) as one:
        yield one


def test_who_has_seen_no_later_change_is_given_what_was_read_for_another(page: Page) -> None:
    assert page.shares("admin", "admin")
    assert page.api.get("/ui/home").ok()["now"] != page.home()["now"], "who names no change gets an answer of their own"


def test_after_a_change_nothing_older_is_given(page: Page) -> None:
    before = page.home()
    page.api.engine.is_alive = False
    run = page.api.post("/dags/etl/dagRuns", {"logical_date": None}).ok()["dag_run_id"]
    assert before["counts"]["running_runs"] == 0
    page.home()
    page.api.engine.drain()
    page.hears(dag_run_id=run, new_state="running")
    assert page.home()["counts"]["running_runs"] == 1


def test_whoever_writes_sees_it_although_the_stream_does_not_tell_of_it(page: Page) -> None:
    run = page.api.triggered("etl")
    page.hears(dag_run_id=run, task_id="extract", new_state="queued")
    headers = {"x-seen-change": page.seen}
    assert page.api.get("/ui/runs", headers=headers).ok()["runs"][0]["note"] is None
    page.api.patch(f"/dags/etl/dagRuns/{run}", {"note": "look here"}).ok()
    assert page.api.get("/ui/runs", headers=headers).ok()["runs"][0]["note"] == "look here"


def test_whoever_asks_for_something_sees_its_effect_and_not_what_was_read_while_it_was_awaited(page: Page) -> None:
    run = page.api.triggered("etl")
    page.hears(dag_run_id=run, task_id="extract", new_state="queued")

    def state() -> str:
        return page.api.get("/ui/runs", headers={"x-seen-change": page.seen}).ok()["runs"][0]["state"]

    def ask() -> None:
        address, headers = f"{page.url}/api/v2/dags/etl/dagRuns/{run}", {"authorization": f"Bearer {page.api.token()}"}
        httpx.patch(address, json={"state": "success"}, headers=headers).raise_for_status()

    asking = threading.Thread(target=ask)
    with page.api.engine.held():
        asking.start()
        while not _waiting(page.api):
            threading.Event().wait(0.005)
        assert state() == "running"
    asking.join()
    assert state() == "success"


def _waiting(api: Api) -> int:
    with api.database.read() as tx:
        return inbox.depth(tx)


class Changing(SystemClock):
    """A clock; where it is told to, something happens between two looks at it, after which nobody is believed any more."""

    def __init__(self) -> None:
        self.change: Callable[[], None] | None = None
        self._looks = 0
        self._ahead_s = 0.0

    def monotonic(self) -> float:
        if self.change is not None:
            self._looks += 1
            if self._looks == 2:
                self.change()
                self._ahead_s += 60
        return super().monotonic() + self._ahead_s


def test_what_is_read_with_rights_that_were_given_meanwhile_is_for_nobody_else(tmp_path: Path) -> None:
    clock = Changing()
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, clock=clock) as api:
        api.post("//auth/roles", {"name": "narrow", "permissions": ["read:*:etl"]}).ok(201)
        api.has(spec(), spec("hidden"))
        ann, bob = user(api, "ann", "narrow"), user(api, "bob", "narrow")
        runs = [api.triggered("etl"), api.triggered("hidden")]

        def seen(token: str) -> set[str]:
            headers = {"x-seen-change": "0-1", "authorization": f"Bearer {token}"}
            return {one["run_id"] for one in api.get("/ui/runs", role=None, headers=headers).ok()["runs"]}

        def promote() -> None:
            with database.write() as tx:
                users.add_role(tx, "ann", users.Holding("Admin"))

        bob.get("/dags").ok()
        ann.get("/dags").ok()
        clock.change = promote
        assert seen(ann.token) == set(runs)
        assert seen(bob.token) == {runs[0]}


def test_people_share_what_they_see_alike_and_nothing_else(page: Page) -> None:
    with page.api.database.write() as tx:
        for name in ("ann", "bob"):
            users.add_user(
                tx,
                users.UserRecord(
                    username=name, password_hash="x", created_at=page.api.services.clock.now(),
                    roles=(users.Holding("Viewer"),),
                ),
            )  # fmt: skip
    headers = {"x-seen-change": page.seen}
    assert page.shares("ann", "bob")
    assert not page.shares("viewer", "admin")
    page.api.post("/dags/etl/favorite", role="ann").ok(204)
    assert page.api.get("/ui/dags", role="ann", headers=headers).ok()["dags"][0]["is_favorite"]
    assert not page.api.get("/ui/dags", role="bob", headers=headers).ok()["dags"][0]["is_favorite"]
    assert page.api.get("/ui/dags/etl", role="ann", headers=headers).ok()["is_favorite"]
    assert not page.api.get("/ui/dags/etl", role="bob", headers=headers).ok()["is_favorite"]


def test_who_may_see_less_is_not_given_what_was_read_for_who_may_see_more(page: Page) -> None:
    page.api.has(spec("hidden"))
    page.api.triggered("etl")
    page.api.triggered("hidden")
    page.hears(dag_id="hidden", task_id="extract", new_state="queued")
    headers = {"x-seen-change": page.seen}
    assert {run["dag_id"] for run in page.api.get("/ui/runs", headers=headers).ok()["runs"]} == {"etl", "hidden"}
    narrow = bound(page.api, "read:*:etl").token
    mine = page.api.get("/ui/runs", role=None, headers={**headers, "authorization": f"Bearer {narrow}"}).ok()
    assert {run["dag_id"] for run in mine["runs"]} == {"etl"}
    page.api.get("/ui/runs", role=None, headers=headers).ok(401)


def test_a_change_that_is_not_there_and_words_that_are_none_are_passed_over(page: Page) -> None:
    for words in ("999999999999-1", "tomorrow", ""):
        headers = {"x-seen-change": words}
        first = page.api.get("/ui/home", headers=headers).ok()
        assert page.api.get("/ui/home", headers=headers).ok()["now"] != first["now"]
        assert page.home()["now"] != first["now"]
        page.api.post("/dags/etl/favorite").ok(204)
        page.api.post("/dags/etl/unfavorite").ok(204)


def test_what_is_refused_is_refused_to_each(page: Page) -> None:
    headers = {"x-seen-change": page.seen}
    for _ in range(2):
        found = page.api.get("/ui/dags/nowhere/grid", headers=headers)
        assert found.status == 404
        assert "nowhere" in found.text


def test_who_is_refused_once_is_written_down_once(page: Page) -> None:
    narrow = bound(page.api, "read:pool").token
    headers = {"x-seen-change": page.seen, "authorization": f"Bearer {narrow}"}
    for number in (1, 2):
        assert page.api.get("/ui/home", role=None, headers=headers).status == 403
        assert page.api.get("//auth/audit", event="denied").ok()["total_entries"] == number


def test_an_answer_is_let_go_of_when_it_is_too_old_for_anybody(page: Page) -> None:
    def answers() -> list[Any]:
        return [one for one in gc.get_objects() if type(one) is shared_answers._Answer]  # pyright: ignore[reportPrivateUsage]

    before = {id(one): one for one in answers()}  # of other tests
    headers = {"x-seen-change": page.seen, "authorization": f"Bearer {page.api.token()}"}
    httpx.get(f"{page.url}/api/v2/ui/home", headers=headers).raise_for_status()
    until = time.monotonic() + 60
    while [one for one in answers() if id(one) not in before] and time.monotonic() < until:
        threading.Event().wait(0.1)
    assert not [one for one in answers() if id(one) not in before]


def test_each_view_is_shared_or_is_said_not_to_be(api: Api) -> None:
    views = {path for path in api.get("//openapi.json").ok()["paths"] if path.startswith(OPENING)}
    shared = {path for path in views if any(one.fullmatch(path.removeprefix(OPENING)) for one in (FOR_ALL, ONES_OWN))}
    assert views - shared == NOT_SHARED

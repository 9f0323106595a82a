"""The stream of changes over a real server: what is told, to whom, from where on, and when it ends."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.api import Api, live
from support.events import Listener, Told
from support.rows import spec
from tradewind.api.document import made_document
from tradewind.api.stream import feed, sending
from tradewind.db import change_log, tokens, users
from tradewind.db.change_log import Change
from tradewind.db.tokens import TokenRecord


@pytest.fixture
def served(both: Api) -> Iterator[tuple[Api, str]]:
    """An application on each database, and its address."""
    with live(both.app) as url:
        yield both, url


@pytest.fixture
def on_sqlite(api: Api) -> Iterator[tuple[Api, str]]:
    with live(api.app) as url:
        yield api, url


def states(found: list[Told]) -> list[tuple[Any, ...]]:
    return [(t.data.get("task_id"), t.data["old_state"], t.data["new_state"]) for t in found if "new_state" in t.data]


def bounded(api: Api, *scopes: str) -> tuple[str, str]:
    """A token of the admin with these scopes, and its id."""
    now, token_id = api.services.clock.now(), api.services.ids.new()
    record = TokenRecord(
        id=token_id, username="admin", name=token_id, workspace="*", scopes=list(scopes) or None, created_at=now,
        created_by="admin", expires_at=now + timedelta(hours=1),
    )  # fmt: skip
    with api.database.write() as tx:
        tokens.add_token(tx, record)
    return api.app.state.desk.sessions.tokens.mint("admin", token_id, now, 600, "named"), token_id


def test_a_run_is_told_from_beginning_to_end(served: tuple[Api, str]) -> None:
    api, url = served
    api.has(spec())
    with Listener(url, api.token()) as listener:
        assert listener.response.status == 200
        assert listener.response.headers["Content-Type"].startswith("text/event-stream")
        assert listener.response.headers["X-Accel-Buffering"] == "no"
        assert next(iter(listener)).type == "start"
        api.triggered("etl", dag_run_id="r")
        api.engine.succeed("extract")
        api.engine.succeed("load")
        found = listener.until(type="dag_run", new_state="success")
    assert [state for state in states(found) if state[0] is None] == [
        (None, None, "queued"),
        (None, "queued", "running"),
        (None, "running", "success"),
    ]
    assert ("extract", "running", "success") in states(found)
    event = next(t for t in found if t.type == "task_instance")
    assert event.data.keys() == {
        "type", "time", "dag_id", "dag_run_id", "task_id", "map_index", "try_number", "old_state", "new_state",
    }  # fmt: skip


def test_who_comes_back_gets_all_that_came_after_and_nothing_twice(served: tuple[Api, str]) -> None:
    api, url = served
    api.has(spec())
    with Listener(url, api.token(), cursor="oldest") as listener:
        for name in ("r1", "r2", "r3"):
            api.triggered("etl", dag_run_id=name)
        whole = listener.until(dag_run_id="r3", new_state="queued", type="task_instance")[1:]
    assert len({told.id for told in whole}) == len(whole)
    for place, told in enumerate(whole):
        with Listener(url, api.token(), after=told.id, follow="false") as again:
            assert list(again)[1:] == whole[place + 1 :]
    with Listener(url, api.token(), cursor=whole[1].id) as again:
        api.engine.succeed("extract")
        assert again.until(task_id="extract", new_state="success")[1 : len(whole) - 1] == whole[2:]


def test_only_what_is_asked_for_is_told(on_sqlite: tuple[Api, str]) -> None:
    api, url = on_sqlite
    api.has(spec(), spec("other"))
    api.triggered("etl", dag_run_id="a")
    api.triggered("etl", dag_run_id="b")
    api.triggered("other", dag_run_id="a")

    def told(**query: Any) -> set[tuple[Any, ...]]:
        with Listener(url, api.token(), cursor="oldest", follow="false", **query) as listener:
            return {(t.type, t.data["dag_id"], t.data.get("dag_run_id")) for t in listener if t.type != "start"}

    runs = {("dag_run", "etl", "a"), ("dag_run", "etl", "b"), ("dag_run", "other", "a")}
    assert told(types="dag_run") == runs
    assert told(types="dag_run", dag_id="e*") == {("dag_run", "etl", "a"), ("dag_run", "etl", "b")}
    assert told(types="dag_run", dag_run_id="a") == {("dag_run", "etl", "a"), ("dag_run", "other", "a")}
    assert told(types=["dag", "dag_run"], dag_id="other") == {("dag", "other", None), ("dag_run", "other", "a")}
    assert told(asset="*") == set()


def test_updates_of_assets_and_switches_of_dags(on_sqlite: tuple[Api, str]) -> None:
    api, url = on_sqlite
    consumer = spec()
    api.has(consumer)
    with api.database.write() as tx:
        note = Change(kind="asset_event", workspace="default", name="orders", where="s3://orders", new="added")
        change_log.note(tx, [note], api.services.clock.now())
    api.patch("/dags/etl", {"is_paused": True}).ok()
    with Listener(url, api.token(), cursor="oldest", follow="false", asset="s3://*") as listener:
        assert [(t.type, t.data["name"]) for t in list(listener)[1:]] == [("asset_event", "orders")]
    with Listener(url, api.token(), cursor="oldest", follow="false", types="dag") as listener:
        assert [t.data["change"] for t in list(listener)[1:]][:2] == ["added", "paused"]


def test_a_token_with_bounds_is_told_of_what_it_may_see(served: tuple[Api, str]) -> None:
    api, url = served
    api.has(spec("sales_day"), spec("secret"))
    token, _ = bounded(api, "view:sales_*")
    with Listener(url, token) as listener:
        assert next(iter(listener)).type == "start"
        api.triggered("secret", dag_run_id="r")
        api.triggered("sales_day", dag_run_id="r")
        found = listener.until(type="task_instance")
    assert {t.data["dag_id"] for t in found} == {"sales_day"}
    with Listener(url, token, cursor="oldest", follow="false") as listener:
        assert {t.data["dag_id"] for t in list(listener)[1:]} == {"sales_day"}
    token, _ = bounded(api, "*:connection")
    with Listener(url, token) as listener:
        assert [t.type for t in listener] == ["end"]


def test_the_stream_ends_when_the_token_is_taken_back(on_sqlite: tuple[Api, str], monkeypatch: Any) -> None:
    monkeypatch.setattr(sending, "CHECK_S", 0.05)
    api, url = on_sqlite
    token, token_id = bounded(api)
    with Listener(url, token) as listener:
        assert next(iter(listener)).type == "start"
        api.delete(f"//auth/tokens/{token_id}")
        with api.database.write() as tx:
            tokens.revoke(tx, token_id, api.services.clock.now() + timedelta(hours=1))
        api.app.state.desk.sessions.forget(token_id)
        assert [t.type for t in listener] == ["end"]


def test_rights_that_change_change_what_is_told(on_sqlite: tuple[Api, str], monkeypatch: Any) -> None:
    monkeypatch.setattr(sending, "CHECK_S", 0.05)
    api, url = on_sqlite
    api.has(spec())
    with Listener(url, api.token("viewer")) as listener:
        assert next(iter(listener)).type == "start"
        with api.database.write() as tx:
            users.set_roles(tx, "viewer", ())
        api.app.state.desk.sessions.forget()
        last = list(listener)
    assert [t.type for t in last] == ["end"]


def test_a_cursor_that_is_too_old_or_of_another_database_gives_a_reset(served: tuple[Api, str]) -> None:
    api, url = served
    api.has(spec())
    for name in ("r1", "r2"):
        api.triggered("etl", dag_run_id=name)
    with api.database.write() as tx:
        assert change_log.prune(tx, api.services.clock.now(), most=0)
        _, newest = change_log.bounds(tx)
    for cursor in ("1-1", "1000-0"):
        with Listener(url, api.token(), cursor=cursor) as listener:
            first = next(iter(listener))
            assert (first.type, first.id) == ("reset", f"{newest + 1}-0")
            api.triggered("etl", dag_run_id=f"after-{cursor}")
            assert next(iter(listener)).data["dag_run_id"] == f"after-{cursor}"
        with api.database.read() as tx:
            _, newest = change_log.bounds(tx)


@pytest.mark.parametrize("query", [{"cursor": "yesterday"}, {"types": "weather"}])
def test_what_makes_no_sense_is_refused(api: Api, query: dict[str, str]) -> None:
    assert api.get("/events", **query).status == 400
    assert api.get("/events", role=None).status == 401


def test_a_listener_that_hears_nothing_gets_a_heartbeat_with_a_cursor(
    on_sqlite: tuple[Api, str], monkeypatch: Any
) -> None:
    monkeypatch.setattr(sending, "CHECK_S", 0.05)
    monkeypatch.setattr(sending, "HEARTBEAT_S", 0.05)
    api, url = on_sqlite
    api.has(spec())
    with Listener(url, api.token(), types="backfill") as listener:
        told = iter(listener)
        first = next(told).id
        api.triggered("etl", dag_run_id="r")
        with api.database.read() as tx:
            newest = change_log.bounds(tx)[1]
        row = 0
        while row <= newest:  # each heartbeat says how far the stream is
            raw = listener.response.readline()
            assert raw, "the stream ended"
            if raw.startswith(b"id:") and (told_id := raw[4:].decode().strip()) != first:
                row = int(told_id.partition("-")[0])
        assert row == newest + 1


def test_who_reads_too_slowly_is_told_to_read_again_and_costs_no_memory(
    on_sqlite: tuple[Api, str], monkeypatch: Any
) -> None:
    monkeypatch.setattr(feed, "MOST_BYTES", 50_000)
    api, url = on_sqlite
    address = urlsplit(url)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((address.hostname or "", address.port or 0))
        request = f"GET /api/v2/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.token()}\r\n\r\n"
        slow.sendall(request.encode())
        while b"event: start" not in slow.recv(4096):
            pass
        text = "x" * 2000
        for number in range(3000):
            with api.database.write() as tx:
                change = Change(kind="dag", workspace="default", dag_id=f"{number}-{text}", new="added")
                change_log.note(tx, [change], api.services.clock.now())
            if number % 100 == 0:
                api.engine.changes()
        until = time.monotonic() + 60
        subscriptions = [one for same in api.app.state.desk.feed._views.values() for one in same]
        while not subscriptions[0].is_lost and time.monotonic() < until:
            time.sleep(0.01)
        assert subscriptions[0]._size <= 50_000
        seen = b""
        while b"event: reset" not in seen:
            part = slow.recv(65536)
            assert part, "the stream ended without a reset"
            seen = seen[-100:] + part


def test_a_hundred_listeners_share_one_reader(on_sqlite: tuple[Api, str]) -> None:
    api, url = on_sqlite
    api.has(spec())
    listeners = [Listener(url, api.token()) for _ in range(100)]
    try:
        for listener in listeners:
            assert next(iter(listener)).type == "start"
        assert [len(same) for same in api.app.state.desk.feed._views.values()] == [100]
        api.triggered("etl", dag_run_id="r")
        whole = [[t.id for t in listener.until(type="task_instance")] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()
    assert whole[0]
    assert all(one == whole[0] for one in whole)


def test_the_stream_is_described() -> None:
    made = made_document()
    operation = made["paths"]["/api/v2/events"]["get"]
    assert operation["operationId"] == "stream_events"
    schema = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]
    assert schema["properties"]["data"]["contentSchema"] == {"$ref": "#/components/schemas/StreamEvent"}
    variants = made["components"]["schemas"]["StreamEvent"]["discriminator"]["mapping"]
    assert set(variants) == {*change_log.KINDS, "start", "reset", "end"}


def test_who_waits_for_a_run_hears_of_its_end_at_once_however_long_the_interval(served: tuple[Api, str]) -> None:
    api, url = served
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {api.token()}"}
    connection.request("GET", "/api/v2/dags/etl/dagRuns/r/wait?interval=3600", headers=headers)
    with connection.getresponse() as answer:
        assert json.loads(answer.readline())["state"] == "running"
        api.engine.succeed("extract")
        api.engine.succeed("load")
        assert json.loads(answer.readline())["state"] == "success"
        assert answer.read() == b""
    connection.close()


def test_who_waits_for_a_run_that_is_deleted_is_let_go(on_sqlite: tuple[Api, str]) -> None:
    api, url = on_sqlite
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {api.token()}"}
    connection.request("GET", "/api/v2/dags/etl/dagRuns/r/wait?interval=3600", headers=headers)
    with connection.getresponse() as answer:
        assert json.loads(answer.readline())["state"] == "running"
        api.patch("/dags/etl/dagRuns/r", {"state": "failed"})
        api.delete("/dags/etl/dagRuns/r")
        assert answer.read().count(b"\n") <= 1
    connection.close()

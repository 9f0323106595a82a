"""A real application on a real database, called in process, with a small real scheduler behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import pytest
import uvicorn
from fastapi import FastAPI

from support.rows import ended
from tradewind.api import deps
from tradewind.api.app import create_app
from tradewind.api.deps import Desk
from tradewind.api.execution.routes import PREFIX as EXECUTION
from tradewind.api.execution.routes import execution_routes
from tradewind.api.services import ApiServices, Liveness
from tradewind.base.clock import SystemClock
from tradewind.base.ids import UuidSource
from tradewind.base.settings import ApiSettings, Settings
from tradewind.core.commands import Command, Dispatch, FeedBackfill, Kill, RepeatRun
from tradewind.core.events import (
    AttemptExited,
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    Event,
    Tick,
    VersionAdded,
)
from tradewind.core.shard import Shard
from tradewind.db import Database, backfills, images, inbox, parses, passwords, pools, users
from tradewind.db.change_log import Announcer
from tradewind.db.change_recorder import Recorder
from tradewind.db.cipher import key_file_cipher
from tradewind.db.transitions import write
from tradewind.protocol.messages import Ended
from tradewind.sdk.task_api import EncodedXCom
from tradewind.spec import DagSpec
from tradewind.worker.client import to_message

__all__ = ["ROLES", "Answer", "Api", "Engine", "live"]

ROLES = ("Viewer", "User", "Op", "Admin")
PASSWORD = "correct horse"
PATIENCE_S = 60.0
"""How long an answer waits for its effect: on a busy machine that takes longer than people are made to wait."""
HOST = "flow.example.com"
"""A name that the application may be asked for by, beside localhost and addresses."""


@cache
def _hash() -> str:
    return passwords.hash_password(PASSWORD)


@dataclass(frozen=True)
class Answer:
    """What a request got."""

    status: int
    headers: dict[str, str]
    content: bytes
    cookies: tuple[str, ...] = ()
    """The values of its `Set-Cookie` headers."""

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def lines(self) -> list[Any]:
        """The values of newline-delimited JSON."""
        return [json.loads(line) for line in self.content.splitlines()]

    def ok(self, status: int = 200) -> Any:
        """The body, where the status is the one expected."""
        assert self.status == status, f"{self.status}: {self.text}"
        return self.json if self.content else None


class Engine:
    """A scheduler made of the real core and the real committer, in a thread; attempts end when the test says so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shard = Shard(UuidSource())
        self._lock = threading.RLock()
        self._bell = threading.Event()
        self._is_open = True
        self.dispatched: dict[tuple[str, int], Dispatch] = {}
        self._is_alive = True
        self.changes = Announcer()
        self._recorder = Recorder(self.changes)
        with database.read() as tx:
            for pool in pools.all_pools(tx):
                self._shard.apply(pool, _now())
        self._thread = threading.Thread(target=self._loop, name="engine")
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it takes what is in the inbox by itself."""
        return self._is_alive

    @is_alive.setter
    def is_alive(self, value: bool) -> None:
        with self._lock:  # what it is at, it ends first
            self._is_alive = value

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """It is alive, and busy with something else."""
        with self._lock:
            yield

    def ring(self) -> None:
        self._bell.set()

    def close(self) -> None:
        self._is_open = False
        self._bell.set()
        self._thread.join()

    def _loop(self) -> None:
        while self._is_open:
            self._bell.wait()
            self._bell.clear()
            with self._lock:
                if self._is_alive:
                    self.drain()

    def drain(self) -> None:
        """Act on all that is in the inbox, and on what that puts there."""
        with self._lock:
            while self._drain():
                pass

    def _drain(self) -> int:
        with self._database.write() as tx:
            items = inbox.take(tx)
            commands: list[Command] = []
            for item in items:
                assert item.event is not None, item.problem
                uid = getattr(item.event, "run_uid", None)
                if uid is not None and not self._shard.has_run(uid):
                    commands += self._shard.load_run(images.run_image(tx, uid))
                commands += self._shard.apply(item.event, _now())
            inbox.consume(tx, [item.id for item in items])
            write(tx, commands, now=_now(), recorder=self._recorder)
        self._recorder.committed()
        self._note(commands)
        return len(items)

    def apply(self, *events: Event, outputs: Mapping[str, Ended] | None = None) -> None:
        """Tell the core something, and commit."""
        with self._lock:
            with self._database.write() as tx:
                commands = [command for event in events for command in self._shard.apply(event, _now())]
                write(tx, commands, outputs or {}, now=_now(), recorder=self._recorder)
            self._recorder.committed()
            self._note(commands)

    def _note(self, commands: Sequence[Command]) -> None:
        for command in commands:
            if isinstance(command, Dispatch):
                self.dispatched[command.task_id, command.map_index] = command
        for command in commands:
            if isinstance(command, FeedBackfill):
                with self._database.read() as tx:
                    fed = backfills.feed(tx, command)
                self.apply(fed)
            if isinstance(command, RepeatRun):
                self._bell.set()
            if isinstance(command, Kill):
                self.dispatched = {key: one for key, one in self.dispatched.items() if one.attempt != command.attempt}
                self.apply(AttemptExited(command.attempt, _now()))

    def know(self, stored: parses.StoredParse) -> None:
        """Tell the core of versions that were stored."""
        self.apply(*(VersionAdded(one.dag, one.version_id, one.spec, one.is_paused) for one in stored.added))

    def start(self, task_id: str, map_index: int = -1) -> str:
        """A worker starts the attempt."""
        attempt = self.dispatched[task_id, map_index].attempt
        self.apply(AttemptStarted(attempt, _now(), "host-1", 4711))
        return attempt

    def succeed(self, task_id: str, map_index: int = -1, **xcoms: Any) -> None:
        """The attempt starts and ends well; keyword arguments become XComs."""
        attempt = self.start(task_id, map_index)
        del self.dispatched[task_id, map_index]
        lengths = {key: len(value) for key, value in xcoms.items() if isinstance(value, list | dict)}
        pushed = frozenset(key for key, value in xcoms.items() if value is not None)
        event = AttemptSucceeded(attempt, _now(), lengths, pushed)
        self.apply(event, outputs={attempt: ended(attempt, **xcoms)})

    def end_with(self, attempt: str, value: EncodedXCom) -> None:
        """The attempt ends well, with what it returns as a worker encodes it."""
        report = Ended(attempt=attempt, at=_now(), outcome="success", xcoms=[to_message("return_value", value)])
        self.apply(AttemptSucceeded(attempt, _now(), {}, frozenset({"return_value"})), outputs={attempt: report})

    def fail(self, task_id: str, map_index: int = -1, reason: str = "ValueError: no") -> None:
        """The attempt starts and fails."""
        attempt = self.start(task_id, map_index)
        del self.dispatched[task_id, map_index]
        self.apply(AttemptFailed(attempt, _now(), reason), outputs={attempt: ended(attempt, "failed")})

    def wait_until(self, moment: datetime) -> None:
        """Time goes on to a moment, and what is due then happens."""
        while (left_s := (moment - _now()).total_seconds()) > 0:
            threading.Event().wait(left_s)
        self.apply(Tick())

    def finish(self) -> None:
        """Every attempt succeeds until nothing is left to run."""
        while self.dispatched:
            for task_id, map_index in list(self.dispatched):
                self.succeed(task_id, map_index, return_value=f"result of {task_id}")


def _now() -> datetime:
    return datetime.now(UTC)


_idle: dict[tuple[ApiSettings, str], list[FastAPI]] = {}


@contextlib.contextmanager
def _application(services: ApiServices) -> Iterator[FastAPI]:
    """An application on these services. Its hundreds of routes are put together once and then serve test after test,
    as that takes longer than most of them; what belongs to the services is made anew.
    """
    idle = _idle.setdefault((services.settings.api, services.version), [])
    if not idle:
        app = create_app(services)
    else:
        app = idle.pop()
        app.state.desk = Desk(services)
        [place] = [n for n, route in enumerate(app.router.routes) if getattr(route, "path", "") == EXECUTION]
        app.router.routes[place] = execution_routes(services, app.state.desk.in_thread)
    try:
        yield app
    finally:
        app.state.desk.close()
        idle.append(app)


@dataclass
class Api:
    """An application with one user of each role, and its scheduler."""

    database: Database
    services: ApiServices
    engine: Engine
    app: Any
    _runner: asyncio.Runner
    _tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    @contextlib.contextmanager
    def open(
        cls, database: Database, home: Path, *, clock: Any = None, settings: Settings | None = None
    ) -> Iterator[Self]:
        """Build it; all threads are gone afterwards."""
        with database.write() as tx:
            for role in ROLES:
                name = role.lower()
                held = (users.Holding(role),)
                made = (clock or SystemClock()).now()
                users.add_user(tx, users.UserRecord(username=name, password_hash=_hash(), created_at=made, roles=held))
        engine = Engine(database)
        told = settings or Settings(home=home)
        if not told.api.allowed_hosts:
            told = replace(told, api=replace(told.api, allowed_hosts=HOST))
        services = ApiServices(
            settings=told,
            database=database,
            clock=clock or SystemClock(),
            ids=UuidSource(),
            cipher=key_file_cipher(home),
            signing_key=b"a key of at least thirty-two bytes, for tests",
            bell=engine.ring,
            health=lambda: {"scheduler": Liveness(engine.is_alive, _now())},
            log_folder=home / "logs",
            version="9.9.9",
            changes=engine.changes,
        )
        try:
            with _application(services) as app, asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patched:
                patched.setattr(deps, "EFFECT_WAIT_S", PATIENCE_S)
                yield cls(database, services, engine, app, runner)
        finally:
            engine.close()

    # -- requests ----------------------------------------------------------------------------------------------------

    def token(self, role: str = "admin") -> str:
        """A token of the user with this role, made once."""
        if role not in self._tokens:
            tokens = self.app.state.desk.sessions.tokens
            self._tokens[role] = tokens.mint(role, self.services.ids.new(), self.services.clock.now(), 600)
        return self._tokens[role]

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str | None = "admin",
        headers: Mapping[str, str] | None = None,
        address: str = "127.0.0.1",
        scheme: str = "http",
        **query: Any,
    ) -> Answer:
        """A request under `/api/v2` (or to an absolute path with a leading ``//``)."""
        target = path[1:] if path.startswith("//") else f"/api/v2{path}"
        given = {"accept": "application/json", **(headers or {})}
        if role is not None:
            given["authorization"] = f"Bearer {self.token(role)}"
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None and "content-type" not in given:
            given["content-type"] = "application/json"
        sent = _exchange(self.app, method, target, urlencode(query, doseq=True), given, content, (address, scheme))
        return self._runner.run(sent)

    def get(self, path: str, **more: Any) -> Answer:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("POST", path, {} if body is None else body, **more)

    def put(self, path: str, body: Any, **more: Any) -> Answer:
        return self.send("PUT", path, body=body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Answer:
        return self.send("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.send("DELETE", path, **more)

    # -- givens ------------------------------------------------------------------------------------------------------

    def has(self, *specs: DagSpec, source: str = "# the file", path: str | None = None) -> None:
        """DAGs that the parser found."""
        for spec in specs:
            file = parses.ParsedFile(
                workspace="default",
                bundle_name="local",
                bundle_version="snapshot-1",
                relative_fileloc=path or f"{spec.dag_id}.py",
                fileloc=f"/dags/{path or spec.dag_id}.py",
                code_hash=f"code of {spec.dag_id} {source}",
                source=source,
                dags=[spec],
            )
            with self.database.write() as tx:
                stored = parses.store_parse(tx, [file], UuidSource(), _now(), paused_by_default=False)
            self.engine.know(stored)

    def triggered(self, dag_id: str, **body: Any) -> str:
        """A run that was asked for and that the scheduler has taken; its id."""
        run_id = self.post(f"/dags/{dag_id}/dagRuns", body).ok()["dag_run_id"]
        self.engine.drain()
        return run_id


async def _exchange(
    app: Callable[..., Any],
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    content: bytes,
    peer: tuple[str, str] = ("127.0.0.1", "http"),
) -> Answer:
    status, found, parts = 0, {}, []
    cookies: list[str] = []
    is_sent = False

    async def receive() -> dict[str, Any]:
        nonlocal is_sent
        if is_sent:
            await asyncio.Event().wait()
        is_sent = True
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            found.update({name.decode(): value.decode() for name, value in message["headers"]})
            cookies.extend(value.decode() for name, value in message["headers"] if name == b"set-cookie")
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    if "transfer-encoding" not in headers:
        raw.append((b"content-length", str(len(content)).encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": peer[1], "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": raw, "client": (peer[0], 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return Answer(status, found, b"".join(parts), tuple(cookies))


@contextlib.contextmanager
def live(app: Any) -> Iterator[str]:
    """The application behind a real server on a free port; its address."""
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    is_up = threading.Event()
    startup = server.startup

    async def announced(*args: Any, **kwargs: Any) -> None:
        await startup(*args, **kwargs)
        is_up.set()

    server.startup = announced  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert is_up.wait(60)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()

"""`tradewind standalone`: API, scheduler, DAG parser and local executor in one process, on one machine.

The order of the start decides its length. The port comes first, so that a taken one is told before any work. The parent
of all task processes comes next: it is a process of its own, and loads on another core while this one does. Most routes
of the API come last, when requests are answered already. Loading makes many objects and next to no garbage, so the
collector rests until the server is ready.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TypeVar

from tradewind.base.clock import SystemClock
from tradewind.base.errors import Conflict
from tradewind.base.private_files import make_private_file
from tradewind.base.settings import Settings
from tradewind.cli import web_server
from tradewind.worker.secrets_masking import MaskedFormatter

if TYPE_CHECKING:
    import uvicorn

    from tradewind.api.lazy_routes import LazyRoutes
    from tradewind.cli.composition import Composition

__all__ = ["run_standalone"]

T = TypeVar("T")

log = logging.getLogger("tradewind.standalone")

SWITCH_INTERVAL_S = 0.0005
"""How long a thread may hold the interpreter while another wants it. The default of 5 ms would be the largest part of
the time between two tasks."""
YOUNG_OBJECTS = 2_000
"""The collector's threshold: a long life wants less garbage at a time than a short command."""
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
HEALTH = "tradewind.api.public.monitor"
"""The routes that say whether the server is well, which is asked first of all."""
ADMIN = "admin"
ADMIN_PASSWORD = "admin-password"  # noqa: S105 - the name of a file
ENDING = (signal.SIGINT, signal.SIGTERM)


def run_standalone(settings: Settings) -> None:
    """Run until a signal ends it.

    Raises:
        Conflict: a server runs on this home already, or the port is taken.
        TradewindError: the database can't be opened or migrated.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.disable()
    _give_memory_back()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.dags_folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=settings.logs.level)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(MaskedFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    web_server.check_reach(settings.api)
    with _only_one(settings.home), _listening(settings.api.host, settings.api.port) as listener:
        from tradewind.cli.local_work import KEPT_BACK, LocalWork

        for name in KEPT_BACK:  # the settings have them; what parses files and runs triggers inherits the rest
            os.environ.pop(name, None)
        with LocalWork(settings) as work:
            first_password = None if (settings.home / ADMIN_PASSWORD).exists() else _in_background(_new_password)
            from tradewind.cli.composition import Composition

            with Composition(settings, work) as parts:
                _make_admin(parts, settings, first_password)
                _serve(parts, settings, listener)


def _give_memory_back() -> None:
    """Have glibc keep no more than it must: large blocks (a password's hash takes 19 MB) go back to the system when they
    are freed, and a few threads share an arena. Other C libraries have their own ways, and are left alone."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 20)
        libc.mallopt(M_ARENA_MAX, 2)


def _serve(parts: Composition, settings: Settings, listener: socket.socket) -> None:
    """Answer requests until a signal comes."""
    url = web_server.url_of(listener, settings.api)
    config = web_server.web_config(parts.app, settings.api)
    routes = parts.app.state.routes
    routes.load(HEALTH)
    rest = threading.Thread(target=_load_rest, args=(routes,), name="routes")
    server = _server(config, rest.start, parts.app.state.desk.feed.close)
    gc.freeze()  # what the start has made stays: the collector need not look at it while tasks wait
    gc.set_threshold(YOUNG_OBJECTS)
    gc.enable()
    with _outliving_signals(server), _address_left(settings, url, parts.local_token()):
        log.info("server.ready url=%s home=%s dags=%s", url, settings.home, settings.dags_folder)
        server.run(sockets=[listener])
    routes.close()


def _load_rest(routes: LazyRoutes) -> None:
    """Load the routes that nobody has asked for yet, in a thread: requests go before, and are answered meanwhile."""
    routes.load_all()
    gc.freeze()


def _server(config: uvicorn.Config, begun: Callable[[], None], end_streams: Callable[[], None]) -> uvicorn.Server:
    """A server that says when it listens, and lets go of those who listen to changes before it waits for its requests to
    end."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            begun()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            end_streams()
            await super().shutdown(sockets)

    return Server(config)


@contextlib.contextmanager
def _outliving_signals(server: uvicorn.Server) -> Iterator[None]:
    """uvicorn takes the signals, and when it is done sends them again to whoever had them before. By default that ends
    the process on the spot, before the other parts are stopped; here the stack unwinds. One that comes before uvicorn
    takes them ends the server as soon as it has begun."""

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """One server on a home: two would fight for the same work."""
    make_private_file(home / "standalone.lock")
    with (home / "standalone.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Conflict(
                f"a server (process {lock.read().strip() or 'unknown'}) runs on {home} already; "
                "stop it, or set TRADEWIND_HOME to another folder",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port before anything else starts."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise Conflict(f"can't listen on {host}:{port}: {error.strerror}; choose another --port") from error
        yield listener


@contextlib.contextmanager
def _address_left(settings: Settings, url: str, token: str) -> Iterator[None]:
    """Leave address, token and DAGs folder where the command line of the same user finds them, while the server runs."""
    path = settings.home / "server.json"
    draft = path.with_name(".server.json.draft")
    # Who looks for a server that starts again reads the old address or the new one.
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        left = {
            "url": url,
            "token": token,
            "pid": os.getpid(),
            "dags_folder": str(settings.dags_folder.resolve()),
            "certificate": str(Path(settings.api.ssl_cert).resolve()) if settings.api.ssl_cert else "",
        }
        json.dump(left, file)
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Password:
    text: str
    hash: str


def _new_password() -> _Password:
    """One that nobody has thought of."""
    from tradewind.db import passwords

    text = secrets.token_urlsafe(15)
    return _Password(text, passwords.hash_password(text))


def _in_background(work: Callable[[], T]) -> Future[T]:
    """What it returns, later: made in a thread that ends with it."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="start")
    try:
        return pool.submit(work)
    finally:
        pool.shutdown(wait=False)


def _make_admin(parts: Composition, settings: Settings, first_password: Future[_Password] | None) -> None:
    """On a database without users: `admin` with a password that is printed once and kept for the owner of the home."""
    from tradewind.db import users

    with parts.database.read() as tx:
        if users.any_user(tx):
            return
    web_server.check_somebody_may_log_in(settings)
    password = first_password.result() if first_password else _new_password()
    descriptor = os.open(settings.home / ADMIN_PASSWORD, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(password.text + "\n")
    record = users.UserRecord(
        username=ADMIN,
        password_hash=password.hash,
        created_at=SystemClock().now(),
        roles=(users.Holding(users.ADMIN),),
    )
    with parts.database.write() as tx:
        users.add_user(tx, record)
    print(f"First start: log in as {ADMIN} with the password {password.text}")  # noqa: T201 - said once, to who started it
    print(f"(kept in {settings.home / ADMIN_PASSWORD})", flush=True)  # noqa: T201

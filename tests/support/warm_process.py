"""The process that has Tradewind loaded, and becomes whatever program it is told to be, in a fork of itself."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import select
import shutil
import signal
import socket
import struct
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

PACKAGES = ("tradewind.cli", "tradewind.api", "tradewind.scheduler", "tradewind.parsing", "tradewind.db")
"""With all that is below them."""
MIGRATIONS = "tradewind.db.migrations"
"""But for these, which are no modules: the program that migrates reads them."""
MODULES = (
    "alembic.command",
    "cryptography.fernet",
    "httptools",
    "jwt",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)
"""What they load when they need it."""
Order = dict[str, Any]
"""Words, folder, environment, session and group of a program."""
LONGEST_ORDER = 1 << 20
PR_SET_PDEATHSIG = 1
NUMBER = struct.Struct("<q")
"""What is said of a fork: its process id, later its exit code."""


def main() -> None:
    """Load, then fork for each order, until nobody is there any more who could give one."""
    orders, listener = (socket.socket(fileno=int(one)) for one in sys.argv[1:])
    del sys.path[0]  # the folder of this file
    _load()
    order = _serve(orders, listener)
    if order is not None:
        _leave(_exit_code(order))
    shutil.rmtree(Path(listener.getsockname()).parent)


def _load() -> None:
    gc.disable()  # modules leave no garbage
    for package in PACKAGES:
        found = pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
        for one in found:
            if not one.name.startswith(f"{MIGRATIONS}.") and not one.name.endswith("__main__"):
                importlib.import_module(one.name)
    for name in MODULES:
        importlib.import_module(name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        raise RuntimeError(
            f"{threads} threads run after loading: a fork would have one of them, and locks of the others"
        )
    gc.freeze()
    gc.enable()


def _serve(orders: socket.socket, listener: socket.socket) -> Order | None:
    """Fork until the other side closes: None then, and in a fork its order."""
    ends: dict[int, int] = {}
    wake_read, wake_write = socket.socketpair()
    wake_read.setblocking(False)
    wake_write.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write.fileno())
    while True:
        ready = select.select([orders, listener, wake_read], [], [])[0]
        if wake_read in ready:
            with contextlib.suppress(BlockingIOError):
                wake_read.recv(4096)
            _reap(ends)
        for message, descriptors in _received(ready, orders, listener):
            if not message:
                for pid in ends:
                    os.kill(pid, signal.SIGKILL)
                return None
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for one in (orders, listener, wake_read, wake_write):
                    one.close()
                for end in ends.values():
                    os.close(end)
                order: Order = json.loads(message)
                _become(order, descriptors)
                return order
            *streams, end = descriptors
            for stream in streams:
                os.close(stream)
            _tell(end, pid)
            ends[pid] = end


def _received(
    ready: Sequence[object], orders: socket.socket, listener: socket.socket
) -> Iterator[tuple[bytes, list[int]]]:
    """Orders, each with the program's three streams and with where its process id and its exit code are to be written.
    No order: it is over."""
    if listener in ready:
        caller, _ = listener.accept()
        try:
            message, descriptors, _, _ = socket.recv_fds(caller, LONGEST_ORDER, 3)
        except ConnectionError:  # who asked is gone
            message, descriptors = b"", []
        if message:
            yield message, [*descriptors, caller.detach()]
        else:
            caller.close()
    if orders in ready:
        message, descriptors, _, _ = socket.recv_fds(orders, LONGEST_ORDER, 4)
        yield message, list(descriptors)


def _reap(ends: dict[int, int]) -> None:
    """Say how those ended that have."""
    while ends:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        end = ends.pop(pid)
        _tell(end, os.waitstatus_to_exitcode(status))
        os.close(end)


def _tell(end: int, number: int) -> None:
    with contextlib.suppress(ConnectionError):  # nobody cares any more
        os.write(end, NUMBER.pack(number))


def _become(order: Order, descriptors: list[int]) -> None:
    """Be what a new interpreter would be: session, folder, environment, streams."""
    _die_with_parent()
    if order["start_new_session"]:
        os.setsid()
    if order["process_group"] not in (None, -1):
        os.setpgid(0, order["process_group"])
    *streams, end = descriptors
    os.close(end)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    if os.environ.get("PYTHONWARNINGS"):
        sys.warnoptions += os.environ["PYTHONWARNINGS"].split(",")
        warnings._processoptions(sys.warnoptions)  # type: ignore[attr-defined]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdin = sys.__stdin__ = _opened(0, "r")
    sys.stdout = sys.__stdout__ = _opened(1, "w")
    sys.stderr = sys.__stderr__ = _opened(2, "w", errors="backslashreplace")


def _opened(descriptor: int, mode: str, errors: str = "strict") -> io.TextIOWrapper:
    binary = open(descriptor, f"{mode}b", closefd=False)  # noqa: SIM115 - stays open
    stream = io.TextIOWrapper(binary, encoding="utf-8", errors=errors)
    is_unbuffered = bool(os.environ.get("PYTHONUNBUFFERED")) and descriptor != 0
    stream.reconfigure(line_buffering=descriptor == 2 or stream.isatty(), write_through=is_unbuffered)
    return stream


def _run(order: Order) -> None:
    """As ``python -m module words`` and ``python file words`` do."""
    words: list[str] = order["words"]
    on_path = [one for one in order["env"].get("PYTHONPATH", "").split(os.pathsep) if one]
    if words[0] == "-m":
        sys.path[:0] = [order["cwd"], *on_path]
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[:0] = [str(Path(words[0]).resolve().parent), *on_path]
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


def _exit_code(order: Order) -> int:
    """What the program ends with."""
    try:
        _run(order)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        return 1
    return 0


def _leave(exit_code: int) -> NoReturn:
    """End as an interpreter does, but without taking all modules apart, which would cost more than the start did."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        exit_code = exit_code or 120
    os._exit(exit_code & 0xFF)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    main()

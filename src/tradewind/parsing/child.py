"""The parsing process: imports one DAG file from its snapshot, turns its DAGs into specs, and tells what it depends on.

It runs in a process of its own that ends afterwards, so a file may hang, crash, exit or fill memory.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

import msgspec

from tradewind.base.errors import TradewindError
from tradewind.base.private_files import make_private_folder
from tradewind.parsing.closure import Closure, OpenedFiles
from tradewind.sdk.plugins import PLUGINS
from tradewind.spec import DagSpec, encode
from tradewind.worker.child import resolve
from tradewind.worker.secrets_masking import MASKER

__all__ = ["ENTRY", "ParseReply", "ParseRequest", "parse", "rehearse"]

REHEARSAL = """
from tradewind import DAG, task

with DAG("rehearsal", schedule="@daily", tags=["a"]):

    @task
    def first(day: str = "{{ ds }}") -> dict:
        return {"day": day}

    @task
    def second(x):
        return x

    second.expand(x=first())
"""
ENTRY = "tradewind.parsing.child:parse"
"""How the parsing process is told what to call."""
LOAD = "tradewind.worker.entry:load_dags"
"""``(bundle_path, relative_fileloc) -> DAGs``"""
SERIALIZE = "tradewind.sdk.serialize:serialize_dag"
"""``(dag, relative_fileloc) -> DagSpec``"""
OPTIONS = "tradewind.sdk.schedule:ScheduleOptions"
LARGEST_FILE = 256 << 20
LOG_LIMIT = 1 << 20


class ParseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One DAG file to parse."""

    bundle_path: str
    """Folder of the snapshot."""
    relative_fileloc: str
    root: str
    """Folder that people edit; tracebacks name files in it."""
    log_path: str
    """File that takes what the DAG file prints."""
    timeout_s: float
    options: dict[str, bool] = {}
    """Fields of `sdk.schedule.ScheduleOptions` that are not as by default."""


class ParseReply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    specs: list[bytes] = []
    closure: list[str] = []
    error: str | None = None
    is_missing_module: bool = False
    """The error is an import that failed: it may vanish when a file appears."""
    duration_s: float = 0.0


class ParseTimeoutError(BaseException):
    """The file takes too long to import. Not an `Exception`, so that the file's own handlers let it through."""


def parse(payload: bytes) -> bytes:
    """Parse the file of an encoded `ParseRequest`; returns an encoded `ParseReply`. Never raises for the file's sake."""
    request = msgspec.msgpack.decode(payload, type=ParseRequest)
    log_file = _redirect_output(Path(request.log_path))
    started = time.perf_counter()
    before = set(sys.modules)
    opened = OpenedFiles(request.bundle_path)
    sys.path[0:0] = [request.bundle_path]
    specs: list[bytes] = []
    error, is_missing_module = None, False
    try:
        with _time_limit(request):
            dags = resolve(LOAD)(request.bundle_path, request.relative_fileloc)
            specs = [encode(_serialized(request, dag)) for dag in _each(dags)]
    except BaseException as caught:  # noqa: BLE001 - whatever the user's file raises, even SystemExit, is its import error
        specs, error, is_missing_module = [], MASKER.redact(_in_words(request, caught)), isinstance(caught, ImportError)
        PLUGINS.tell("on_new_dag_import_error", filename=request.relative_fileloc, stacktrace=error)
    duration_s = time.perf_counter() - started
    closure = Closure(Path(request.bundle_path))
    closure.add(Path(request.bundle_path, request.relative_fileloc))
    closure.add_modules([module for name, module in list(sys.modules.items()) if name not in before])
    closure.add_opened(opened)
    _finish_output(log_file, Path(request.log_path))
    reply = ParseReply(
        specs=specs,
        closure=closure.paths(),
        error=error,
        is_missing_module=is_missing_module,
        duration_s=duration_s,
    )
    return msgspec.msgpack.encode(reply)


def rehearse() -> None:
    """Parse a small file in the warm parent: what is imported or made at the first use exists before the first fork.

    Without it every parsing process pays for it again: 15 ms instead of 3 (measured, files of ten tasks).
    """
    with tempfile.TemporaryDirectory(prefix="tradewind-rehearsal-") as folder:
        Path(folder, "rehearsal.py").write_text(REHEARSAL)
        before = set(sys.modules)
        for dag in _each(resolve(LOAD)(folder, "rehearsal.py")):
            spec = resolve(SERIALIZE)(dag, "rehearsal.py")
            assert isinstance(spec, DagSpec)
            encode(spec)
        closure = Closure(Path(folder))
        closure.add(Path(folder, "rehearsal.py"))
        closure.paths()
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(folder):
                del sys.modules[name]


def _each(dags: object) -> Iterable[object]:
    if isinstance(dags, dict):
        return list(dags.values())
    assert isinstance(dags, Iterable)
    return list(dags)


def _serialized(request: ParseRequest, dag: object) -> DagSpec:
    if request.options:
        options = resolve(OPTIONS)(**request.options)
        spec = resolve(SERIALIZE)(dag, request.relative_fileloc, options)
    else:
        spec = resolve(SERIALIZE)(dag, request.relative_fileloc)
    assert isinstance(spec, DagSpec)
    return spec


@contextlib.contextmanager
def _time_limit(request: ParseRequest) -> Iterator[None]:
    """Raise in the file's own code when its time is up, so that the traceback shows where it hangs."""

    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise ParseTimeoutError(
            f"importing {request.relative_fileloc} took more than {request.timeout_s:g} s (parsing.timeout_s); "
            "move slow work from the top of the file into a task"
        )

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, request.timeout_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# -- errors ------------------------------------------------------------------------------------------------------------


def _in_words(request: ParseRequest, error: BaseException) -> str:
    """The traceback from the user's file on, with the paths that people edit."""
    if isinstance(error, ParseTimeoutError):
        return _with_place(request, error, str(error))
    if isinstance(error, SystemExit):
        text = f"{request.relative_fileloc} called sys.exit({error.code!r}) while it was imported"
        return _with_place(request, error, text)
    if isinstance(error, MemoryError):
        return _with_place(request, error, f"importing {request.relative_fileloc} needs more memory than there is")
    shown = traceback.TracebackException.from_exception(error, compact=True, limit=-50)
    own = next((n for n, frame in enumerate(shown.stack) if frame.filename.startswith(request.bundle_path)), None)
    if own is not None:
        del shown.stack[:own]
    elif isinstance(error, SyntaxError | TradewindError):
        shown.stack.clear()  # nothing of it is the user's; the sentence says what is wrong
    return _edited("".join(shown.format()).rstrip(), request)


def _with_place(request: ParseRequest, error: BaseException, text: str) -> str:
    stack = traceback.extract_tb(error.__traceback__, limit=-50)
    places = [frame for frame in stack if frame.filename.startswith(request.bundle_path)]
    return _edited("\n".join([text, *traceback.format_list(places)]).rstrip(), request)


def _edited(text: str, request: ParseRequest) -> str:
    return text.replace(request.bundle_path.rstrip("/") + "/", request.root.rstrip("/") + "/")


# -- output ------------------------------------------------------------------------------------------------------------


def _redirect_output(path: Path) -> int:
    """Send all output, native code's too, to a file; a crash leaves its stack there."""
    make_private_folder(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    faulthandler.enable(file=descriptor, all_threads=False)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead, and the file's author reads why
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE if hard < 0 else min(LARGEST_FILE, hard), hard))
    return descriptor


def _finish_output(descriptor: int, path: Path) -> None:
    """Flush, and keep the start of what was printed."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    with contextlib.suppress(OSError):
        size = os.fstat(descriptor).st_size
        if size > LOG_LIMIT:
            os.ftruncate(descriptor, LOG_LIMIT)
            os.write(descriptor, f"\n[{size - LOG_LIMIT} more bytes were printed and are not kept]\n".encode())
        if size and MASKER.longest:
            _star_secrets(path)


def _star_secrets(path: Path) -> None:
    """What was printed of the secrets that the file read is not kept."""
    text = path.read_text(encoding="utf-8", errors="backslashreplace")
    path.write_text(MASKER.redact(text), encoding="utf-8")

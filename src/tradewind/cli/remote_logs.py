"""Logs of ended attempts go to a remote store, and are read from there.

One thread takes the attempts that have ended; the code of the store runs in a process of its own (`worker.remote_logs`),
which is started with the first order, and ended when it takes too long. What is not sent yet stays here, and is sent
after the next start.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tradewind.base.clock import SystemClock
from tradewind.base.errors import NotFound
from tradewind.base.private_files import make_private_folder
from tradewind.base.settings import Settings
from tradewind.cli.log_outbox import Outbox
from tradewind.db import tasks
from tradewind.db.cipher import Cipher
from tradewind.db.connections import get_connection
from tradewind.db.engine import Database
from tradewind.executors.base import CalledBack, Exited, Fact, Lost, Sink
from tradewind.protocol.messages import Ended
from tradewind.worker.logs import attempt_log_name

__all__ = ["RemoteLogs"]

log = logging.getLogger("tradewind.remote_logs")

FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
GOES_ON = {"up_for_reschedule", "deferred", "awaiting_input"}
"""Ends of an attempt whose log the next attempt of the same try goes on with."""
STOP_S = 10.0
ANSWER_S = 120.0
FRESH_S = 60.0
"""How long what the store gave is shown again without asking it."""
KEPT_S = 3600.0


class RemoteLogs:
    """The way to the store.

    Args:
        settings: where logs are, here and there.
        database, cipher: what tells the attempts, and the connection to the store.
        stop_s: how long the end waits for uploads.
    """

    def __init__(self, settings: Settings, database: Database, cipher: Cipher, *, stop_s: float = STOP_S) -> None:
        self._settings, self._database, self._stop_s = settings, database, stop_s
        self._outbox = Outbox(settings.home / "remote-logs", settings.log_folder)
        self._read_folder = settings.home / "cache" / "remote-logs"
        self._store = _StoreProcess(settings, database, cipher, self._outbox.staged)
        self._ended: queue.SimpleQueue[str | Path | None] = queue.SimpleQueue()
        """Ids of attempts, and log files that callbacks have written to."""
        self._is_stopping = threading.Event()
        self._clock = SystemClock()
        self._thread = threading.Thread(target=self._upload_all, name="remote-logs", daemon=True)

    def start(self) -> None:
        """Begin to upload, with what the last server has left."""
        self._thread.start()

    def stop(self) -> None:
        """Upload what is waiting, as far as there is time, and end."""
        self._ended.put(None)
        self._thread.join(self._stop_s)
        self._is_stopping.set()
        self._store.end()  # an upload that hangs comes back with an error
        self._thread.join()

    def watching(self, sink: Sink) -> Sink:
        """A sink that also takes note of the attempts and callbacks that have ended."""

        def put(fact: Fact) -> None:
            sink(fact)
            if isinstance(fact, Lost | Exited) or (isinstance(fact, Ended) and fact.outcome not in GOES_ON):
                self._ended.put(fact.attempt)
            elif isinstance(fact, CalledBack) and fact.log_path:
                self._ended.put(Path(fact.log_path))

        return put

    def read(self, key: tuple[str, str, str, int], try_number: int) -> Path | None:
        """The log of a try as a file, put together of what the store has and what is still here; None: all is here,
        in the log's own file, or nothing anywhere."""
        name = _path(key, try_number)
        is_sent, waiting, own = self._outbox.rest(name)
        if own and not waiting and not is_sent:
            return None
        rest = waiting + own
        there = b"" if rest and not is_sent else self._fetched(name)
        if not there and not rest:
            return None
        return self._written(f"{name} with what is here", there if there.endswith(rest) else there + rest)

    def _fetched(self, name: str) -> bytes:
        file = self._read_file(name)
        try:
            if self._age_s(file) < FRESH_S:
                return file.read_bytes()
        except FileNotFoundError:
            pass  # not asked for yet
        answer = self._store.ask("read", name)
        if "error" in answer:
            return f"the log can't be read from the remote store: {answer['error']}\n".encode()
        text = str(answer.get("text") or "").encode()
        if text:
            self._written(name, text)
        return text

    def _read_file(self, name: str) -> Path:
        return self._read_folder / hashlib.blake2b(name.encode(), digest_size=16).hexdigest()

    def _written(self, name: str, content: bytes) -> Path:
        """Keep what was read for readers that come page by page; what nobody has read for long goes."""
        file = self._read_file(name)
        make_private_folder(file.parent)
        own = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        own.write_bytes(content)
        own.replace(file)
        for one in list(self._read_folder.iterdir()):
            try:
                if self._age_s(one) > KEPT_S:
                    one.unlink()
            except FileNotFoundError:  # another reader was faster
                continue
        return file

    def _age_s(self, file: Path) -> float:
        return self._clock.now().timestamp() - file.stat().st_mtime

    # -- the thread ------------------------------------------------------------------------------------------------------

    def _upload_all(self) -> None:
        for name in self._outbox.waiting():
            self._guarded(name)
        while (ended := self._ended.get()) is not None:
            self._guarded(ended)

    def _guarded(self, ended: str | Path) -> None:
        try:
            name = self._name(ended)
            if name is not None and self._outbox.take(name) and not self._is_stopping.is_set():
                self._upload(name)
        except Exception:
            log.exception("the log of %s is not uploaded; it stays here", ended)

    def _name(self, ended: str | Path) -> str | None:
        """Name of a log: of an attempt, or of a file; None: there is none that goes to the store."""
        if isinstance(ended, Path):
            is_of_try = ended.name.startswith("attempt=") and ended.is_relative_to(self._settings.log_folder)
            return str(ended.relative_to(self._settings.log_folder)) if is_of_try else None
        if ended.endswith(".log"):  # left by the last server
            return ended
        with self._database.read() as tx:
            try:
                return _path(*tasks.try_of_attempt(tx, ended))
            except NotFound:
                return None  # its run was deleted meanwhile, its log with it

    def _upload(self, name: str) -> None:
        self._outbox.stage(name)
        answer = self._store.ask("upload", name)
        if "error" in answer or not self._outbox.settle(name):
            why = answer.get("error", "the store did not take it")
            log.error("the log %s is not uploaded; it stays here: %s", name, why)
        self._read_file(name).unlink(missing_ok=True)


class _StoreProcess:
    """The process that runs the store's code: started with the first order, and anew when it has ended.

    Args:
        settings: which store.
        database, cipher: for the connection to it.
        folder: the folder of logs that the store sees.
    """

    def __init__(self, settings: Settings, database: Database, cipher: Cipher, folder: Path) -> None:
        self._settings, self._database, self._cipher, self._folder = settings, database, cipher, folder
        self._process: subprocess.Popen[str] | None = None
        self._has_ended = False
        self._lock = threading.Lock()

    def ask(self, order: str, name: str) -> Mapping[str, Any]:
        """What comes of an order about a log; `error` where it went wrong."""
        with self._lock:
            try:
                return _answer(self._running(), {"order": order, "path": name, "ti": _ti(name)})
            except (OSError, ValueError) as error:
                self._kill()
                return {"error": f"the process that keeps logs has ended: {error}"}

    def end(self) -> None:
        """End it, whatever it does; it is not started again."""
        self._has_ended = True
        if self._process is not None:
            self._process.kill()  # who waits for its answer has the lock
        with self._lock:
            self._kill()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._has_ended:
            raise OSError("the server stops")
        if self._process is None or self._process.poll() is not None:
            self._kill()
            self._process = self._started()
            self._tell_connection(self._process)
        return self._process

    def _started(self) -> subprocess.Popen[str]:
        seen = {
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self._folder),
            "TRADEWIND__LOGS__FOLDER": str(self._folder),
            # Stores show by it that they have taken a log: nothing but the copy is theirs to delete.
            "AIRFLOW__LOGGING__DELETE_LOCAL_LOGS": "True",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tradewind.worker.remote_logs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **seen, "TRADEWIND_HOME": str(self._settings.home)},
        )

    def _tell_connection(self, process: subprocess.Popen[str]) -> None:
        """The connection to the store, where it is a stored one; the process finds others itself."""
        conn_id = self._settings.logs.remote_conn_id
        if not conn_id:
            return
        try:
            with self._database.read() as tx:
                record = get_connection(tx, self._cipher, "default", conn_id)
        except NotFound:
            return
        fields = {name: value for name in FIELDS if (value := getattr(record, name)) is not None}
        _answer(process, {"connection": [conn_id, fields]})


def _answer(process: subprocess.Popen[str], asked: Mapping[str, Any]) -> Mapping[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    timer = threading.Timer(ANSWER_S, process.kill)
    timer.start()
    try:
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
    finally:
        timer.cancel()
    if not line:
        raise OSError("it gave no answer")
    return json.loads(line)


def _path(key: tuple[str, str, str, int], try_number: int) -> str:
    dag_id, run_id, task_id, map_index = key
    return attempt_log_name(dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, try_number=try_number)


def _ti(name: str) -> dict[str, Any]:
    """The instance and try that a log is of, by the name of the log."""
    parts = dict(part.split("=", 1) for part in name.removesuffix(".log").split("/"))
    return {
        "dag_id": parts["dag_id"],
        "run_id": parts["run_id"],
        "task_id": parts["task_id"],
        "map_index": int(parts.get("map_index", "-1")),
        "try_number": int(parts["attempt"]),
    }

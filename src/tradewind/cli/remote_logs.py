"""Logs of ended attempts go to a remote store, and are read from there where the local file is gone.

One thread takes the attempts that have ended; the code of the store runs in a process of its own (`worker.remote_logs`),
which is started with the first order.
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

from tradewind.base.errors import NotFound
from tradewind.base.settings import Settings
from tradewind.db import tasks
from tradewind.db.cipher import Cipher
from tradewind.db.connections import get_connection
from tradewind.db.engine import Database
from tradewind.executors.base import Exited, Fact, Lost, Sink
from tradewind.protocol.messages import Ended
from tradewind.worker.logs import attempt_log_name

__all__ = ["RemoteLogs"]

log = logging.getLogger("tradewind.remote_logs")

FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
GOES_ON = {"up_for_reschedule", "deferred", "awaiting_input"}
"""Ends of an attempt whose log the next attempt of the same try goes on with."""
STOP_S = 10.0


class RemoteLogs:
    """The way to the store.

    Args:
        settings: where logs are, here and there.
        database, cipher: what tells the attempts, and the connection to the store.
    """

    def __init__(self, settings: Settings, database: Database, cipher: Cipher) -> None:
        self._settings, self._database, self._cipher = settings, database, cipher
        self._ended: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._upload_all, name="remote-logs", daemon=True)
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to upload."""
        self._thread.start()

    def stop(self) -> None:
        """Upload what is waiting, as far as there is time, and end."""
        self._ended.put(None)
        self._thread.join(STOP_S)
        with self._lock:
            if self._process is not None:
                self._process.terminate()
                self._process.wait()

    def watching(self, sink: Sink) -> Sink:
        """A sink that also takes note of the attempts that have ended."""

        def put(fact: Fact) -> None:
            sink(fact)
            if isinstance(fact, Lost | Exited) or (isinstance(fact, Ended) and fact.outcome not in GOES_ON):
                self._ended.put(fact.attempt)

        return put

    def read(self, key: tuple[str, str, str, int], try_number: int) -> Path | None:
        """The log of a try as a file, fetched from the store; None: it is not there."""
        path = _path(key, try_number)
        digest = hashlib.blake2b(path.encode(), digest_size=16).hexdigest()
        file = self._settings.home / "cache" / "remote-logs" / digest
        if not file.exists():
            answer = self._ask("read", key, try_number)
            if not answer.get("text"):
                return None
            file.parent.mkdir(parents=True, exist_ok=True)
            own = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
            own.write_text(answer["text"], encoding="utf-8")
            own.replace(file)
        return file

    # -- the thread ------------------------------------------------------------------------------------------------------

    def _upload_all(self) -> None:
        while (attempt := self._ended.get()) is not None:
            try:
                self._upload(attempt)
            except Exception:
                log.exception("the log of attempt %s is not uploaded; it stays here", attempt)

    def _upload(self, attempt: str) -> None:
        with self._database.read() as tx:
            try:
                key, try_number = tasks.try_of_attempt(tx, attempt)
            except NotFound:
                return  # its run was deleted meanwhile, its log with it
        file = self._settings.log_folder / _path(key, try_number)
        if file.is_file() and file.stat().st_size:
            answer = self._ask("upload", key, try_number)
            if "error" in answer:
                log.error("the log %s is not uploaded; it stays here: %s", file, answer["error"])

    # -- the process -----------------------------------------------------------------------------------------------------

    def _ask(self, order: str, key: tuple[str, str, str, int], try_number: int) -> Mapping[str, Any]:
        dag_id, run_id, task_id, map_index = key
        ti = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "map_index": map_index, "try_number": try_number}
        with self._lock:
            try:
                return self._told({"order": order, "path": _path(key, try_number), "ti": ti})
            except (OSError, ValueError) as error:
                self._process = None  # it is gone; the next order starts another
                return {"error": f"the process that keeps logs has ended: {error}"}

    def _told(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        process = self._process
        if process is None or process.poll() is not None:
            process = self._process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def _started(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tradewind.worker.remote_logs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TRADEWIND_HOME": str(self._settings.home)},
        )
        conn_id = self._settings.logs.remote_conn_id
        fields = self._connection(conn_id)
        if fields is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"connection": [conn_id, fields]}) + "\n")
            process.stdin.flush()
            process.stdout.readline()
        return process

    def _connection(self, conn_id: str) -> dict[str, Any] | None:
        """The connection to the store, where it is a stored one; the process finds others itself."""
        if not conn_id:
            return None
        try:
            with self._database.read() as tx:
                record = get_connection(tx, self._cipher, "default", conn_id)
        except NotFound:
            return None
        return {name: value for name in FIELDS if (value := getattr(record, name)) is not None}


def _path(key: tuple[str, str, str, int], try_number: int) -> str:
    dag_id, run_id, task_id, map_index = key
    return attempt_log_name(dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, try_number=try_number)

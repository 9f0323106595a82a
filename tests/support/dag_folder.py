"""A folder of DAG files with a real processor, real parsing processes and a real SQLite database."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from tradewind.base.clock import SystemClock
from tradewind.base.ids import UuidSource
from tradewind.base.settings import Settings, load_settings
from tradewind.db import Database, open_database, schema
from tradewind.parsing import DagProcessor, ForkServer, dag_processor

__all__ = ["DagFolder", "dag_source"]

T = TypeVar("T")


def dag_source(dag_id: str, *lines: str, tasks: int = 1) -> str:
    """The text of a DAG file; `lines` come before the DAG."""
    chain = " >> ".join(f"step_{n}()" for n in range(tasks))
    body = "".join(f"    @task\n    def step_{n}():\n        return {n}\n" for n in range(tasks))
    return "\n".join(["from tradewind import DAG, task", *lines, f"with DAG({dag_id!r}):", f"{body}    {chain}", ""])


class DagFolder:
    """The folder, and what the database knows of it."""

    def __init__(self, place: Path, *, timeout_s: float = 60.0, database: Database | None = None) -> None:
        self.root = place / "dags"
        self.root.mkdir(parents=True)
        self.home = place / "home"
        self.home.mkdir()
        parsing = {"dags_folder": str(self.root), "timeout_s": timeout_s, "rescan_s": 600}
        self.settings: Settings = load_settings({}, home=self.home, overrides={"parsing": parsing})
        self.clock = SystemClock()
        self.database: Database = database or open_database(self.settings.db, self.settings.db_url)
        schema.migrate(self.database, self.clock.now())
        self.rings = 0
        self._rang = threading.Condition()

    def write(self, path: str, content: str) -> Path:
        """Write a file of the folder at once, as editors do."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.draft")
        draft.write_text(content, encoding="utf-8")
        draft.rename(file)
        return file

    @contextmanager
    def processor(self) -> Iterator[DagProcessor]:
        """A processor that has looked at the folder once."""
        processor = dag_processor(
            self.settings,
            self.database,
            clock=self.clock,
            ids=UuidSource(),
            bell=self._ring,
            caller=ForkServer(os.environ),
        )
        processor.start()
        try:
            assert processor.wait_until_idle(60)
            yield processor
        finally:
            processor.stop()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with self.database.read() as tx:
            return [tuple(row) for row in tx.execute(text(query))]

    def dags(self) -> dict[str, str]:
        """The DAGs in force: DAG id -> path of its file."""
        return dict(self.rows("SELECT dag_id, relative_fileloc FROM dag WHERE NOT is_stale ORDER BY dag_id"))

    def errors(self) -> dict[str, str]:
        """Import errors: path -> text."""
        return dict(self.rows("SELECT relative_fileloc, stacktrace FROM import_error ORDER BY relative_fileloc"))

    def versions(self) -> dict[str, int]:
        """The number of versions of each DAG."""
        return dict(self.rows("SELECT dag_id, count(*) FROM dag_version GROUP BY dag_id ORDER BY dag_id"))

    def parsed_at(self) -> dict[str, str]:
        """When each file was parsed last."""
        return dict(self.rows("SELECT relative_fileloc, parsed_at FROM parsed_file ORDER BY relative_fileloc"))

    def events(self) -> list[str]:
        """Kinds of the events that wait for the scheduler, in order."""
        return [row[0] for row in self.rows("SELECT kind FROM inbox ORDER BY id")]

    def wait_for(self, look: Callable[[], T], expected: T, timeout_s: float = 60.0) -> float:
        """Wait until a look at the database gives what is expected; seconds that it took."""
        started = time.monotonic()
        with self._rang:
            while (found := look()) != expected:
                left = started + timeout_s - time.monotonic()
                assert left > 0, f"{found} is not {expected} after {timeout_s} s"
                self._rang.wait(min(left, 0.02))
        return time.monotonic() - started

    def _ring(self) -> None:
        with self._rang:
            self.rings += 1
            self._rang.notify_all()

"""A local executor with a DAG file made for the test, and the facts that it reported."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from support.worker_entries import entries
from tradewind.base.settings import LogSettings, WorkerSettings
from tradewind.executors.base import Exited, Fact, Lost, NotStarted
from tradewind.executors.local import LocalExecutor
from tradewind.protocol.messages import (
    CallbackWork,
    DagFacts,
    Ended,
    ErrorReply,
    Reply,
    Request,
    RunInfo,
    Started,
    Workload,
)
from tradewind.worker.logs import LogLine, read_log

WAIT_S = 60.0
TESTS = Path(__file__).parent.parent
SLOW_IMPORT = """
import time
from pathlib import Path
while not (Path(__file__).parent / "go").exists(): time.sleep(0.01)
def noop(work, api): pass
"""
"""A DAG file whose import takes until there is a file `go` beside it."""


def no_answers(_work: Workload | CallbackWork, request: Request) -> Reply:
    return ErrorReply(code="not_found", message=f"no answer to {type(request).__name__} in this test")


class Harness:
    """Submits attempts of functions in one file, and waits for what is reported of them."""

    def __init__(
        self,
        folder: Path,
        code: str,
        *,
        worker: WorkerSettings | None = None,
        logs: LogSettings | None = None,
        handler: Callable[[Workload | CallbackWork, Request], Reply] = no_answers,
        import_timeout_s: float = 10.0,
        python_path: str = "",
        token: str = "",
        **more,
    ) -> None:
        self.folder = folder
        self.token = token or os.urandom(4).hex()
        self.facts: list[Fact] = []
        self._changed = threading.Condition()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "file.py").write_text(code, encoding="utf-8")
        worker = worker or WorkerSettings(kill_grace_s=1.0)
        logs = logs or LogSettings()
        self.executor = LocalExecutor(
            worker,
            logs,
            entries=entries(
                import_timeout_s=import_timeout_s,
                memory_limit_mb=worker.memory_limit_mb,
                log_limit_mb=logs.task_limit_mb,
                **more,
            ),
            environment={**os.environ, "PYTHONPATH": f"{TESTS}{os.pathsep}{python_path}"},
        )
        self.executor.start(self._sink, handler)

    def _sink(self, fact: Fact) -> None:
        with self._changed:
            self.facts.append(fact)
            self._changed.notify_all()

    def id(self, name: str) -> str:
        """The identity of an attempt: other runs of these tests on this machine must not have the same."""
        return f"{name}.{self.token}"

    def kill(self, name: str) -> None:
        self.executor.kill(self.id(name))

    def adopt(self, names: list[str]) -> set[str]:
        """Names of the attempts that the executor has."""
        return {found.split(".")[0] for found in self.executor.adopt([self.id(name) for name in names])}

    def is_known(self, name: str) -> bool:
        """Whether the executor still has something of the attempt."""
        return self.id(name) in self.executor._fleet.by_attempt

    def workload(self, attempt: str, task: str, isolation: str = "fork", file: str = "file.py") -> Workload:
        return Workload(
            attempt=self.id(attempt),
            dag=DagFacts(
                workspace="w", dag_id="d", version_id="v", bundle_path=str(self.folder), relative_fileloc=file
            ),
            run=RunInfo(uid="u", run_id="r", run_type="manual", run_after=datetime.now(UTC)),
            task_id=task,
            map_index=-1,
            try_number=1,
            max_tries=1,
            isolation=isolation,
            log_path=str(self.log_path(attempt)),
        )

    def log_path(self, attempt: str) -> Path:
        return self.folder / "logs" / f"{attempt}.log"

    def submit(self, attempt: str, task: str, isolation: str = "fork", file: str = "file.py") -> None:
        self.executor.submit(self.workload(attempt, task, isolation, file))

    def wait(self, condition: Callable[[], object], what: str = "it") -> None:
        deadline = time.monotonic() + WAIT_S
        with self._changed:
            while not condition():
                if not self._changed.wait(min(0.05, deadline - time.monotonic())) and time.monotonic() > deadline:
                    raise AssertionError(f"waited in vain for {what}; facts: {self.facts}")

    def of(self, attempt: str, *kinds: type) -> list[Fact]:
        return [fact for fact in self.facts if fact.attempt == self.id(attempt) and isinstance(fact, kinds or object)]

    def started(self, attempt: str) -> Started:
        self.wait(lambda: self.of(attempt, Started), f"the start of {attempt}")
        return self.of(attempt, Started)[0]

    def end(self, attempt: str) -> Ended | Lost | Exited | NotStarted:
        """The fact that concludes the attempt."""
        kinds = (Ended, Lost, Exited, NotStarted)
        self.wait(lambda: self.of(attempt, *kinds), f"the end of {attempt}")
        return self.of(attempt, *kinds)[0]

    def run(self, attempt: str, task: str, isolation: str = "fork", file: str = "file.py"):
        self.submit(attempt, task, isolation, file)
        return self.end(attempt)

    def log(self, attempt: str) -> list[LogLine]:
        return list(read_log(self.log_path(attempt), limit=1_000_000))

    def events(self, attempt: str) -> list[str]:
        """Log lines without the header."""
        return [line.event for line in self.log(attempt) if line.logger != "tradewind.worker"]

    def note(self, name: str) -> str:
        """What a task wrote to a file of this name; waits for it."""
        path = self.folder / name
        self.wait(lambda: path.exists() and path.read_text().endswith("\n"), f"the file {name}")
        return path.read_text().strip()


def is_alive(pid: int) -> bool:
    """Whether a process lives; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        pause.wait(0.01)

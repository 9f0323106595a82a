"""The real runner in real processes: DAG files as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.local_executor import Harness, is_alive, wait_until
from tradewind.base.settings import LogSettings, WorkerSettings
from tradewind.executors.base import Exited
from tradewind.executors.local import LocalExecutor
from tradewind.protocol.messages import (
    CallbackWork,
    ConnectionReply,
    DagFacts,
    GetConnection,
    GetVariable,
    RunInfo,
    ValueReply,
    Workload,
)

CODE = """
import os
import time
from pathlib import Path

from tradewind import DAG, BaseHook, BaseOperator, Variable, task

HERE = Path(__file__).parent


def note(name, text="yes"):
    part = HERE / (name + ".part")
    part.write_text(f"{text}\\n")
    part.rename(HERE / name)


class Tidy(BaseOperator):
    def execute(self, context):
        note("running", os.getpid())
        time.sleep(600)

    def on_kill(self):
        note("tidied")


with DAG("mine", schedule=None, on_failure_callback=lambda context: note("called-back", context["reason"])):
    @task
    def numbers(day):
        print("today is", day)
        return [1, 2, 3]

    @task
    def secrets():
        print("variable", Variable.get("api_key"))
        print("connection", BaseHook.get_connection("db").password)
        raise ValueError("leaked " + BaseHook.get_connection("db").password)

    numbers("{{ ds }}")
    secrets()
    Tidy(task_id="tidy")
"""


def answer(_work, request):
    match request:
        case GetVariable():
            return ValueReply(value="variable-secret-1")
        case GetConnection():
            return ConnectionReply(found=True, conn_id="db", conn_type="postgres", password="connection-secret-2")
        case _:
            raise AssertionError(request)


class RealHarness(Harness):
    """As `Harness`, with the entries that the server uses."""

    def __init__(self, folder) -> None:
        super().__init__(folder, CODE, handler=answer)
        self.executor.stop(0)
        self.executor = LocalExecutor(WorkerSettings(kill_grace_s=2.0), LogSettings())
        self.executor.start(self._sink, answer)

    def workload(self, attempt: str, task: str, isolation: str = "fork", file: str = "file.py") -> Workload:
        return Workload(
            attempt=self.id(attempt),
            dag=self.dag(file),
            run=self.run_info(),
            task_id=task,
            map_index=-1,
            try_number=1,
            max_tries=1,
            isolation=isolation,
            log_path=str(self.log_path(attempt)),
            artifact_url=str(self.folder / "artifacts"),
        )

    def dag(self, file: str = "file.py") -> DagFacts:
        return DagFacts(
            workspace="w", dag_id="mine", version_id="v", bundle_path=str(self.folder), relative_fileloc=file
        )

    def run_info(self) -> RunInfo:
        day = datetime(2026, 3, 1, tzinfo=UTC)
        return RunInfo(
            uid="u",
            run_id="r",
            run_type="manual",
            run_after=day,
            logical_date=day,
            interval_start=day,
            interval_end=day,
        )


@pytest.fixture
def harness(tmp_path):
    one = RealHarness(tmp_path)
    yield one
    one.executor.stop(0)


@pytest.mark.parametrize("isolation", ["fork", "reuse", "spawn"])
def test_a_task_is_rendered_run_and_its_result_is_in_the_report(harness: RealHarness, isolation):
    end = harness.run("a", "numbers", isolation)
    assert end.outcome == "success"
    assert [(x.key, x.value, x.length) for x in end.xcoms] == [("return_value", "[1,2,3]", 3)]
    assert "today is 2026-03-01" in harness.events("a")


@pytest.mark.parametrize("isolation", ["fork", "reuse"])
def test_secrets_that_a_task_reads_are_masked_in_its_log_and_its_report(harness: RealHarness, isolation):
    end = harness.run("a", "secrets", isolation)
    text = harness.log_path("a").read_text() + end.reason + end.error
    assert "variable ***" in harness.events("a")
    assert "connection ***" in harness.events("a")
    assert "leaked ***" in end.reason
    assert "secret-2" not in text.replace("secrets()", "")


def test_kill_lets_the_operator_clean_up(harness: RealHarness):
    harness.submit("a", "tidy")
    pid = int(harness.note("running"))
    harness.kill("a")
    assert harness.note("tidied") == "yes"
    assert isinstance(harness.end("a"), Exited)
    assert not is_alive(pid)


def test_a_task_that_is_not_in_the_file_fails_with_a_sentence(harness: RealHarness):
    assert "no task 'nowhere'" in harness.run("a", "nowhere").reason


def test_a_callback_of_the_dag_runs_in_a_worker(harness: RealHarness):
    work = CallbackWork(
        work_id="c", dag=harness.dag(), run=harness.run_info(), kind="on_failure", reason="task_failure",
        log_path=str(harness.log_path("c")), run_state="failed",
    )  # fmt: skip
    harness.executor.run_callback(work)
    assert harness.note("called-back") == "task_failure"
    wait_until(lambda: not harness.executor._fleet.by_attempt, "the process to be gone")

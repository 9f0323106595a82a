"""What a DAG file asks while a worker's process imports it: answered in all isolations, renewed when it is told to."""

from __future__ import annotations

import threading

import pytest

from support.local_executor import WAIT_S, Harness
from tradewind.base.settings import WorkerSettings
from tradewind.executors.base import CalledBack
from tradewind.protocol.messages import CallbackWork, FileImport, GetVariable, ValueReply

ISOLATIONS = ("fork", "reuse", "spawn")
CODE = """
import os, time
from pathlib import Path
from tradewind import Variable

VALUE = Variable.get("key")
HERE = Path(__file__).parent


def show(work, api):
    (HERE / work.attempt.split(".")[0]).write_text(VALUE)


def wait(work, api):
    while not (HERE / "go").exists():
        time.sleep(0.01)


def late(work, api):
    (HERE / "late").write_text(VALUE)
"""
SLOW = CODE + "\nwhile True:\n    Variable.get('key')\n"


class Server:
    """Answers with a value that tests change; notes who asked."""

    def __init__(self) -> None:
        self.value = "one"
        self.askers: list[object] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, work, request):
        assert isinstance(request, GetVariable)
        self.askers.append(work)
        value = self.value
        self.gate.wait(WAIT_S)
        return ValueReply(value=value)


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def harness(tmp_path, server):
    one = Harness(tmp_path, CODE, handler=server, worker=WorkerSettings(kill_grace_s=0.2))
    yield one
    server.gate.set()
    one.executor.stop(0)


def shown(harness: Harness, attempt: str, isolation: str) -> str:
    end = harness.run(attempt, "show", isolation)
    assert end.outcome == "success", end
    return (harness.folder / attempt).read_text()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_the_import_is_answered_and_asks_as_a_file(harness, server, isolation):
    assert shown(harness, "a", isolation) == "one"
    assert set(map(type, server.askers)) == {FileImport}
    assert {asker.relative_fileloc for asker in server.askers} == {"file.py"}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_after_a_change_tasks_see_the_new_value(harness, server, isolation):
    assert shown(harness, "a", isolation) == "one"
    server.value = "two"
    harness.executor.renew("file.py")
    assert [shown(harness, name, isolation) for name in ("b", "c", "d")] == ["two"] * 3


def test_a_change_of_another_file_renews_nothing(harness, server):
    assert shown(harness, "a", "fork") == "one"
    server.value = "two"
    harness.executor.renew("other.py")
    assert shown(harness, "b", "fork") == "one"


@pytest.mark.parametrize("isolation", ["fork", "reuse"])
def test_a_change_during_the_import_has_it_imported_once_more(harness, server, isolation):
    server.gate.clear()
    harness.submit("a", "show", isolation)
    harness.wait(lambda: server.askers, "the question")
    server.value = "two"
    harness.executor.renew("file.py")
    server.gate.set()
    assert harness.end("a").outcome == "success"
    assert (harness.folder / "a").read_text() == "two"


@pytest.mark.parametrize("isolation", ["fork", "reuse"])
def test_attempts_under_way_go_on_when_their_file_is_renewed(harness, server, isolation):
    for n in range(3):
        harness.submit(f"w{n}", "wait", isolation)
        harness.started(f"w{n}")
    server.value = "two"
    harness.executor.renew("file.py")
    for n in range(3):
        harness.submit(f"s{n}", "show", isolation)
    (harness.folder / "go").touch()
    assert [harness.end(f"w{n}").outcome for n in range(3)] == ["success"] * 3
    assert [harness.end(f"s{n}").outcome for n in range(3)] == ["success"] * 3
    assert {(harness.folder / f"s{n}").read_text() for n in range(3)} == {"two"}


def test_a_callback_sees_the_value_too(harness, server):
    like = harness.workload("x", "show")
    work = CallbackWork(
        work_id=harness.id("cb"), kind="late", dag=like.dag, run=like.run, log_path=str(harness.log_path("cb")),
        reason="none",
    )  # fmt: skip
    harness.executor.run_callback(work)
    harness.wait(lambda: any(isinstance(fact, CalledBack) for fact in harness.facts), "the callback")
    assert (harness.folder / "late").read_text() == "one"


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_import_that_asks_for_ever_fails_its_attempts_in_time(tmp_path, server, isolation):
    harness = Harness(tmp_path, SLOW, handler=server, import_timeout_s=0.5)
    try:
        end = harness.run("a", "show", isolation)
        assert end.outcome == "failed"
        assert "took more than 0.5 s (parsing.timeout_s)" in end.reason
    finally:
        harness.executor.stop(0)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_answer_that_comes_too_late_harms_nothing(tmp_path, server, isolation):
    harness = Harness(
        tmp_path, CODE, handler=server, import_timeout_s=2.0
    )  # the import after it must be done in time, too
    try:
        server.gate.clear()
        harness.submit("a", "show", isolation)
        end = harness.end("a")
        assert end.outcome == "failed"
        assert "took more than 2 s" in end.reason
        server.gate.set()
        assert shown(harness, "b", isolation) == "one"
    finally:
        server.gate.set()
        harness.executor.stop(0)

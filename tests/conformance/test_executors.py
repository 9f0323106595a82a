"""What every executor keeps, whatever it is: order of facts, one end, kills, adoption, a clean stop.

A new executor is added to `EXECUTORS`: a function that starts a `Harness` with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from support.local_executor import Harness, is_alive
from tradewind.executors.base import Exited, Lost, NotStarted
from tradewind.protocol.messages import Ended, Started, Workload

CODE = """
import os, signal, time
from pathlib import Path

def noop(work, api): pass
def fail(work, api): raise ValueError("wrong")
def vanish(work, api): os._exit(3)
def long(work, api):
    (Path(__file__).parent / ("long-" + work.attempt.split(".")[0])).write_text(f"{os.getpid()}\\n")
    time.sleep(600)
def stubborn(work, api):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    long(work, api)
"""

EXECUTORS: dict[str, Callable[[Path], Harness]] = {"local": lambda folder: Harness(folder, CODE)}
CASES = [(name, isolation) for name in EXECUTORS for isolation in ("fork", "reuse", "spawn")]
END = (Ended, Lost, NotStarted)


@pytest.fixture(params=CASES, ids=["-".join(case) for case in CASES])
def case(request, tmp_path):
    name, isolation = request.param
    harness = EXECUTORS[name](tmp_path)
    yield harness, isolation
    harness.executor.stop(0)


def test_every_attempt_starts_once_and_ends_once_and_in_this_order(case):
    harness, isolation = case
    tasks = ["noop", "fail", "noop", "vanish"]
    attempts = [(f"a{number}", tasks[number % 4]) for number in range(24 if isolation != "spawn" else 8)]
    for attempt, task in attempts:
        harness.submit(attempt, task, isolation)
    for attempt, task in attempts:
        end = harness.end(attempt)
        assert isinstance(end, Lost) == (task == "vanish")
    kinds = Counter((fact.attempt, isinstance(fact, Started)) for fact in harness.facts)
    assert set(kinds.values()) == {1}
    for attempt, _ in attempts:
        assert [isinstance(fact, Started) for fact in harness.of(attempt)] == [True, False]


def test_a_started_fact_names_the_process_and_the_host(case):
    harness, isolation = case
    harness.submit("a", "long", isolation)
    pid = int(harness.note("long-a"))
    started = harness.started("a")
    assert (started.pid, bool(started.hostname), started.at.tzinfo is not None) == (pid, True, True)


@pytest.mark.parametrize("task", ["long", "stubborn"])
def test_kill_is_followed_by_exited_and_by_nothing_else(case, task):
    harness, isolation = case
    harness.submit("a", task, isolation)
    pid = int(harness.note("long-a"))
    harness.kill("a")
    harness.kill("a")
    harness.wait(lambda: harness.of("a", Exited))
    assert not is_alive(pid)
    assert harness.run("b", "noop", isolation).outcome == "success"
    assert harness.of("a", *END) == []
    assert len(harness.of("a", Exited)) == 1


def test_kill_right_after_submit_ends_with_exited(case):
    harness, isolation = case
    for number in range(5):
        harness.submit(f"a{number}", "long", isolation)
        harness.kill(f"a{number}")
    for number in range(5):
        harness.wait(lambda n=number: harness.of(f"a{n}", Exited))
        assert harness.of(f"a{number}", *END) == []


def test_kill_of_an_unknown_attempt_is_answered(case):
    harness, _ = case
    harness.kill("nobody")
    harness.wait(lambda: harness.of("nobody", Exited))


def test_adopt_returns_what_is_under_control(case):
    harness, isolation = case
    harness.submit("a", "long", isolation)
    harness.note("long-a")
    assert harness.adopt(["a", "gone"]) == {"a"}
    assert harness.adopt([]) == set()


def test_a_workload_survives_the_way_to_the_worker(tmp_path):
    for name, start in EXECUTORS.items():
        harness = start(tmp_path / name)
        (harness.folder / "file.py").write_text(
            "from pathlib import Path\nimport msgspec\n"
            "def echo(work, api):\n"
            "    (Path(__file__).parent / 'part').write_bytes(msgspec.json.encode(work) + b'\\n')\n"
            "    (Path(__file__).parent / 'part').rename(Path(__file__).parent / 'echo')\n"
        )
        work = harness.workload("a", "echo")
        harness.executor.submit(work)

        assert msgspec.json.decode(harness.note("echo"), type=Workload) == work
        harness.executor.stop(0)

"""SIGKILL of zygotes and of the server: what is reported, and that nothing stays behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.local_executor import SLOW_IMPORT, TESTS, WAIT_S, Harness, is_alive, wait_until
from tradewind.base.settings import LogSettings, WorkerSettings
from tradewind.executors.base import Exited, Lost
from tradewind.executors.local import LocalExecutor
from tradewind.worker.process_tree import (
    ATTEMPT_VARIABLE,
    SERVER_VARIABLE,
    children,
    descendants,
    end_marked,
    mark_of,
    processes_of_dead_servers,
)

CODE = """
import os, signal, subprocess, time
from pathlib import Path

HERE = Path(__file__).parent


def note(name, text):
    part = HERE / (name + ".part")
    part.write_text(f"{text}\\n")
    part.rename(HERE / name)


def noop(work, api): pass


def family(work, api):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("I have started")
    plain = subprocess.Popen(["sleep", "600"])
    session = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 601 & wait"], start_new_session=True)
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(write, f"{os.getpid()}".encode())
            time.sleep(600)
        os._exit(0)
    daemon = int(os.read(read, 20))
    note("family-" + work.attempt.split(".")[0], f"{os.getpid()} {plain.pid} {session.pid} {daemon}")
    time.sleep(600)
"""

ISOLATIONS = ["fork", "reuse", "spawn"]
RUN = os.urandom(4).hex()
"""In the names of attempts: other runs of these tests on this machine must not have the same."""


@pytest.fixture
def harness(tmp_path):
    one = Harness(tmp_path, CODE)
    yield one
    one.executor.stop(0)


@pytest.fixture
def run_server(tmp_path):
    """Starts a server of its own that runs the family once for each isolation; it never outlives the test."""
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        (tmp_path / "file.py").write_text(CODE)
        process = subprocess.Popen(
            [sys.executable, "-m", "support.executor_server", str(tmp_path), "family", RUN]
            + [f"{isolation}-1" for isolation in ISOLATIONS],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def family_of(folder: Path, attempt: str) -> list[int]:
    path = folder / f"family-{attempt}"
    wait_until(path.exists, f"the family of {attempt}")
    return [int(pid) for pid in path.read_text().split()]


def zygote_pids(harness: Harness) -> dict[str, int]:
    return {zygote.id.split("-")[0]: zygote.pid for zygote in harness.executor._fleet.zygotes}


@pytest.mark.parametrize("isolation", ["fork", "reuse"])
def test_when_a_files_zygote_is_killed_its_attempts_are_lost_to_infrastructure_and_nothing_lives_on(
    harness: Harness, isolation
):
    harness.submit("a", "family", isolation)
    family = family_of(harness.folder, "a")
    os.kill(zygote_pids(harness)["file"], signal.SIGKILL)
    end = harness.end("a")
    assert isinstance(end, Lost)
    assert end.is_infrastructure
    assert [pid for pid in family if is_alive(pid)] == [], "when the loss is told, no process of the attempt lives"
    assert harness.events("a") == ["I have started", end.reason]
    assert harness.run("b", "noop", isolation).outcome == "success"


def test_when_the_base_zygote_is_killed_forked_attempts_go_on_and_fresh_ones_are_lost(harness: Harness):
    harness.submit("f", "family", "fork")
    harness.submit("s", "family", "spawn")
    forked, fresh = family_of(harness.folder, "f"), family_of(harness.folder, "s")
    os.kill(zygote_pids(harness)["base"], signal.SIGKILL)
    end = harness.end("s")
    assert isinstance(end, Lost)
    assert end.is_infrastructure
    assert [pid for pid in fresh if is_alive(pid)] == []
    assert all(map(is_alive, forked))
    for isolation in ISOLATIONS:
        assert harness.run(f"after-{isolation}", "noop", isolation).outcome == "success"
    harness.kill("f")
    assert isinstance(harness.end("f"), Exited)
    assert [pid for pid in forked if is_alive(pid)] == []


def test_attempts_that_wait_for_an_import_survive_the_death_of_the_base(tmp_path):
    harness = Harness(tmp_path, SLOW_IMPORT, import_timeout_s=WAIT_S)
    harness.submit("a", "noop")
    wait_until(lambda: children(zygote_pids(harness)["base"]), "the file's zygote to be forked")
    os.kill(zygote_pids(harness)["base"], signal.SIGKILL)
    (tmp_path / "go").touch()
    end = harness.end("a")
    harness.executor.stop(0)
    assert end.outcome == "success"


def test_all_zygotes_killed_at_once_leave_nothing(harness: Harness):
    for isolation in ISOLATIONS:
        harness.submit(isolation, "family", isolation)
    family = [pid for isolation in ISOLATIONS for pid in family_of(harness.folder, isolation)]
    for pid in zygote_pids(harness).values():
        os.kill(pid, signal.SIGKILL)
    for isolation in ISOLATIONS:
        assert harness.end(isolation).is_infrastructure
    assert [pid for pid in family if is_alive(pid)] == []
    assert harness.run("after", "noop").outcome == "success"


@pytest.mark.parametrize("how", ["server", "server and zygotes"])
def test_when_the_server_is_killed_nothing_lives_on_and_its_successor_makes_sure(tmp_path, how, run_server):
    server = run_server()
    family = [pid for isolation in ISOLATIONS for pid in family_of(tmp_path, f"{isolation}-1")]
    below = descendants(server.pid)
    assert set(family) <= set(below)
    os.kill(server.pid, signal.SIGKILL)
    if how == "server and zygotes":
        for pid in below:
            if pid not in family:
                with contextlib.suppress(ProcessLookupError):  # who saw the server go may have ended by itself
                    os.kill(pid, signal.SIGKILL)
    server.wait()
    successor = LocalExecutor(WorkerSettings(), LogSettings())
    assert successor.adopt([f"{x}-1.{RUN}" for x in ISOLATIONS]) == set()
    assert [pid for pid in family + below if is_alive(pid)] == []
    successor.stop(0)


def test_without_a_successor_the_zygotes_end_everything_by_themselves(tmp_path, run_server):
    server = run_server()
    family = [pid for isolation in ISOLATIONS for pid in family_of(tmp_path, f"{isolation}-1")]
    below = descendants(server.pid)
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    wait_until(lambda: not any(map(is_alive, family + below)), "all to be gone")


def test_adopt_keeps_what_this_executor_runs_and_leaves_neighbours_alone(tmp_path):
    ours, other = Harness(tmp_path / "ours", CODE), Harness(tmp_path / "other", CODE)
    ours.submit("mine", "family")
    other.submit("theirs", "family")
    mine, theirs = family_of(ours.folder, "mine"), family_of(other.folder, "theirs")
    assert ours.adopt(["mine", "nobody"]) == {"mine"}
    assert all(map(is_alive, mine + theirs))
    ours.executor.stop(0)
    other.executor.stop(0)


def test_a_process_is_found_by_the_attempt_it_belongs_to_even_if_it_only_forked(harness: Harness):
    for isolation in ISOLATIONS:
        harness.submit(isolation, "family", isolation)
    for isolation in ISOLATIONS:
        assert {mark_of(pid) for pid in family_of(harness.folder, isolation)} == {harness.id(isolation)}


def test_end_marked_waits_until_the_processes_are_gone():
    sleeper = subprocess.Popen(["sleep", "600"], env={**os.environ, ATTEMPT_VARIABLE: f"some-{os.getpid()}"})
    other = subprocess.Popen(["sleep", "600"], env={**os.environ, ATTEMPT_VARIABLE: f"another-{os.getpid()}"})
    assert end_marked([f"some-{os.getpid()}"]) == []
    assert not is_alive(sleeper.pid)
    assert is_alive(other.pid)
    for one in (sleeper, other):
        one.kill()
        one.wait()


def test_a_process_keeps_its_mark_while_it_changes_programs(tmp_path):
    script, mark = tmp_path / "again.sh", f"changing.{RUN}"
    script.write_text(f'exec /bin/sh "{script}"\n')
    env = {**os.environ, ATTEMPT_VARIABLE: mark}
    with subprocess.Popen(["/bin/sh", str(script)], env=env) as restless:
        try:
            assert {mark_of(restless.pid) for _ in range(5000)} == {mark}
            assert end_marked([mark]) == []
            assert restless.wait(WAIT_S) == -signal.SIGKILL
        finally:
            restless.kill()


def test_a_process_whose_own_variable_has_the_name_of_the_mark_is_nobodys(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"], cwd=tmp_path, env={SERVER_VARIABLE: "http://127.0.0.1:8080"})
    try:
        assert stranger.pid not in processes_of_dead_servers()
    finally:
        stranger.kill()
        stranger.wait()

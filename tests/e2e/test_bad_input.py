"""What goes wrong in files and tasks is told at the right place, and the rest goes on."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.server import Server

HERE = Path(__file__).resolve().parent
MARK = str(random.SystemRandom().randrange(10**8, 10**9))
"""How many seconds the processes sleep that the task `forks` leaves behind: no other process of the machine does."""
pytestmark = pytest.mark.xdist_group("bad-input")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("bad")
    shutil.copytree(HERE / "bad_dags", folder / "dags")
    env = {
        "TRADEWIND__PARSING__TIMEOUT_S": "5",
        "TRADEWIND__WORKER__MEMORY_LIMIT_MB": "1500",
        "TRADEWIND__WORKER__KILL_GRACE_S": "1",
        "LEFT_BEHIND": MARK,
    }
    with Server(folder / "home", folder / "dags", env=env) as running:
        running.wait_dags({"good", "prints", "unserialisable", "forks", "deaf", "slow", "hungry", "dies"})
        yield running


def finished(server: Server, dag_id: str, timeout_s: float = 60) -> tuple[dict[str, Any], str]:
    """Run a DAG to its end: its one instance, and the text of its log."""
    run_id = server.trigger(dag_id)
    server.wait_run(dag_id, run_id, timeout_s)
    (instance,) = server.instances(dag_id, run_id)
    return instance, log_text(server, dag_id, run_id, instance["task_id"])


def log_text(server: Server, dag_id: str, run_id: str, task_id: str) -> str:
    """All of an attempt's log."""
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/1?full_content=true"
    return str(server.get(path)["content"])


def assert_others_go_on(server: Server) -> None:
    """A good DAG runs."""
    instance, _ = finished(server, "good")
    assert instance["state"] == "success"


def import_errors(server: Server, file: str, timeout_s: float = 60) -> str:
    """The import error of a file, once it is there."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        for error in server.get("/importErrors?limit=100")["import_errors"]:
            if error["filename"].endswith(file):
                return str(error["stack_trace"])
        time.sleep(0.05)
    raise AssertionError(f"no import error for {file}")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("cycle.py", ["cycle", "a", "b"]),
        ("duplicate.py", ["same", "already"]),
        ("syntax.py", ["SyntaxError", "syntax.py", "line 5"]),
        ("hang.py", ["5", "hang.py"]),
    ],
)
def test_a_broken_file_is_an_import_error_that_says_what_is_wrong(server: Server, file: str, words: list[str]) -> None:
    trace = import_errors(server, file)
    for word in words:
        assert word in trace
    assert_others_go_on(server)


def test_a_task_that_prints_100_mb_has_its_log_cut_with_a_notice_and_succeeds(server: Server) -> None:
    run_id = server.trigger("prints")
    run = server.wait_run("prints", run_id, 100)
    assert run["state"] == "success"
    (log,) = (server.home / "logs" / "dag_id=prints").rglob("attempt=1.log")
    assert log.stat().st_size < 110 * 1024 * 1024
    with log.open("rb") as file:
        file.seek(-2000, os.SEEK_END)
        assert b"limit" in file.read()
    assert_others_go_on(server)


def test_an_unserialisable_value_fails_its_task_and_names_the_type(server: Server) -> None:
    instance, log = finished(server, "unserialisable")
    assert instance["state"] == "failed"
    assert "Unknown" in log
    assert_others_go_on(server)


def test_children_that_a_task_leaves_behind_are_ended_with_it(server: Server) -> None:
    instance, _ = finished(server, "forks")
    assert instance["state"] == "success"
    end = time.monotonic() + 60
    while strays() and time.monotonic() < end:
        time.sleep(0.05)
    assert strays() == []
    assert_others_go_on(server)


def strays() -> list[int]:
    """Processes that the task `forks` left behind."""
    return [p.pid for p in psutil.process_iter(["cmdline"]) if MARK in (p.info["cmdline"] or ())]


def test_a_task_that_ignores_sigterm_is_killed_all_the_same(server: Server) -> None:
    run_id = server.trigger("deaf")
    end = time.monotonic() + 60
    while server.states("deaf", run_id) != {"deaf[-1]": "running"} and time.monotonic() < end:
        time.sleep(0.02)
    while "deaf now" not in log_text(server, "deaf", run_id, "deaf") and time.monotonic() < end:
        time.sleep(0.02)
    process = psutil.Process(server.instances("deaf", run_id)[0]["pid"])
    server.request("PATCH", f"/api/v2/dags/deaf/dagRuns/{run_id}", {"state": "failed"})
    run = server.wait_run("deaf", run_id)
    assert run["state"] == "failed"
    _, alive = psutil.wait_procs([process], timeout=60)
    assert alive == []
    assert_others_go_on(server)


def test_a_task_past_its_time_fails_and_says_so(server: Server) -> None:
    instance, log = finished(server, "slow")
    assert instance["state"] == "failed"
    assert "imeout" in log or "timed out" in log
    assert_others_go_on(server)


def test_a_task_that_fills_memory_fails_alone(server: Server) -> None:
    instance, log = finished(server, "hungry")
    assert instance["state"] == "failed"
    assert "emory" in log
    assert_others_go_on(server)


def test_a_task_that_is_killed_keeps_its_log_and_fails_with_the_signal(server: Server) -> None:
    instance, log = finished(server, "dies")
    assert instance["state"] == "failed"
    assert "last words" in log
    assert "SIGKILL" in log or "signal 9" in log
    assert_others_go_on(server)


def test_a_locked_database_delays_but_loses_nothing(server: Server) -> None:
    database = sqlite3.connect(server.home / "tradewind.db", isolation_level=None, timeout=60)
    run_id = server.trigger("good")
    server.wait_run("good", run_id)
    database.execute("BEGIN IMMEDIATE")
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(server.trigger("good")), daemon=True)
    asking.start()
    asking.join(timeout=2)
    database.execute("ROLLBACK")
    database.close()
    asking.join(timeout=60)
    assert answers, "the request was neither answered nor refused"
    assert server.wait_run("good", answers[0])["state"] == "success"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes root")
def test_a_full_disk_under_the_logs_does_not_stop_tasks(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(logs)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no mount here: {mounted.stderr.decode().strip()}")
    try:
        (logs / "filler").write_bytes(b"x" * 60_000)
        shutil.copytree(HERE / "bad_dags", tmp_path / "dags", ignore=shutil.ignore_patterns("hang.py"))
        env = {"TRADEWIND__LOGS__FOLDER": str(logs)}
        with Server(tmp_path / "home", tmp_path / "dags", env=env) as server:
            server.wait_dags({"good"})
            for _ in range(5):
                run = server.wait_run("good", server.trigger("good"))
                assert run["state"] == "success"
            end = time.monotonic() + 30
            while "No space left" not in server.output() and time.monotonic() < end:
                time.sleep(0.05)
            assert "No space left" in server.output()
    finally:
        subprocess.run(["umount", "--lazy", str(logs)], check=True)  # a process of the server may be ending just now

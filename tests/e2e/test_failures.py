"""What a running server does when things go wrong: callbacks, deadlines, retries of runs, policies, stored state."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.mailbox import Mailbox, mailbox
from support.server import Server

HERE = Path(__file__).resolve().parent
DAGS = {"dies", "by_hand", "late", "again", "policy"}
UNPAUSED = {"TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false"}
pytestmark = pytest.mark.xdist_group("failures")


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, box: Mailbox) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("failures")
    shutil.copytree(HERE / "failing_dags", folder / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    env = {**UNPAUSED, "NOTES": str(folder / "notes"), "TRADEWIND__WORKER__CALLBACK_TIMEOUT_S": "3"}
    (folder / "notes").touch()
    env |= {"AIRFLOW__SMTP__SMTP_HOST": "127.0.0.1", "AIRFLOW__SMTP__SMTP_PORT": str(box.port)}
    with Server(folder / "home", folder / "dags", env=env) as running:
        running.wait_dags(DAGS)
        yield running


def notes(server: Server, word: str, count: int = 1, timeout_s: float = 60) -> list[list[str]]:
    """The lines that begin with a word, once there are so many."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        lines = [line.split(" ") for line in (server.home.parent / "notes").read_text().splitlines()]
        found = [line for line in lines if line[0] == word]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{word!r} was noted less than {count} times:\n{(server.home.parent / 'notes').read_text()}")


def test_the_callbacks_of_a_task_that_was_killed_run_though_one_of_them_hangs(server: Server, box: Mailbox) -> None:
    run_id = server.trigger("dies")
    server.wait_run("dies", run_id)
    (retry,), (failed,) = notes(server, "retry"), notes(server, "failed")
    assert retry[1:4] == [run_id, "dies", "1"]
    assert failed[1:4] == [run_id, "dies", "2"]
    assert "SIGKILL" in " ".join(failed)
    assert [line[1] for line in notes(server, "dag_failed")] == [run_id]
    log = server.get(f"/dags/dies/dagRuns/{run_id}/taskInstances/dies/logs/2?full_content=true")["content"]
    assert "hang was stopped: it took more than 3 s" in str(log)
    (mail,) = box.received()  # its own process could not send it
    assert (mail["To"], "dies.dies" in mail["Subject"]) == ("ann@example.org", True)


def test_what_a_person_declares_is_called_back_about(server: Server) -> None:
    run_id = server.trigger("by_hand")
    end = time.monotonic() + 60
    while server.states("by_hand", run_id) != {"sleeps[-1]": "running"}:
        assert time.monotonic() < end
        time.sleep(0.05)
    server.request("PATCH", f"/api/v2/dags/by_hand/dagRuns/{run_id}", {"state": "success"})
    (success,) = notes(server, "success")
    assert success[1:3] == [run_id, "sleeps"]
    assert len(notes(server, "dag_success")) == 1


def test_deadlines_of_run_and_task_are_called_about_once_and_shown(server: Server) -> None:
    server.request("POST", "/api/v2/variables", {"key": "slack", "value": "1"})
    run_id = server.trigger("late")
    server.wait_run("late", run_id)
    words = ("run", "task", "asked", "variable")
    for word in words:
        (line,) = notes(server, word)
        assert line[1] == run_id
    shown = server.get(f"/dags/late/dagRuns/{run_id}/deadlines")["deadlines"]
    assert {one["alert_name"]: one["state"] for one in shown} == {**dict.fromkeys(words, "missed"), "never": "met"}
    assert {one["alert_name"]: one["task_id"] for one in shown if one["task_id"]} == {"task": "slow"}
    assert server.get("/dags/late/deadlines?missed=true")["total_entries"] == 4
    assert all(one["missed"] for one in server.get("/dags/late/deadlines?missed=true")["deadlines"])


def test_a_run_whose_task_failed_tries_it_again_by_itself(server: Server) -> None:
    run_id = server.trigger("again")
    server.wait_run("again", run_id)
    assert [line[1] for line in notes(server, "again", 2)] == ["1", "2"]
    (instance,) = server.instances("again", run_id)
    assert (instance["state"], instance["try_number"]) == ("success", 2)


def test_a_policy_decides_by_the_exception_and_what_was_stored_is_there_at_the_next_try(server: Server) -> None:
    run_id = server.trigger("policy")
    server.wait_run("policy", run_id)
    assert notes(server, "kept") == [["kept", "[1,", "2]"]]
    (instance,) = server.instances("policy", run_id)
    assert (instance["state"], instance["try_number"]) == ("failed", 3)
    path = f"/dags/policy/dagRuns/{run_id}/taskInstances/picky/state-store"
    assert [(one["key"], one["value"]) for one in server.get(path)["task_state_store"]] == [("tries", [1, 2, 3])]


def test_a_server_that_died_calls_back_about_deadlines_that_passed_meanwhile(tmp_path: Path) -> None:
    shutil.copytree(HERE / "failing_dags", tmp_path / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notes").touch()
    env = {**UNPAUSED, "NOTES": str(tmp_path / "notes"), "RUN_LATE_S": "2"}  # not before the server is dead
    server = Server(tmp_path / "home", tmp_path / "dags", env=env)
    server.start()
    try:
        server.wait_dags(DAGS)
        run_id = server.trigger("late")
        server.kill9()
        time.sleep(2.0)  # the deadline passes while nobody is there
        server.start()
        (line,) = notes(server, "run")
        assert line[1] == run_id
        server.wait_run("late", run_id)
        assert len(notes(server, "run")) == 1
    finally:
        server.stop()

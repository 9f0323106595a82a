"""The command line beside a running server: one call a command, runs that really run, logs, and servers that are gone."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import warm
from support.server import Server

DAGS = '''"""DAGs of this test."""
from tradewind import DAG, task

with DAG("greet", schedule=None, is_paused_upon_creation=False):
    @task
    def hello(params=None):
        print("hello from the task")
        return "hi"

    @task
    def shout(word):
        return word.upper()
    shout(hello())

with DAG("break", schedule=None, is_paused_upon_creation=False):
    @task
    def fail():
        raise KeyError("the missing key")
    fail()
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "dags").mkdir()
    (folder / "dags" / "greet.py").write_text(DAGS)
    with Server(folder / "home", folder / "dags") as running:
        running.wait_dags({"greet", "break"})
        yield running


@pytest.fixture
def tradewind(server):
    """Run a command in a process of its own, as a person does."""

    def run(*words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = warm.run([sys.executable, "-m", "tradewind", *words], env=server.env, capture_output=True, text=True)
        assert done.returncode == expect, done
        return done

    return run


def test_a_command_talks_to_the_server_and_loads_no_database(server, tradewind) -> None:
    code = "import sys\nfrom tradewind.cli.main import main\ntry: main(['dags', 'list', '-o', 'json'])\nfinally: print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], env=server.env, capture_output=True, text=True, check=True)
    assert {row["dag_id"] for row in json.loads(done.stdout)} >= {"greet", "break"}
    assert "'sqlalchemy'" not in done.stderr
    assert "'fastapi'" not in done.stderr
    assert server.url in tradewind("info").stdout


def test_a_run_is_followed_to_its_end_with_its_log(tradewind) -> None:
    followed = tradewind("dags", "trigger", "greet", "-r", "followed", "--follow")
    assert "shout: success" in followed.stderr
    assert "the run ended: success" in followed.stderr
    assert tradewind("dags", "state", "greet", "followed").stdout == "success\n"
    assert tradewind("tasks", "state", "greet", "shout", "followed").stdout == "success\n"
    assert "hello from the task" in tradewind("tasks", "logs", "greet", "hello", "followed").stdout
    assert "hello from the task" in tradewind("tasks", "logs", "greet", "hello", "followed", "--follow").stdout


def test_a_run_that_fails_ends_the_command_with_one_and_shows_the_error(tradewind) -> None:
    failed = tradewind("dags", "trigger", "break", "--follow", expect=1)
    assert "KeyError: 'the missing key'" in failed.stderr
    tradewind("dags", "trigger", "break", "--wait", expect=1)


def test_cleared_tasks_run_again(server, tradewind) -> None:
    tradewind("dags", "trigger", "greet", "-r", "cleared", "--wait")
    cleared = tradewind("tasks", "clear", "greet", "--run-id", "cleared", "-t", "^shout$", "-y")
    assert "1 task instances are cleared" in cleared.stdout
    assert server.wait_run("greet", "cleared")["state"] == "success"
    rows = json.loads(tradewind("tasks", "states-for-dag-run", "greet", "cleared", "-o", "json").stdout)
    assert {row["task_id"]: row["try_number"] for row in rows} == {"hello": 1, "shout": 2}
    assert "Nothing to clear" in tradewind("tasks", "clear", "greet", "--run-id", "cleared", "-f", "-y").stdout


def test_a_task_instance_says_which_account_it_ran_as(server) -> None:
    run_id = server.trigger("greet")
    server.wait_run("greet", run_id)
    assert {one["unixname"] for one in server.instances("greet", run_id)} == {getpass.getuser()}


def test_what_the_server_refuses_is_one_line(tradewind) -> None:
    refused = tradewind("dags", "trigger", "nothing", expect=3)
    assert refused.stderr.startswith("Error: ")
    assert len(refused.stderr.splitlines()) == 1
    assert "Traceback" in tradewind("dags", "trigger", "nothing", "-v", expect=3).stderr


def test_the_dags_of_the_server_are_tested_wherever_its_folder_is(server, tradewind) -> None:
    tested = json.loads(tradewind("dags", "test", "greet", "-o", "json").stdout)
    assert tested["dags"]["greet"]["state"] == "success"
    assert "hi" in tradewind("tasks", "test", "greet", "hello").stdout
    assert f"2 DAGs in {server.dags}, 0 files with errors" in tradewind("dags", "reserialize").stdout


def test_who_waits_for_a_run_of_a_paused_dag_is_told_what_it_waits_for(server) -> None:
    words = [sys.executable, "-m", "tradewind", "dags"]
    warm.run([*words, "pause", "greet"], env=server.env, check=True, capture_output=True)
    with warm.Popen([*words, "trigger", "greet", "--wait"], env=server.env, stderr=subprocess.PIPE) as waiting:
        assert waiting.stderr is not None
        assert b"`tradewind dags unpause greet`" in waiting.stderr.readline()
        warm.run([*words, "unpause", "greet"], env=server.env, check=True, capture_output=True)
        assert waiting.wait() == 0


def test_a_database_in_use_is_not_emptied(tradewind) -> None:
    assert "stop it first" in tradewind("db", "reset", "-y", expect=4).stderr


def test_a_dag_that_ran_on_its_own_is_not_asked_of_a_server(tradewind, tmp_path) -> None:
    file = tmp_path / "alone.py"
    file.write_text(DAGS.replace("greet", "alone"))
    tradewind("run", str(file), "--dag-id", "alone")
    assert f"once {file} is in the DAGs folder" in tradewind("dags", "trigger", "alone", expect=2).stderr


def test_the_address_of_a_server_that_was_killed_is_passed_over(server, tmp_path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (home / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "token": "x", "pid": gone.pid}))
    done = _list(server, home)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_a_server_that_does_not_answer_is_told_with_its_address(server, tmp_path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "token": "x", "pid": os.getpid()}))
    done = _list(server, home)
    assert done.returncode == 6
    assert "http://127.0.0.1:1" in done.stderr


def _list(server: Server, home: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "tradewind", "--home", str(home), "dags", "list", "-o", "json"]
    return subprocess.run(words, env=server.env, capture_output=True, text=True)

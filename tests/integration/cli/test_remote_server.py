"""The command line of somebody who has no shell on the server: only its address and a token."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import warm
from support.server import Server, free_port

DAGS = '''"""DAGs of this test."""
from tradewind import DAG, task

with DAG("greet", schedule=None, is_paused_upon_creation=False):
    @task
    def hello():
        print("hello from far away")
    hello()
'''
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("far")
    (folder / "dags").mkdir()
    (folder / "dags" / "greet.py").write_text(DAGS)
    with Server(folder / "home", folder / "dags") as running:
        running.wait_dags({"greet"})
        for name, role in (("vera", "Viewer"), ("ursula", "User")):
            body = {"username": name, "password": "a quiet long word", "roles": [{"role": role, "workspace": "*"}]}
            running.request("POST", "/auth/users", body)
        yield running


@pytest.fixture
def far(server: Server, tmp_path: Path) -> Run:
    """Run a command on a machine that has nothing of the server; `environ` on top."""

    def run(*words: str, expect: int = 0, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        clean = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
        env = clean | {"TRADEWIND_HOME": str(tmp_path / "home"), "TRADEWIND_URL": server.url} | environ
        done = warm.run(
            [sys.executable, "-m", "tradewind", *words], env=env, capture_output=True, text=True, input=typed
        )
        assert done.returncode == expect, done
        return done

    return run


@pytest.fixture
def tokens(far: Run) -> Callable[[str], str]:
    return lambda name: far("auth", "login", "-u", name, typed="a quiet long word\n").stdout.strip()


def test_a_viewer_logs_in_and_looks_around(far: Run, tokens: Callable[[str], str], tmp_path: Path) -> None:
    token = tokens("vera")
    listed = far("dags", "list", "-o", "json", TRADEWIND_TOKEN=token)
    assert [row["dag_id"] for row in json.loads(listed.stdout)] == ["greet"]
    refused = far("dags", "trigger", "greet", expect=5, TRADEWIND_TOKEN=token)
    assert "create:dag_run:greet" in refused.stderr
    assert not (tmp_path / "home" / "tradewind.db").exists()


def test_a_user_triggers_far_away_and_follows_to_the_end(far: Run, tokens: Callable[[str], str]) -> None:
    token = tokens("ursula")
    followed = far("dags", "trigger", "greet", "-r", "far", "--follow", TRADEWIND_TOKEN=token)
    assert "the run ended: success" in followed.stderr
    assert "hello from far away" in far("tasks", "logs", "greet", "hello", "far", TRADEWIND_TOKEN=token).stdout


def test_info_says_which_server_is_asked_and_never_the_token(far: Run, server: Server) -> None:
    told = far("info", TRADEWIND_TOKEN="a-secret-token").stdout
    assert server.url in told
    assert "TRADEWIND_URL" in told
    assert "a-secret-token" not in told


def test_a_wrong_password_is_refused_and_no_token_asks_for_one(far: Run) -> None:
    refused = far("auth", "login", "-u", "vera", typed="wrong\n", expect=5)
    assert refused.stdout == ""
    none = far("dags", "list", expect=5)
    assert "TRADEWIND_TOKEN" in none.stderr
    assert "tradewind auth login" in none.stderr


def test_the_audit_log_of_a_server_elsewhere_is_listed_taken_away_and_verified(
    far: Run, tokens: Callable[[str], str], server: Server, tmp_path: Path
) -> None:
    server.request(
        "POST", "/auth/users", {"username": "olga", "password": "a quiet long word", "roles": [{"role": "Op"}]}
    )
    for number in range(120):
        server.request("POST", "/api/v2/variables", {"key": f"k{number}", "value": "v"})
    token = tokens("olga")
    asked = ("audit", "list", "-e", "post_variable", "--limit", "110", "-o", "json")
    listed = json.loads(far(*asked, TRADEWIND_TOKEN=token).stdout)
    assert [one["name"] for one in listed] == [f"k{number}" for number in range(10, 120)]
    verified = far("audit", "verify", TRADEWIND_TOKEN=token).stdout
    assert "entries hold, from 1 to" in verified
    head = verified.partition("Head: ")[2].strip()
    far("audit", "verify", "--head", head, TRADEWIND_TOKEN=token)
    broken = far("audit", "verify", "--head", "0" * 64, expect=1, TRADEWIND_TOKEN=token)
    assert "BROKEN: no entry has the hash" in broken.stdout
    for form in ("jsonl", "csv"):
        file = tmp_path / f"audit.{form}"
        said = far("audit", "export", str(file), "--format", form, TRADEWIND_TOKEN=token).stderr
        lines = file.read_text().splitlines()
        assert len([line for line in lines if "post_variable" in line and re.search(r"\bk\d+\b", line)]) == 120
        assert f"{len(lines) - (form == 'csv')} entries exported" in said
    assert "read:audit" in far("audit", "list", expect=5, TRADEWIND_TOKEN=tokens("vera")).stderr


def test_a_name_is_unlocked_from_elsewhere_and_an_address_where_the_server_runs(
    far: Run, tokens: Callable[[str], str], server: Server
) -> None:
    for _ in range(12):
        server.request("POST", "/auth/token", {"username": "vera", "password": "wrong"}, ok=False)
    assert "locked" in far("auth", "login", "-u", "vera", typed="a quiet long word\n", expect=1).stderr
    far("users", "unlock", "-u", "vera", TRADEWIND_TOKEN=server.token)
    assert tokens("vera")
    assert "where the server runs" in far("users", "unlock", "-a", "10.0.0.1", expect=2, TRADEWIND_TOKEN="x").stderr


@pytest.mark.parametrize("words", ["db check", "connections get x", "rotate-fernet-key"])
def test_what_works_on_the_database_itself_does_not_take_an_empty_one_for_the_servers(
    far: Run, tmp_path: Path, words: str
) -> None:
    refused = far(*words.split(), expect=2, TRADEWIND_TOKEN="x")
    assert "TRADEWIND_URL" in refused.stderr
    assert not (tmp_path / "home").exists()


def test_a_token_made_far_away_is_ones_own_and_a_variable_is_read_as_the_server_shows_it(
    far: Run, tokens: Callable[[str], str], server: Server
) -> None:
    token = tokens("vera")
    made = far("tokens", "create", "laptop", "-s", "view:greet", "-x", "1h", TRADEWIND_TOKEN=token).stdout.strip()
    listed = far("tokens", "list", "-u", "vera", TRADEWIND_TOKEN=token).stdout
    assert ("laptop" in listed, "view:greet" in listed, made in listed) == (True, True, False)
    assert "greet" in far("dags", "list", TRADEWIND_TOKEN=made).stdout
    for key, value in (("region", "north"), ("api_key", "hidden-from-all")):
        server.request("POST", "/api/v2/variables", {"key": key, "value": value})
    admin = far("auth", "login", "-u", "admin", typed=server.password() + "\n").stdout.strip()
    assert far("variables", "get", "region", TRADEWIND_TOKEN=admin).stdout == "north\n"
    assert far("variables", "get", "api_key", TRADEWIND_TOKEN=admin).stdout == "***\n"
    assert "none" in far("variables", "get", "none", TRADEWIND_TOKEN=admin, expect=3).stderr


def test_a_server_that_is_not_there_is_named(far: Run) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    gone = far("dags", "list", expect=6, TRADEWIND_URL=url, TRADEWIND_TOKEN="x")
    assert url in gone.stderr
    assert "process" not in gone.stderr


@pytest.mark.parametrize("url", ["tradewind.example.com", "ftp://there", "http://"])
def test_an_address_that_is_none_is_refused(far: Run, url: str) -> None:
    refused = far("dags", "list", expect=2, TRADEWIND_URL=url, TRADEWIND_TOKEN="x")
    assert "TRADEWIND_URL" in refused.stderr
    assert "https://" in refused.stderr


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """Something that is no Tradewind: sends on from one path, shows a page on the other."""

    def do_GET(self) -> None:
        if self.path.startswith("/moved"):
            self.send_response(301)
            self.send_header("Location", "https://there.example.com" + self.path)
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Welcome to nginx</html>")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the output is the test's."""


@pytest.mark.parametrize(("path", "said"), [("/moved", "https://there.example.com"), ("", "Welcome to nginx")])
def test_another_web_server_is_told_from_tradewind(far: Run, path: str, said: str) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Elsewhere) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{other.server_port}{path}"
            refused = far("dags", "list", expect=6, TRADEWIND_URL=url, TRADEWIND_TOKEN="x")
        finally:
            other.shutdown()
            thread.join()
    assert said in refused.stderr
    assert "TRADEWIND_URL" in refused.stderr


def test_the_address_may_name_a_workspace(far: Run, tokens: Callable[[str], str], server: Server) -> None:
    elsewhere = f"{server.url}/w/other/"
    asked = far("dags", "list", TRADEWIND_URL=elsewhere, TRADEWIND_TOKEN=tokens("vera"), expect=3)
    assert "no workspace 'other'" in asked.stderr

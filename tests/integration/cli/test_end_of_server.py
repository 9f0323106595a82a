"""How `tradewind standalone` ends when somebody tells it to: everything is given back, and nothing is reported as a bug."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

from support import warm
from support.server import Server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_leaves_in_order(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "dags").mkdir()
    home = tmp_path / "home"
    with Server(home, tmp_path / "dags") as server:
        assert server.process is not None
        server.process.send_signal(number)
        assert server.process.wait(60) == 0
        said = server.output()
    assert "Bug" not in said
    assert "Traceback" not in said
    assert not (home / "server.json").exists()
    assert not (home / "bell.sock").exists()
    with sqlite3.connect(home / "tradewind.db") as rows:
        assert rows.execute("SELECT max(expires_at) FROM lease").fetchone() == (0.0,)
        assert rows.execute("SELECT count(*) FROM revoked_token").fetchone() == (1,)
    rows.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_as_soon_as_it_is_ready_stops(tmp_path: Path, number: signal.Signals) -> None:
    env = os.environ | {"TRADEWIND_HOME": str(tmp_path / "home"), "TRADEWIND__API__PORT": "0"}
    command = [sys.executable, "-m", "tradewind", "standalone"]
    with warm.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        while "server.ready" not in (line := server.stderr.readline()):
            assert line, "it ended"
        server.send_signal(number)
        said = server.stderr.read()
        assert server.wait(60) == 0
    assert "Traceback" not in said
    assert not (tmp_path / "home" / "server.json").exists()


def test_the_token_that_a_killed_server_left_behind_is_worth_nothing_to_the_next(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    killed = Server(tmp_path / "home", tmp_path / "dags")
    killed.start()
    left = json.loads((killed.home / "server.json").read_text())["token"]
    killed.kill9()
    with Server(killed.home, tmp_path / "dags") as server:
        reply = urllib3.request("GET", f"{server.url}/api/v2/dags", headers={"Authorization": f"Bearer {left}"})
        assert reply.status == 401

"""How `tradewind standalone` ends when somebody tells it to: everything is given back, and nothing is reported as a bug."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

import pytest

from support.server import Server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_leaves_in_order(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "dags").mkdir()
    home = tmp_path / "home"
    with Server(home, tmp_path / "dags") as server:
        assert server.process is not None
        server.process.send_signal(number)
        assert server.process.wait(20) == 0
        said = server.output()
    assert "Bug" not in said
    assert "Traceback" not in said
    assert not (home / "server.json").exists()
    assert not (home / "bell.sock").exists()
    with sqlite3.connect(home / "tradewind.db") as rows:
        assert rows.execute("SELECT max(expires_at) FROM lease").fetchone() == (0.0,)
        assert rows.execute("SELECT count(*) FROM revoked_token").fetchone() == (1,)
    rows.close()

"""The first second of a server: it answers before it has loaded all of its routes, and answers right."""

from __future__ import annotations

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

from support.server import Server
from tradewind.base.settings import load_settings
from tradewind.cli.standalone import _address_left

ASKED = (
    ("GET", "/api/v2/dags", 200),
    ("GET", "/api/v2/dags/~/dagRuns/~/taskInstances", 200),
    ("GET", "/api/v2/assets", 200),
    ("GET", "/api/v2/backfills?dag_id=none", 200),
    ("GET", "/api/v2/connections", 200),
    ("GET", "/api/v2/eventLogs", 200),
    ("GET", "/api/v2/pools/default_pool", 200),
    ("GET", "/api/v2/variables/none", 404),
    ("GET", "/auth/roles", 200),
    ("GET", "/auth/audit", 200),
    ("GET", "/api/v2/dags/", 200),
    ("GET", "/api/v2/no/such/path", 404),
    ("DELETE", "/api/v2/version", 405),
    ("POST", "/api/v2/dags/none/dagRuns", 422),
)


def test_requests_that_come_as_soon_as_a_server_listens_are_all_answered_right(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    with (
        Server(tmp_path / "home", tmp_path / "dags", is_fresh=True) as server,
        urllib3.PoolManager(maxsize=16, retries=False) as pool,
    ):
        headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}

        def status(one: tuple[str, str, int]) -> int:
            method, path, _ = one
            body = b"{" if method == "POST" else None
            return pool.request(method, server.url + path, headers=headers, body=body, timeout=30.0).status

        with ThreadPoolExecutor(max_workers=len(ASKED)) as threads:
            answers = list(threads.map(status, ASKED))
        assert {path: one for (_, path, _), one in zip(ASKED, answers, strict=True)} == {
            path: wanted for _, path, wanted in ASKED
        }
        assert "routes.not_loaded" not in server.output()


def test_a_server_that_is_ended_while_it_still_loads_ends_as_always(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    with Server(tmp_path / "home", tmp_path / "dags", is_fresh=True) as server:
        assert server.process is not None
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        assert time.monotonic() - began < 20
        assert not (tmp_path / "home" / "server.json").exists()
        assert "Traceback" not in server.output()


def test_the_address_of_a_server_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "server.json"
    file.write_text("of one that was killed")
    with file.open() as reader, _address_left(load_settings({}, home=tmp_path), "http://here", "a token"):
        assert reader.read() == "of one that was killed"
        assert json.loads(file.read_text())["url"] == "http://here"
        assert file.stat().st_mode & 0o777 == 0o600
        assert [one.name for one in tmp_path.iterdir()] == ["server.json"]
    assert not file.exists()

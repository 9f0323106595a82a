"""One attempt supervised over HTTP: a real server, a real process, real kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from support.local_executor import TESTS, WAIT_S, is_alive, wait_until
from support.worker_entries import entries
from tradewind.protocol.messages import DagFacts, RunInfo, Workload

CODE = """
import os, signal, subprocess, time
from pathlib import Path
from tradewind.protocol.messages import GetVariable

HERE = Path(__file__).parent

def noop(work, api): print("ran")
def fail(work, api): raise ValueError("wrong")
def vanish(work, api): os._exit(7)
def ask(work, api): print(api.request(GetVariable(key="k")).value)
def long(work, api):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    (HERE / "pids").write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)
def eat(work, api):
    hoard = []
    while True: hoard.append(b"x" * 10_000_000); time.sleep(0.01)
"""


RUN = os.urandom(4).hex()
"""In the names of attempts: other runs of these tests on this machine must not have the same."""


class FakeServer:
    """Answers the four routes, and notes what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict, str]] = []
        self.status: dict[str, int] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                name = self.path.rsplit("/", 1)[1]
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = outer.status.get(name, 200)
                outer.told.append((name, body, self.headers["Authorization"]))
                answers = {
                    "heartbeat": {"token": f"token-{len(outer.told)}"},
                    "request": {"type": "ValueReply", "value": "from afar"},
                }
                content = json.dumps(answers.get(name, {})).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def bodies(self, name: str) -> list[dict]:
        return [body for told, body, _ in self.told if told == name]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


running: list[subprocess.Popen] = []


@pytest.fixture
def server():
    one = FakeServer()
    yield one
    one.close()
    while running:
        process = running.pop()
        process.kill()
        process.wait()


def attempt_of(tmp_path: Path) -> str:
    return f"{RUN}-{tmp_path.name}"[:60]


def start(tmp_path: Path, server: FakeServer, task: str, **more) -> subprocess.Popen:
    (tmp_path / "file.py").write_text(CODE)
    work = Workload(
        attempt=attempt_of(tmp_path),
        dag=DagFacts(workspace="w", dag_id="d", version_id="v", bundle_path=str(tmp_path), relative_fileloc="file.py"),
        run=RunInfo(uid="u", run_id="r", run_type="manual", run_after=datetime.now(UTC)),
        task_id=task,
        map_index=-1,
        try_number=1,
        max_tries=1,
        isolation="fork",
        log_path=str(tmp_path / "a.log"),
        token="token-0",
        api_url=server.url,
    )
    (tmp_path / "workload.json").write_bytes(msgspec.json.encode(work))
    settings = msgspec.json.encode(entries(**more)).decode()
    process = subprocess.Popen(
        [sys.executable, "-m", "tradewind.worker.supervisor", "--workload", str(tmp_path / "workload.json"),
         "--entries", settings, "--heartbeat-s", "0.1", "--kill-grace-s", "0.5"],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )  # fmt: skip
    running.append(process)
    return process


def pids(tmp_path: Path) -> list[int]:
    path = tmp_path / "pids"
    wait_until(lambda: path.exists() and len(path.read_text().split()) == 2, "the task to start")
    return [int(pid) for pid in path.read_text().split()]


def test_an_attempt_is_started_run_and_reported(tmp_path, server):
    assert start(tmp_path, server, "noop").wait(WAIT_S) == 0
    (started,) = server.bodies("started")
    (ended,) = server.bodies("ended")
    assert (started["type"], started["attempt"]) == ("Started", attempt_of(tmp_path))
    assert (ended["type"], ended["outcome"]) == ("Ended", "success")
    assert '"event":"ran"' in (tmp_path / "a.log").read_text()


def test_a_failure_is_reported(tmp_path, server):
    assert start(tmp_path, server, "fail").wait(WAIT_S) == 0
    assert server.bodies("ended")[0]["reason"] == "ValueError: wrong"


def test_a_process_that_vanishes_is_reported_as_failed(tmp_path, server):
    assert start(tmp_path, server, "vanish").wait(WAIT_S) == 0
    (ended,) = server.bodies("ended")
    assert ended["outcome"] == "failed"
    assert "exit code 7" in ended["reason"]


def test_requests_are_forwarded(tmp_path, server):
    assert start(tmp_path, server, "ask").wait(WAIT_S) == 0
    assert server.bodies("request") == [{"type": "GetVariable", "key": "k"}]
    assert "from afar" in (tmp_path / "a.log").read_text()


def test_heartbeats_renew_the_token(tmp_path, server):
    process = start(tmp_path, server, "long")
    pids(tmp_path)
    wait_until(lambda: len(server.bodies("heartbeat")) > 3, "heartbeats")
    tokens = [token for name, _, token in server.told if name == "heartbeat"]
    process.terminate()
    assert process.wait(WAIT_S) == 0
    assert len(set(tokens)) > 2
    assert tokens[0] == "Bearer token-0"


def test_sigterm_to_the_supervisor_ends_the_whole_family_and_is_reported(tmp_path, server):
    process = start(tmp_path, server, "long")
    family = pids(tmp_path)
    process.terminate()
    assert process.wait(WAIT_S) == 0
    assert [pid for pid in family if is_alive(pid)] == []
    assert server.bodies("ended")[0]["reason"] == "the worker was told to stop"


def test_an_attempt_that_the_server_does_not_want_any_more_is_ended_without_a_report(tmp_path, server):
    process = start(tmp_path, server, "long")
    family = pids(tmp_path)
    server.status["heartbeat"] = 409
    assert process.wait(WAIT_S) == 3
    assert [pid for pid in family if is_alive(pid)] == []
    assert server.bodies("ended") == []


def test_user_code_does_not_run_when_the_start_is_refused(tmp_path, server):
    server.status["started"] = 409
    assert start(tmp_path, server, "noop").wait(WAIT_S) == 3
    assert not (tmp_path / "a.log").exists()


def test_a_report_is_offered_until_the_server_takes_it(tmp_path, server):
    server.status["ended"] = 500
    process = start(tmp_path, server, "noop")
    wait_until(lambda: len(server.bodies("ended")) > 1, "a second offer")
    server.status["ended"] = 200
    assert process.wait(WAIT_S) == 0


def test_a_task_that_fills_memory_is_ended_with_the_reason(tmp_path, server):
    assert start(tmp_path, server, "eat", memory_limit_mb=200).wait(WAIT_S) == 0
    assert "more than the 200 MB it may" in server.bodies("ended")[0]["reason"]


def test_when_the_supervisor_is_killed_its_task_dies_with_it(tmp_path, server):
    process = start(tmp_path, server, "long")
    task, _child = pids(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not is_alive(task), "the task to die")
    os.kill(_child, signal.SIGKILL)

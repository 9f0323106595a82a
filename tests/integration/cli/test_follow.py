"""Following on the command line: over the stream of changes, also while the server is killed and started again."""

from __future__ import annotations

import json
import os
import re
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import warm
from support.databases import PostgresServer
from support.events import Listener, Told
from support.server import Server
from tradewind.base.errors import Forbidden
from tradewind.cli.client import Address, Client, HttpTransport
from tradewind.cli.live import events

DAGS = '''"""DAGs of this test."""
import pathlib
import time
from tradewind import DAG, task

with DAG("quick", schedule=None, is_paused_upon_creation=False):
    @task
    def one():
        return 1

    @task
    def two(value):
        return value + 1
    two(one())

with DAG("slow", schedule=None, is_paused_upon_creation=False):
    @task(retries=3, retry_delay=0)
    def wait(params=None):
        here = pathlib.Path(params["folder"])
        (here / "begun").touch()
        while not (here / "go").exists():
            time.sleep(0.01)
    wait()

with DAG("mapped", schedule=None, is_paused_upon_creation=False):
    @task
    def numbers(params=None):
        while not (pathlib.Path(params["folder"]) / "go").exists():
            time.sleep(0.01)
        return [1, 2]

    @task
    def each(number):
        return number
    each.expand(number=numbers())

with DAG("broken", schedule=None, is_paused_upon_creation=False):
    @task
    def fail():
        raise KeyError("the missing key")
    fail()
'''


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "all.py").write_text(DAGS)
    env = dict[str, str]()
    if request.param == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        env["TRADEWIND__DB__URL"] = url = postgres.clone()
        request.addfinalizer(lambda: postgres.drop(url))
    with Server(tmp_path / "home", tmp_path / "dags", env=env) as running:
        running.wait_dags({"quick", "slow", "mapped", "broken"})
        yield running


class Relay(socketserver.ThreadingTCPServer):
    """Passes requests on to a server, and hangs up on the first two of each that matches."""

    daemon_threads = True

    def __init__(self, server: Server, cut: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passed)
        self.to = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        self.cut = re.compile(cut)
        self.hung_up = Counter[str]()


class _Passed(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        relay = self.server
        assert isinstance(relay, Relay)
        request = self.request_whole()
        line = request.split(b"\r\n")[0].decode()
        if relay.cut.search(line) and relay.hung_up[line] < 2:
            relay.hung_up[line] += 1
            return
        with socket.create_connection(relay.to) as beyond:
            beyond.sendall(request)
            while answer := beyond.recv(65536):
                self.wfile.write(answer)

    def request_whole(self) -> bytes:
        """Head and body, which may come one after the other."""
        request = b""
        while b"\r\n\r\n" not in request and (more := self.connection.recv(65536)):
            request += more
        head, _, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        while length and len(body) < int(length[1]) and (more := self.connection.recv(65536)):
            request, body = request + more, body + more
        return request


def begin(server: Server, *words: str, **environ: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tradewind", *words]
    env = server.env | environ
    return warm.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def everything(server: Server) -> list[Told]:
    with Listener(server.url, server.token, cursor="oldest", follow="false") as listener:
        return list(listener)[1:]


def test_nothing_is_lost_or_told_twice_when_the_server_is_killed(server: Server, tmp_path: Path) -> None:
    with begin(server, "events", "--follow", "-o", "json", "--cursor", "oldest") as follower:
        assert follower.stdout is not None
        told = list[dict[str, object]]()

        def until(**wanted: object) -> None:
            for line in follower.stdout or ():
                told.append(json.loads(line))
                if all(told[-1].get(name) == value for name, value in wanted.items()):
                    return
            raise AssertionError(f"it ended: {told} {follower.stderr.read() if follower.stderr else ''}")

        try:
            until(type="start")
            first = server.trigger("quick")
            slow = server.trigger("slow", {"folder": str(tmp_path)})
            until(dag_run_id=slow, type="task_instance", new_state="running")
            server.kill9()
            server.start()
            second = server.trigger("quick")
            (tmp_path / "go").touch()
            for run in (first, second):
                server.wait_run("quick", run)
            server.wait_run("slow", slow)
            last = server.trigger("broken")
            until(dag_run_id=last, type="dag_run", new_state="failed")
        finally:
            follower.terminate()
    ids = [str(event["id"]) for event in told if event["type"] != "start"]
    assert len(set(ids)) == len(ids)
    assert ids == [one.id for one in everything(server)][: len(ids)]
    ends = {str(event["dag_run_id"]): event["new_state"] for event in told if event["type"] == "dag_run"}
    assert ends == {first: "success", slow: "success", second: "success", last: "failed"}
    steps = [(e["old_state"], e["new_state"]) for e in told if e["type"] == "task_instance" and e["dag_id"] == "slow"]
    assert [old for old, _ in steps[1:]] == [new for _, new in steps[:-1]]


def test_a_run_is_followed_to_its_end_over_a_restart(server: Server, tmp_path: Path) -> None:
    conf = json.dumps({"folder": str(tmp_path)})
    with begin(server, "dags", "trigger", "slow", "-c", conf, "--follow", "-o", "json") as follower:
        while not (tmp_path / "begun").exists():
            assert follower.poll() is None, follower.communicate()
            time.sleep(0.01)
        server.kill9()
        (tmp_path / "go").touch()
        server.start()
        out, err = follower.communicate(timeout=60)
    assert follower.returncode == 0, err
    assert json.loads(out)[0]["state"] == "success"
    assert "waiting for it to come back" in err
    assert "the run ended: success" in err


def test_a_server_that_hangs_up_while_it_is_asked_how_things_stand_is_asked_again(server: Server) -> None:
    with Relay(server, r"^GET \S*/dags/quick/(tasks |dagRuns/[^/ ]+[/ ])") as relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        environ = {"TRADEWIND_URL": f"http://127.0.0.1:{relay.server_address[1]}", "TRADEWIND_TOKEN": server.token}
        with begin(server, "dags", "trigger", "quick", "--follow", "-o", "json", **environ) as follower:
            out, err = follower.communicate(timeout=60)
        relay.shutdown()
    assert len(relay.hung_up) == 4, (relay.hung_up, out, err)  # the tasks, the run, its instances and its result
    assert follower.returncode == 0, err
    assert json.loads(out)[0]["state"] == "success"
    assert "waiting for it to come back" in err


def test_states_are_followed_to_their_end(server: Server, tmp_path: Path) -> None:
    run = server.trigger("slow", {"folder": str(tmp_path)})
    while not server.states("slow", run):  # the scheduler makes it, in its own time
        time.sleep(0.01)
    with begin(server, "tasks", "state", "slow", "wait", run, "--follow") as follower:
        assert follower.stdout is not None
        seen = [follower.stdout.readline().strip()]
        while seen[-1] != "running":
            seen.append(follower.stdout.readline().strip())
            assert seen[-1], follower.communicate()
        (tmp_path / "go").touch()
        assert follower.stdout.read().split() == ["success"]
    with begin(server, "dags", "state", "broken", server.trigger("broken"), "--follow") as follower:
        out, _ = follower.communicate(timeout=60)
    assert (follower.returncode, out.strip()) == (1, "failed")
    with begin(server, "tasks", "states-for-dag-run", "slow", run, "--follow", "-o", "json") as follower:
        out, _ = follower.communicate(timeout=60)
    assert [one["state"] for one in json.loads(out)] == ["success"]


def test_an_instance_is_followed_from_before_it_is_there(server: Server, tmp_path: Path) -> None:
    run = server.trigger("mapped", {"folder": str(tmp_path)})
    with begin(server, "tasks", "state", "mapped", "each", run, "--map-index", "1", "--follow") as follower:
        try:
            assert follower.stdout is not None
            assert follower.stdout.readline() == "None\n"
            assert "each[1]" not in server.states("mapped", run)
        finally:
            (tmp_path / "go").touch()
        assert follower.stdout.read().split()[-1] == "success"
    with begin(server, "tasks", "state", "mapped", "reach", run, "--follow") as follower:
        _, err = follower.communicate(timeout=60)
    assert follower.returncode == 3
    assert "reach" in err


def test_a_server_that_stops_lets_go_of_listeners_at_once(server: Server) -> None:
    with Listener(server.url, server.token) as listener:
        assert next(iter(listener)).type == "start"
        assert server.process is not None
        server.process.terminate()
        assert list(listener) == []
        assert server.process.wait(60) == 0
    assert "graceful shutdown exceeded" not in server.output()  # as uvicorn says when somebody had to be cut off


class _Silent(socketserver.StreamRequestHandler):
    """Greets; to the first who asks it then says nothing more, without hanging up."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, SilentServer)
        server.asked.append(self.rfile.readline().decode())
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        self.wfile.write(b'id: 7\nevent: start\ndata: {"type": "start"}\n\n')
        self.wfile.flush()
        if len(server.asked) == 1:
            server.is_over.wait(60)
        else:
            self.wfile.write(b'id: 8\nevent: end\ndata: {"reason": "enough"}\n\n')


class SilentServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Silent)
        self.asked: list[str] = []
        self.is_over = threading.Event()


def test_a_connection_on_which_nothing_comes_any_more_is_made_anew(tmp_path: Path) -> None:
    with SilentServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        address = Address(f"http://127.0.0.1:{server.server_address[1]}", "token", os.getpid(), "")
        client = Client(HttpTransport(address, tmp_path))
        with pytest.raises(Forbidden, match="enough"):
            list(events(client, silence_s=2.0))
        server.is_over.set()
        server.shutdown()
    assert len(server.asked) == 2
    assert "cursor=7" in server.asked[1]

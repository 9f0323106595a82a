"""The task API as messages: what goes out for each call, what comes back, over a plain call and over HTTP."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pendulum
import pytest

from tradewind.base.errors import ExecutorError, StaleAttempt
from tradewind.protocol import messages as m
from tradewind.sdk.exceptions import AirflowRuntimeError, DagRunAlreadyExists
from tradewind.sdk.task_api import EncodedXCom, XComAddress
from tradewind.worker.client import HttpRequests, WorkerTaskApi
from tradewind.worker.xcom import FolderArtifacts, open_artifacts

MOMENT = datetime(2026, 1, 5, tzinfo=UTC)


class Server:
    """Answers with what it was told, and remembers what it was asked."""

    def __init__(self, reply):
        self.reply, self.asked = reply, []

    def request(self, message, /):
        self.asked.append(message)
        return self.reply


VALUE = m.XComValue(key="k", value="1", length=None)
RUN = m.RunInfo(uid="u", run_id="r0", run_type="manual", run_after=MOMENT, logical_date=MOMENT)


@pytest.mark.parametrize(
    ("call", "message", "reply", "answer"),
    [
        (
            lambda api: api.xcom(XComAddress("k", "t", 2, "d", "r", True)),
            m.GetXCom(key="k", task_id="t", map_index=2, dag_id="d", run_id="r", include_prior_dates=True),
            m.XComReply(value=VALUE),
            EncodedXCom("1"),
        ),
        (lambda api: api.xcom(XComAddress("k", "t")), m.GetXCom(key="k", task_id="t"), m.XComReply(value=None), None),
        (
            lambda api: api.xcoms(XComAddress("k", "t")),
            m.GetXComSequence(key="k", task_id="t"),
            m.XComSequenceReply(values=[VALUE], map_indexes=[3]),
            [(3, EncodedXCom("1"))],
        ),
        (
            lambda api: api.xcom_at(XComAddress("k", "t"), 4),
            m.GetXComSequence(key="k", task_id="t", start=4, stop=5),
            m.XComSequenceReply(values=[VALUE], map_indexes=[9], total=8),
            (EncodedXCom("1"), 8),
        ),
        (
            lambda api: api.push_xcom("k", EncodedXCom("[]", length=0)),
            m.SetXCom(value=m.XComValue(key="k", value="[]", length=0)),
            m.Done(),
            None,
        ),
        (lambda api: api.delete_xcom("k"), m.DeleteXCom(key="k"), m.Done(), None),
        (lambda api: api.variable("v"), m.GetVariable(key="v"), m.ValueReply(value="x"), "x"),
        (
            lambda api: api.set_variable("v", "x", "d"),
            m.SetVariable(key="v", value="x", description="d"),
            m.Done(),
            None,
        ),
        (lambda api: api.delete_variable("v"), m.DeleteVariable(key="v"), m.Done(), None),
        (lambda api: api.variable_keys("p"), m.ListVariables(prefix="p"), m.ValueReply(value='["p1"]'), ["p1"]),
        (lambda api: api.connection("c"), m.GetConnection(conn_id="c"), m.ConnectionReply(found=False), None),
        (
            lambda api: api.task_counts("d", task_ids=["t"], logical_dates=[MOMENT]),
            m.GetTaskCount(dag_id="d", task_ids=["t"], logical_dates=[MOMENT]),
            m.ValueReply(value='{"success": 2}'),
            {"success": 2},
        ),
        (
            lambda api: api.task_states("d", group_id="g", run_ids=["r"], logical_dates=[MOMENT]),
            m.GetTaskStates(dag_id="d", group_id="g", run_ids=["r"], logical_dates=[MOMENT]),
            m.ValueReply(value='{"r": {"t_0": "failed", "u": null}}'),
            {"r": {"t_0": "failed", "u": None}},
        ),
        (lambda api: api.dag_facts("d"), m.GetDag(dag_id="d"), m.ValueReply(value='{"is_paused": true}'), {"is_paused": True}),
        (lambda api: api.dag_facts("d"), m.GetDag(dag_id="d"), m.ValueReply(value=None), None),
        (lambda api: api.run_state("d", "r"), m.GetRunState(dag_id="d", run_id="r"), m.StateReply(state="failed"), "failed"),
        (lambda api: api.previous_run("success"), m.GetPrevious(state="success"), m.PreviousReply(run=None), None),
        (
            lambda api: api.trigger_run("d", run_id="r", conf={"a": 1}),
            m.TriggerRun(dag_id="d", run_id="r", conf={"a": 1}),
            m.StateReply(state="queued", run_id="r"),
            "r",
        ),
    ],
)  # fmt: skip
def test_each_call_is_one_message(call, message, reply, answer):
    server = Server(reply)
    assert call(WorkerTaskApi(server)) == answer
    assert server.asked == [message]


def test_a_previous_run_comes_with_its_dates():
    api = WorkerTaskApi(Server(m.PreviousReply(run=RUN, end_date=MOMENT, state="success")))
    found = api.previous_run(None)
    assert (found.run_id, found.logical_date, found.end_date, found.state) == ("r0", MOMENT, MOMENT, "success")


def test_a_connection_comes_with_its_fields():
    api = WorkerTaskApi(Server(m.ConnectionReply(found=True, conn_type="x", host="h", port=1, password="p")))
    assert {k: v for k, v in api.connection("c").items() if v} == {
        "conn_type": "x",
        "host": "h",
        "port": 1,
        "password": "p",
    }


def test_a_refusal_is_raised_with_the_servers_words():
    with pytest.raises(AirflowRuntimeError, match="may not"):
        WorkerTaskApi(Server(m.ErrorReply(code="forbidden", message="you may not"))).variable("v")
    with pytest.raises(DagRunAlreadyExists, match="is there"):
        WorkerTaskApi(Server(m.ErrorReply(code="conflict", message="it is there"))).trigger_run("d")


def test_an_answer_of_another_kind_is_an_error():
    with pytest.raises(AirflowRuntimeError, match="answered GetVariable with Done"):
        WorkerTaskApi(Server(m.Done())).variable("v")


@pytest.fixture
def http():
    """A server that answers by path, and remembers what it was sent."""
    seen, answers = [], {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers["Authorization"], json.loads(body)))
            status, content = answers.get(self.path, (200, b"{}"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    requests = HttpRequests(f"http://127.0.0.1:{server.server_port}", "token-1")
    yield requests, seen, answers
    requests.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_request_goes_to_its_address_with_the_token(http):
    requests, seen, answers = http
    answers["/execution/v1/request"] = (200, msgspec.json.encode(m.ValueReply(value="x")))
    assert requests.request(m.GetVariable(key="v")) == m.ValueReply(value="x")
    assert seen == [("/execution/v1/request", "Bearer token-1", {"type": "GetVariable", "key": "v"})]


def test_reports_and_heartbeats_go_to_theirs_and_the_token_is_renewed(http):
    requests, seen, answers = http
    answers["/execution/v1/heartbeat"] = (200, b'{"token": "token-2"}')
    requests.started(m.Started(attempt="a", at=MOMENT, hostname="h", pid=1))
    assert requests.heartbeat() == "token-2"
    requests.ended(m.Ended(attempt="a", at=MOMENT, outcome="success"))
    assert [(path, token) for path, token, _ in seen] == [
        ("/execution/v1/started", "Bearer token-1"),
        ("/execution/v1/heartbeat", "Bearer token-1"),
        ("/execution/v1/ended", "Bearer token-2"),
    ]


@pytest.mark.parametrize(
    ("status", "error"), [(409, StaleAttempt), (401, StaleAttempt), (500, ExecutorError), (422, ExecutorError)]
)
def test_refusals_over_http(http, status, error):
    requests, _, answers = http
    answers["/execution/v1/heartbeat"] = (status, b"why")
    with pytest.raises(error, match="why"):
        requests.heartbeat()


def test_files_of_the_artifact_store_appear_whole_and_stay(tmp_path):
    store = open_artifacts(str(tmp_path / "artifacts"))
    assert isinstance(store, FolderArtifacts)
    store.put("abcdef.npy", b"data")
    store.put("abcdef.npy", b"data")
    assert store.get("abcdef.npy") == b"data"
    assert [p.name for p in (tmp_path / "artifacts" / "ab").iterdir()] == ["abcdef.npy"]
    with pytest.raises(FileNotFoundError):
        store.get("none.npy")


def test_moments_of_other_libraries_travel_as_plain_ones():
    moment = pendulum.datetime(2026, 7, 1, 12, 30, 0, 5, tz="Europe/Rome")
    server = Server(m.StateReply(state="queued", run_id="r"))
    WorkerTaskApi(server).trigger_run("d", logical_date=moment, run_after=moment)
    sent = server.asked[0]
    assert sent.logical_date == moment
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(sent), type=m.TriggerRun) == sent
    counted = Server(m.ValueReply(value="{}"))
    WorkerTaskApi(counted).task_counts("d", logical_dates=[moment])
    assert msgspec.msgpack.encode(counted.asked[0])

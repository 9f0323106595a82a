"""What running tasks ask the server, in process and over HTTP, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from support.api import Api, live
from support.databases import EPOCH
from support.rows import at, one, rows, spec
from tradewind.api.execution import Answers, Asker, request_handler
from tradewind.api.execution.answers import ANSWERS
from tradewind.api.execution.places import Places
from tradewind.base.errors import StaleAttempt, Unauthenticated
from tradewind.core.events import AttemptSucceeded
from tradewind.db import connections, variables
from tradewind.protocol import messages as m
from tradewind.protocol.token import AttemptClaims, AttemptTokens
from tradewind.spec import DagKey, DagSpec, GroupSpec, ScheduleSpec, TaskSpec
from tradewind.worker.client import HttpRequests

DAG = DagKey("default", "etl")


def answers(api: Api) -> Answers:
    s = api.services
    return Answers(s.database, s.cipher, s.clock, s.ids, s.bell)


def running(api: Api, task_id: str = "extract", **trigger: Any) -> Asker:
    """A run of the DAG whose first task is being attempted."""
    if "etl" not in {row["dag_id"] for row in rows(api.database, "dag")}:
        api.has(spec())
    run_id = api.triggered("etl", **trigger)
    attempt = api.engine.start(task_id)
    uid = one(api.database, "dag_run", run_id=run_id)["uid"]
    return Asker(dag=DAG, run_uid=uid, task_id=task_id, map_index=-1, attempt=attempt)


def value(key: str, content: object, **more: Any) -> m.XComValue:
    return m.XComValue(key=key, value=msgspec.json.encode(content).decode(), **more)


def test_what_there_is_to_know_of_a_dag(both: Api) -> None:
    asker, on = running(both), answers(both)
    reply = on.give(asker, m.GetDag(dag_id="etl"))
    assert isinstance(reply, m.ValueReply)
    facts = msgspec.json.decode(reply.value or "")
    assert (facts["dag_id"], facts["is_paused"], facts["is_stale"]) == ("etl", False, False)
    assert (facts["task_ids"], facts["group_ids"], facts["results"]) == (["extract", "load"], [], [])
    assert on.give(asker, m.GetDag(dag_id="nothing")) == m.ValueReply(value=None)


def test_every_request_has_an_answer() -> None:
    assert set(ANSWERS) == set(m.Request.__args__)


def test_a_value_set_in_the_middle_of_a_task_is_there_at_once_and_can_be_replaced_and_deleted(both: Api) -> None:
    asker, on = running(both), answers(both)
    assert on.give(asker, m.GetXCom(key="k", task_id="extract")) == m.XComReply(value=None)
    for content in ([1, 2], [1, 2, 3]):
        assert on.give(asker, m.SetXCom(value=value("k", content, length=len(content)))) == m.Done()
    found = on.give(asker, m.GetXCom(key="k", task_id="extract"))
    assert found == m.XComReply(value=value("k", [1, 2, 3], length=3))
    assert one(both.database, "xcom")["attempt"] == asker.attempt
    assert on.give(asker, m.DeleteXCom(key="k")) == m.Done()
    assert on.give(asker, m.GetXCom(key="k", task_id="extract")) == m.XComReply(value=None)


def test_a_key_that_no_database_holds_is_refused_in_words(both: Api) -> None:
    asker, on = running(both), answers(both)
    reply = on.give(asker, m.SetXCom(value=value("k" * 513, 1)))
    assert reply == m.ErrorReply(code="invalid_input", message="the key of an XCom has 1 to 512 characters")


def test_a_sequence_comes_in_the_order_of_map_indexes_and_can_be_cut(both: Api) -> None:
    asker, on = running(both), answers(both)
    for index in (2, 0, 10, 1):
        on.give(asker, m.SetXCom(value=value("k", index), task_id="mapped", map_index=index))

    def cut(start: int | None, stop: int | None) -> list[int]:
        reply = on.give(asker, m.GetXComSequence(key="k", task_id="mapped", start=start, stop=stop))
        assert isinstance(reply, m.XComSequenceReply)
        assert [int(v.value) for v in reply.values] == reply.map_indexes
        return reply.map_indexes

    everything = [0, 1, 2, 10]
    for bounds in ((None, None), (1, None), (None, 2), (1, 3), (3, 1), (-2, None), (None, -1), (9, None)):
        assert cut(*bounds) == everything[bounds[0] : bounds[1]]


def test_one_of_a_sequence_comes_by_its_place_with_how_many_there_are(both: Api) -> None:
    asker, on = running(both), answers(both)
    for index in (7, 0, 3):
        on.give(asker, m.SetXCom(value=value("k", index), task_id="mapped", map_index=index))

    def at_place(place: int, task_id: str = "mapped") -> tuple[list[int], list[str], int]:
        reply = on.give(asker, m.GetXComSequence(key="k", task_id=task_id, start=place, stop=place + 1))
        assert isinstance(reply, m.XComSequenceReply)
        return reply.map_indexes, [v.value for v in reply.values], reply.total

    assert at_place(0) == ([0], ["0"], 3)
    assert at_place(2) == ([7], ["7"], 3)
    assert at_place(3) == ([], [], 3)
    assert at_place(0, "nobody") == ([], [], 0)


def test_where_values_are_is_looked_up_again_after_a_moment_and_after_a_clear() -> None:
    now, looks = [0.0], []
    places = Places(lambda: now[0])

    def look() -> list[int]:
        looks.append(now[0])
        return [len(looks)]

    assert list(places.of(("run", 0, "t", "k"), look)) == list(places.of(("run", 0, "t", "k"), look)) == [1]
    assert list(places.of(("run", 1, "t", "k"), look)) == [2]
    now[0] = 60.0
    assert list(places.of(("run", 1, "t", "k"), look)) == [3]
    for number in range(100):
        places.of((f"run {number}", 0, "t", "k"), look)
    assert list(places.of(("run", 1, "t", "k"), look)) == [104]


def test_values_of_other_runs_are_found_by_run_id_or_as_the_newest_before(both: Api) -> None:
    on = answers(both)
    first = running(both, dag_run_id="one", logical_date="2026-01-01T00:00:00Z")
    on.give(first, m.SetXCom(value=value("k", "first")))
    both.engine.finish()
    second = running(both, dag_run_id="two", logical_date="2026-01-02T00:00:00Z")
    assert on.give(second, m.GetXCom(key="k", task_id="extract")) == m.XComReply(value=None)
    assert on.give(second, m.GetXCom(key="k", task_id="extract", run_id="one")).value.value == '"first"'
    prior = m.GetXCom(key="k", task_id="extract", include_prior_dates=True)
    assert on.give(second, prior).value.value == '"first"'
    on.give(second, m.SetXCom(value=value("k", "second")))
    assert on.give(second, prior).value.value == '"second"'
    assert on.give(second, m.GetXCom(key="k", task_id="extract", run_id="nope")) == m.XComReply(value=None)


def test_the_newest_value_before_may_be_one_of_another_dag(both: Api) -> None:
    on = answers(both)
    maker = running(both, logical_date="2026-01-01T00:00:00Z")
    on.give(maker, m.SetXCom(value=value("k", "made")))
    both.engine.finish()
    both.has(replace(spec(), dag_id="user"))
    run_id = both.triggered("user", logical_date="2026-01-02T00:00:00Z")
    attempt = both.engine.start("extract")
    uid = one(both.database, "dag_run", run_id=run_id)["uid"]
    asker = Asker(dag=DagKey("default", "user"), run_uid=uid, task_id="extract", map_index=-1, attempt=attempt)
    ask = m.GetXCom(key="k", task_id="extract", dag_id="etl", run_id=run_id, include_prior_dates=True)
    assert on.give(asker, ask).value.value == '"made"'
    assert on.give(asker, msgspec.structs.replace(ask, include_prior_dates=False)) == m.XComReply(value=None)


def test_variables_are_read_written_listed_and_deleted(both: Api) -> None:
    asker, on = running(both), answers(both)
    assert on.give(asker, m.GetVariable(key="a")) == m.ValueReply(value=None)
    on.give(asker, m.SetVariable(key="a", value="ä secret", description="why"))
    on.give(asker, m.SetVariable(key="b", value="2"))
    assert on.give(asker, m.GetVariable(key="a")) == m.ValueReply(value="ä secret")
    assert on.give(asker, m.ListVariables()) == m.ValueReply(value='["a","b"]')
    assert on.give(asker, m.ListVariables(prefix="b")) == m.ValueReply(value='["b"]')
    stored = one(both.database, "variable", key="a")
    assert "secret" not in stored["value"]
    assert stored["description"] == "why"
    assert on.give(asker, m.DeleteVariable(key="a")) == m.Done()
    assert on.give(asker, m.DeleteVariable(key="a")).code == "not_found"


def test_a_connection_comes_with_its_secrets_to_an_attempt_under_way_only(both: Api) -> None:
    asker, on = running(both), answers(both)
    new = connections.ConnectionRecord(conn_id="db", conn_type="postgres", host="h", password="pa55", extra='{"a": 1}')
    with both.database.write() as tx:
        connections.add_connection(tx, both.services.cipher, "default", new)
    reply = on.give(asker, m.GetConnection(conn_id="db"))
    assert (reply.found, reply.password, reply.extra, reply.host) == (True, "pa55", '{"a": 1}', "h")
    assert on.give(asker, m.GetConnection(conn_id="nope")) == m.ConnectionReply(found=False)
    both.engine.apply(AttemptSucceeded(asker.attempt, EPOCH))
    for request in (m.GetConnection(conn_id="db"), m.GetVariable(key="a"), m.SetXCom(value=value("k", 1))):
        assert on.give(asker, request).code == "stale_attempt"


def test_counts_states_and_the_run_before(both: Api) -> None:
    on = answers(both)
    group = GroupSpec("g")
    tasks = (TaskSpec(task_id="extract"), TaskSpec(task_id="g.load", group_id="g", upstream=("extract",)))
    both.has(DagSpec(dag_id="etl", schedule=ScheduleSpec("none"), tasks=tasks, groups=(group,)))
    running(both, dag_run_id="one", logical_date="2026-01-01T00:00:00Z")
    both.engine.finish()
    asker = running(both, dag_run_id="two", logical_date="2026-01-02T00:00:00Z")

    def count(**about: Any) -> dict[str, int]:
        return msgspec.json.decode(on.give(asker, m.GetTaskCount(dag_id="etl", **about)).value)

    assert count() == {"running": 1, "success": 1}
    assert count(task_ids=["extract"]) == {"running": 1, "success": 1}
    assert count(group_id="g", run_ids=["two"]) == {"none": 1}
    assert count(group_id="g", run_ids=["one"]) == {"success": 1}
    assert count(logical_dates=[EPOCH]) == {"success": 1}
    assert on.give(asker, m.GetTaskCount(dag_id="etl", group_id="nope")).code == "not_found"

    def states(**about: Any) -> dict[str, dict[str, str | None]]:
        return msgspec.json.decode(on.give(asker, m.GetTaskStates(dag_id="etl", **about)).value)

    assert states(run_ids=["one"]) == {"one": {"extract": "success", "g.load": "success"}}
    assert states(group_id="g") == {"one": {"g.load": "success"}, "two": {"g.load": None}}
    assert states(task_ids=["extract"], logical_dates=[EPOCH]) == {"one": {"extract": "success"}}
    assert on.give(asker, m.GetRunState(dag_id="etl", run_id="one")) == m.StateReply(state="success", run_id="one")
    assert on.give(asker, m.GetRunState(dag_id="etl", run_id="no")) == m.StateReply(state=None, run_id="no")
    before = on.give(asker, m.GetPrevious())
    assert (before.run.run_id, before.state) == ("one", "success")
    assert on.give(asker, m.GetPrevious(state="failed")) == m.PreviousReply(run=None)


def test_a_task_triggers_another_dag_and_a_second_time_conflicts_unless_it_resets(both: Api) -> None:
    asker, on = running(both), answers(both)
    both.has(spec("other", tasks=("work",)))
    ask = m.TriggerRun(dag_id="other", run_id="mine", conf={"x": 1}, note="n")
    assert on.give(asker, ask) == m.StateReply(state="queued", run_id="mine")
    both.engine.drain()
    run = one(both.database, "dag_run", dag_id="other")
    assert (run["state"], run["conf"], run["note"], run["triggered_by"]) == ("running", {"x": 1}, "n", "operator")
    assert on.give(asker, ask).code == "conflict"
    del both.engine.dispatched["extract", -1]
    both.engine.finish()
    assert one(both.database, "dag_run", dag_id="other")["state"] == "success"
    again = m.TriggerRun(dag_id="other", run_id="mine", reset=True)
    assert on.give(asker, again) == m.StateReply(state="queued", run_id="mine")
    both.engine.drain()
    assert one(both.database, "dag_run", dag_id="other")["state"] == "running"
    assert on.give(asker, m.TriggerRun(dag_id="nope")).code == "not_found"


def test_children_of_the_server_are_answered_by_what_they_were_given_to_do(api: Api) -> None:
    asker, s = running(api), api.services
    handler = request_handler(s.database, s.cipher, s.clock, s.ids, s.bell)
    dag = m.DagFacts(workspace="default", dag_id="etl", version_id="v", bundle_path="/b", relative_fileloc="etl.py")
    run = m.RunInfo(uid=asker.run_uid, run_id="r", run_type="manual", run_after=EPOCH)
    work = m.Workload(
        attempt=asker.attempt or "", dag=dag, run=run, task_id="extract", map_index=-1, try_number=1, max_tries=1,
        isolation="fork", log_path="/log",
    )  # fmt: skip
    callback = m.CallbackWork(work_id="w", dag=dag, run=run, kind="on_failure", reason="", log_path="/log")
    assert handler(work, m.SetXCom(value=value("k", 1))) == m.Done()
    api.engine.apply(AttemptSucceeded(asker.attempt or "", EPOCH))
    assert handler(work, m.GetVariable(key="a")).code == "stale_attempt"
    assert handler(callback, m.GetVariable(key="a")) == m.ValueReply(value=None)
    assert handler(callback, m.GetXCom(key="k", task_id="extract")) == m.XComReply(value=value("k", 1))


def test_a_fault_of_the_server_is_an_answer_too(api: Api) -> None:
    asker, on = running(api), answers(api)
    with api.database.write() as tx:
        variables.put_variable(tx, api.services.cipher, "default", variables.VariableRecord(key="a", value="v"))
        tx.raw.execute("UPDATE variable SET value = 'not a token'")
    assert on.give(asker, m.GetVariable(key="a")).code == "invalid_input"
    assert on.give(asker, "not a request").code == "error"  # type: ignore[arg-type]


# -- over HTTP -------------------------------------------------------------------------------------------------------


def bearer(api: Api, attempt: str, **more: Any) -> dict[str, str]:
    tokens = AttemptTokens(api.services.signing_key, 600)
    return {"authorization": f"Bearer {tokens.mint(AttemptClaims(attempt=attempt, **more), api.services.clock.now())}"}


def test_a_remote_attempt_asks_reports_and_renews_with_its_token(both: Api) -> None:
    asker = running(both)
    headers = bearer(both, asker.attempt)

    def post(path: str, message: object) -> Any:
        body = msgspec.json.encode(message)
        return both.send("POST", f"//execution/v1/{path}", body, role=None, headers=headers).ok()

    assert post("request", m.SetXCom(value=value("k", 1))) == {"type": "Done"}
    assert post("request", m.GetXCom(key="k", task_id=""))["value"]["value"] == "1"
    token = post("heartbeat", {})["token"]
    assert (
        AttemptTokens(both.services.signing_key, 600).verify(token, both.services.clock.now()).attempt == asker.attempt
    )
    report = m.Ended(attempt=asker.attempt, at=at(5), outcome="success", xcoms=[value("return_value", {"a": 1})])
    assert post("ended", report) == {}
    both.engine.drain()
    assert one(both.database, "task_instance", task_id="extract")["state"] == "success"
    late = both.send("POST", "//execution/v1/ended", msgspec.json.encode(report), role=None, headers=headers)
    assert late.status == 409


def test_what_a_remote_attempt_leaves_behind_is_kept_in_the_inbox_until_the_scheduler_takes_it(both: Api) -> None:
    asker = running(both)
    both.engine.is_alive = False
    report = m.Ended(attempt=asker.attempt, at=at(5), outcome="success", xcoms=[value("return_value", 7)])
    answer = both.send(
        "POST", "//execution/v1/ended", msgspec.json.encode(report), role=None, headers=bearer(both, asker.attempt)
    )
    assert answer.ok() == {}
    kept = one(both.database, "inbox")
    assert kept["kind"] == "AttemptSucceeded"
    assert msgspec.json.decode(kept["output"], type=m.Ended) == report


@pytest.mark.parametrize("path", ["request", "started", "ended", "heartbeat"])
def test_without_a_valid_token_nothing_is_answered(api: Api, path: str) -> None:
    asker = running(api)
    no_token = api.send("POST", f"//execution/v1/{path}", b"{}", role=None)
    persons = api.send("POST", f"//execution/v1/{path}", b"{}", role="admin")
    old = AttemptTokens(api.services.signing_key, 1).mint(
        AttemptClaims(attempt=asker.attempt), api.services.clock.now() - timedelta(seconds=2)
    )
    expired = api.send("POST", f"//execution/v1/{path}", b"{}", role=None, headers={"authorization": f"Bearer {old}"})
    assert (no_token.status, persons.status, expired.status) == (401, 401, 401)


def test_a_token_speaks_for_its_own_attempt_only(api: Api) -> None:
    asker = running(api)
    report = m.Started(attempt="another", at=at(1), hostname="h", pid=1)
    headers = bearer(api, asker.attempt)
    answer = api.send("POST", "//execution/v1/started", msgspec.json.encode(report), role=None, headers=headers)
    assert answer.status == 403
    assert api.send("POST", "//execution/v1/request", b"{]", role=None, headers=headers).status == 400


def test_a_token_of_another_key_is_refused() -> None:
    token = AttemptTokens(b"x" * 32, 60).mint(AttemptClaims(attempt="a", run="r", dag="d", task="t"), EPOCH)
    claims = AttemptTokens(b"x" * 32, 60).verify(token, EPOCH)
    assert claims == AttemptClaims(attempt="a", run="r", dag="d", task="t")
    with pytest.raises(Unauthenticated, match="not valid"):
        AttemptTokens(b"y" * 32, 60).verify(token, EPOCH)
    with pytest.raises(Unauthenticated, match="expired"):
        AttemptTokens(b"x" * 32, 60).verify(token, EPOCH + timedelta(seconds=60))


def test_the_workers_own_client_speaks_with_the_server(api: Api) -> None:
    asker = running(api)
    token = bearer(api, asker.attempt)["authorization"].removeprefix("Bearer ")
    with live(api.app) as url:
        client = HttpRequests(url, token)
        assert client.request(m.SetVariable(key="a", value="1")) == m.Done()
        assert client.request(m.GetVariable(key="a")) == m.ValueReply(value="1")
        client.heartbeat()
        client.ended(m.Ended(attempt=asker.attempt, at=at(5), outcome="failed", reason="no", retryable=False))
        api.engine.drain()
        assert one(api.database, "task_instance", task_id="extract")["state"] == "failed"
        with pytest.raises(StaleAttempt):
            client.heartbeat()

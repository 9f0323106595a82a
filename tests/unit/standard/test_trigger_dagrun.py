"""`TriggerDagRunOperator`: what it asks for, and how it waits, in its process and without one."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from support.attempts import Bench
from tradewind import DAG
from tradewind.protocol.waits import Resume
from tradewind.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.testing.memory import MemoryApi

MOMENT = datetime(2026, 2, 3, 4, tzinfo=UTC)


class Others(MemoryApi):
    """A server with another DAG."""

    def __init__(self, server, *, is_paused=False):
        super().__init__(server, "t", -1)
        self.asked, self.is_paused = [], is_paused

    def dag_facts(self, dag_id):
        return {"dag_id": dag_id, "is_paused": self.is_paused}

    def trigger_run(self, dag_id, **wanted):
        self.asked.append((dag_id, wanted))
        return wanted["run_id"] or "made-up"


def bench_of(**kwargs) -> tuple[Bench, Others]:
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        TriggerDagRunOperator(task_id="t", trigger_dag_id="other", **kwargs)
    bench = Bench(dag)
    return bench, Others(bench.server)


def asked(**kwargs) -> dict:
    bench, api = bench_of(**kwargs)
    assert bench.run("t", api=api).outcome == "success"
    return api.asked[0][1]


def test_without_a_date_the_run_is_for_now():
    wanted = asked()
    assert wanted["logical_date"] is not None
    assert (wanted["run_after"], wanted["run_id"], wanted["reset"]) == (None, "", False)


def test_a_date_may_be_a_template():
    wanted = asked(logical_date="{{ logical_date }}", trigger_run_id="r-{{ ds }}", reset_dag_run=True)
    assert wanted["logical_date"] == datetime(2026, 1, 5, 3, tzinfo=UTC)
    assert (wanted["run_id"], wanted["reset"]) == ("r-2026-01-05", True)


def test_a_run_that_may_start_later_has_no_date_and_an_id_of_its_own():
    first, second = asked(run_after=MOMENT), asked(run_after=MOMENT)
    assert (first["logical_date"], first["run_after"]) == (None, MOMENT)
    assert first["run_id"].startswith("manual__2026-02-03T04:00:00+00:00_")
    assert first["run_id"] != second["run_id"]


def test_a_conf_may_be_the_text_of_a_template():
    assert asked(conf='{"day": "{{ ds }}"}')["conf"] == {"day": "2026-01-05"}


@pytest.mark.parametrize("conf", [{"x": {1, 2}}, "{no json"])
def test_a_conf_must_be_json(conf):
    bench, api = bench_of(conf=conf)
    ended = bench.run("t", api=api)
    assert (ended.outcome, "JSON Serializable" in ended.reason, api.asked) == ("failed", True, [])


@pytest.mark.parametrize(("is_paused", "outcome"), [(True, "failed"), (False, "success")])
def test_it_fails_where_the_dag_is_paused_if_told_to(is_paused, outcome):
    bench, api = bench_of(fail_when_dag_is_paused=True)
    api.is_paused = is_paused
    assert bench.run("t", api=api).outcome == outcome
    assert bool(api.asked) is not is_paused


def test_it_waits_without_a_process():
    bench, api = bench_of(wait_for_completion=True, deferrable=True, trigger_run_id="r", poke_interval=7)
    ended = bench.run("t", api=api)
    assert (ended.outcome, ended.deferral.method) == ("deferred", "execute_complete")
    assert ended.deferral.classpath.endswith(".DagStateTrigger")
    kwargs = msgspec.json.decode(ended.deferral.kwargs)
    assert (kwargs["run_ids"], kwargs["states"], kwargs["poll_interval"]) == (["r"], ["success", "failed"], 7)


@pytest.mark.parametrize(
    ("state", "options", "outcome", "words"),
    [
        ("success", {}, "success", ""),
        ("failed", {}, "failed", "other failed with failed state failed"),
        ("failed", {"allowed_states": ["failed"], "failed_states": []}, "success", ""),
        (None, {}, "failed", "the run r of other is gone"),
    ],
)
def test_after_the_wait_it_ends_as_the_run_did(state, options, outcome, words):
    bench, api = bench_of(wait_for_completion=True, deferrable=True, **options)
    event = bench.codec.encode(("path.DagStateTrigger", {"run_ids": ["r"], "r": state})).value
    ended = bench.run("t", api=api, resume=Resume(kind="trigger", method="execute_complete", event=event))
    assert (ended.outcome, words in ended.reason, api.asked) == (outcome, True, [])


def test_operators_wait_without_a_process_where_the_settings_say_so(monkeypatch):
    monkeypatch.setenv("AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE", "True")
    bench, api = bench_of(wait_for_completion=True)
    assert bench.run("t", api=api).outcome == "deferred"
    monkeypatch.setenv("TRADEWIND__OPERATORS__DEFAULT_DEFERRABLE", "false")
    assert bench_of()[0].dag.get_task("t").deferrable is False


def test_the_settings_file_says_it_too(monkeypatch, tmp_path):
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path))
    assert bench_of()[0].dag.get_task("t").deferrable is False
    (tmp_path / "tradewind.toml").write_text("[operators]\ndefault_deferrable = true\n")
    assert bench_of()[0].dag.get_task("t").deferrable is True

"""Operators that ask for a run of another DAG by an exception, as those of Airflow's providers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.attempts import Bench
from tradewind import DAG, BaseOperator
from tradewind.sdk.exceptions import DagRunAlreadyExists, DagRunTriggerException
from tradewind.testing.memory import MemoryApi


class Asks(BaseOperator):
    def __init__(self, *, wanted, **kwargs):
        super().__init__(**kwargs)
        self.wanted = wanted

    def execute(self, context):
        raise DagRunTriggerException(
            **{
                "trigger_dag_id": "other", "dag_run_id": "r", "conf": {"a": 1}, "reset_dag_run": False,
                "skip_when_already_exists": False, "wait_for_completion": False, "allowed_states": ["success"],
                "failed_states": ["failed"], "poke_interval": 0.001, "deferrable": False, **self.wanted,
            }
        )  # fmt: skip


class Others(MemoryApi):
    def __init__(self, server, states):
        super().__init__(server, "t", -1)
        self.asked, self.states = [], list(states)

    def trigger_run(self, dag_id, **wanted):
        self.asked.append((dag_id, wanted["run_id"], wanted["conf"], wanted["reset"]))
        if self.states == ["there"]:
            raise DagRunAlreadyExists("there")
        return wanted["run_id"]

    def run_state(self, dag_id, run_id):
        return self.states.pop(0)


@pytest.mark.parametrize(
    ("wanted", "states", "outcome"),
    [
        ({}, [], "success"),
        ({"wait_for_completion": True}, ["queued", "running", "success"], "success"),
        ({"wait_for_completion": True}, ["running", "failed"], "failed"),
        ({"wait_for_completion": True}, [None], "failed"),
        ({"wait_for_completion": True, "deferrable": True}, [], "deferred"),
        ({}, ["there"], "failed"),
        ({"skip_when_already_exists": True}, ["there"], "skipped"),
    ],
)
def test_the_worker_asks_for_the_run_and_waits_if_told_to(wanted, states, outcome):
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        Asks(task_id="t", wanted=wanted)
    bench = Bench(dag)
    api = Others(bench.server, states)
    ended = bench.run("t", api=api)
    assert ended.outcome == outcome
    assert api.asked == [("other", "r", {"a": 1}, False)]
    if states != ["there"]:
        assert bench.pushed(ended) == {"trigger_run_id": "r"}
    if outcome == "deferred":
        assert ended.deferral.method == "execute_complete"

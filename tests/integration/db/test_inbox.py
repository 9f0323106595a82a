"""Events on their way to the scheduler, on both databases."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import insert

from support.databases import EPOCH
from support.rows import DAG, at, create_run, dispatch, ended, facts, parsed, rows, save_run, spec, store
from tradewind.core import events as e
from tradewind.core.states import RunState, TaskState
from tradewind.db import Database, inbox, leases
from tradewind.db import tables as t
from tradewind.db.transitions import write
from tradewind.spec import DagKey

VERSION = e.VersionAdded(DAG, "version-1", spec(), is_paused=True)
SLOT = e.BackfillSlot(
    ordinal=4, run_uid="run-4", is_rerun=False, logical_date=at(0), interval_start=at(0), interval_end=at(1),
    run_after=at(1), partition_key="k",
)  # fmt: skip
UPDATE = e.AssetUpdate(uid="e-1", name="a", uri="s3://a", extra={"rows": [1]}, aliases=("x",), partition_key="eu")
EVENTS = [
    VERSION,
    e.DagStale(DAG),
    e.TimetableAnswered(DAG, "q-1", failure="no answer"),
    e.RunRequested(facts(conf={"a": [1, {"b": None}]}, logical_date=at(0.25), note="n", triggering_user="ann")),
    e.PauseSet(DAG, is_paused=False),
    e.Cleared("run-1", (e.TaskRef("a", 2), e.TaskRef("b")), "version-2"),
    e.TasksMarked("run-1", (e.TaskRef("a"),), TaskState.SKIPPED),
    e.RunMarked("run-1", RunState.FAILED),
    e.RunDeleted("run-1"),
    e.DagDeleted(DAG),
    e.PoolSet("default", "big", None),
    e.AssetUpdated("default", UPDATE, at(3), "ann over the API"),
    e.AssetEventsDropped("default", "etl", e.AssetKey("default", "a", "s3://a"), at(4)),
    e.BackfillAsked(e.BackfillFacts(uid="b", dag=DAG, max_active_runs=3, conf={"a": None}, awaited=("run-1",))),
    e.BackfillFed("b", DAG, (SLOT,)),
    e.BackfillChanged("b", DAG, is_paused=True),
    e.RunRepeated("run-1", "b", DAG, on_newest=True),
    e.AttemptStarted("a-1", at(1), "host", 1),
    e.AttemptSucceeded("a-1", at(1), {"return_value": 3}, frozenset({"return_value", "x"}), ("b",), assets=(UPDATE,)),
    e.AttemptFailed("a-1", at(1), "why", retryable=False),
    e.AttemptSkipped("a-1", at(1)),
    e.AttemptRescheduled("a-1", at(1), at(2)),
    e.AttemptDeferred("a-1", at(1), at(2)),
    e.TriggerFired("a-1", at(1), "success", "so", {"return_value": 3, "x": None}),
    e.AttemptAwaitsInput("a-1", at(1), at(2), has_defaults=True),
    e.InputGiven("a-1", at(1)),
    e.AttemptLost("a-1", at(1), "gone"),
    e.AttemptExited("a-1", at(1)),
    e.DispatchFailed("a-1", at(1), "no room"),
    e.DeadlineKnown("run-1", 0, at(9), "extract"),
]

OF_ALL = (e.PoolSet, e.AssetUpdated, e.AssetEventsDropped)
"""What concerns DAGs of all shards."""


def post(database: Database, *events: e.Event) -> list[int]:
    with database.write() as tx:
        return [inbox.post(tx, event, EPOCH) for event in events]


def test_every_kind_of_event_comes_out_as_it_went_in(database: Database) -> None:
    store(database, parsed(spec()))
    ids = post(database, *EVENTS)
    with database.read() as tx:
        items = inbox.take(tx)
    assert [item.id for item in items] == ids
    assert [item.event for item in items] == EVENTS
    assert {type(event) for event in EVENTS} | {e.Tick} == set(e.Event.__args__)


def test_an_event_stays_until_the_batch_that_acts_on_it_commits(database: Database) -> None:
    first, second = post(database, e.DagStale(DAG), e.DagDeleted(DAG))
    with database.write() as tx:
        assert [item.id for item in inbox.take(tx, 1)] == [first]
        assert inbox.pending(tx, [first]) and inbox.depth(tx) == 2
        inbox.consume(tx, [first])
    with database.read() as tx:
        assert not inbox.pending(tx, [first])
        assert inbox.pending(tx, [first, second])
        assert inbox.depth(tx) == 1


def test_an_id_is_never_given_twice(database: Database) -> None:
    seen: list[int] = []
    for _ in range(3):
        seen += post(database, e.DagStale(DAG))
        with database.write() as tx:
            inbox.consume(tx, seen)
    assert len(set(seen)) == 3
    assert seen == sorted(seen)


def test_an_event_goes_to_the_shard_of_its_dag_its_run_or_its_attempt(database: Database) -> None:
    store(database, parsed(spec()))
    with database.write() as tx:
        write(tx, [create_run(), save_run(), dispatch("a-1")], now=EPOCH)
    mine = leases.shard_of(DAG)
    post(database, *EVENTS)
    assert {row["kind"] for row in rows(database, "inbox", shard=mine)} == {
        type(event).__name__ for event in EVENTS if not isinstance(event, OF_ALL)
    }
    with database.read() as tx:
        assert len(inbox.take(tx, shards=[mine])) == len(EVENTS)
        shared = [item.event for item in inbox.take(tx, shards=[mine + 1])]
        assert shared == [event for event in EVENTS if isinstance(event, OF_ALL)]


def test_what_a_report_leaves_behind_travels_with_its_event(database: Database) -> None:
    report = ended("a-1", return_value={"x": 1})
    with database.write() as tx:
        inbox.post(tx, e.AttemptSucceeded("a-1", at(5)), EPOCH, output=report)
    with database.read() as tx:
        assert inbox.take(tx)[0].output == report


def test_an_event_that_cannot_be_read_says_so_and_holds_up_nothing(database: Database) -> None:
    store(database, parsed(spec()))
    post(database, e.DagStale(DAG), e.RunDeleted("x"), VERSION, e.DagStale(DagKey("default", "other")))
    with database.write() as tx:
        tx.raw.execute("UPDATE inbox SET kind = 'FromTheFuture' WHERE kind = 'RunDeleted'")
        tx.raw.execute("UPDATE inbox SET event = '{}' WHERE id = 1")
        tx.raw.execute("DELETE FROM dag_version")
    with database.read() as tx:
        items = inbox.take(tx)
    assert [item.event is None for item in items] == [True, True, True, False]
    assert "DagStale" in items[0].problem
    assert "FromTheFuture" in items[1].problem
    assert "version-1" in items[2].problem


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_posting_rings_postgresqls_bell_on_commit(database: Database) -> None:
    with psycopg.connect(database.url.set(drivername="postgresql").render_as_string(), autocommit=True) as listener:
        listener.execute(f"LISTEN {inbox.CHANNEL}")
        with database.write() as tx:
            inbox.post(tx, e.DagStale(DAG), EPOCH)
            assert list(listener.notifies(timeout=0.05)) == []
        assert [bell.channel for bell in listener.notifies(timeout=60, stop_after=1)] == [inbox.CHANNEL]


def test_a_row_that_can_not_be_read_does_not_keep_the_others_back(database: Database) -> None:
    good = e.RunMarked("run-1", RunState.FAILED)
    bad = [
        {"kind": "RunMarked", "event": "no JSON", "output": None},
        {"kind": "RunMarked", "event": "[" * 5000 + "]" * 5000, "output": None},
        {"kind": "Nonsense", "event": "{}", "output": None},
        {"kind": "RunMarked", "event": '{"run_uid": "r", "state": "failed"}', "output": '{"attempt": 1}'},
        {"kind": "RunMarked", "event": '{"run_uid": "r", "state": "failed"}', "output": "{"},
    ]
    with database.write() as tx:
        for row in bad:
            tx.execute(insert(t.inbox), {"shard": inbox.EVERY_SHARD, "posted_at": EPOCH, **row})
    [last] = post(database, good)
    with database.read() as tx:
        items = inbox.take(tx)
    assert [(item.event, bool(item.problem)) for item in items] == [(None, True)] * 5 + [(good, False)]
    assert items[-1].id == last

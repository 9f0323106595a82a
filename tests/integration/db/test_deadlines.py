"""Deadlines and retries of runs in the rows, on both databases: stored once, loaded as they were, listed for people."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from support.databases import EPOCH
from support.rows import DAG, at, create_run, one, rows, save_run, with_run
from tradewind.core.commands import ForgetCallback, RunCallback, SaveDeadline
from tradewind.core.states import RunState
from tradewind.db import Database, callbacks, deadlines, images
from tradewind.db.listing import Page
from tradewind.db.transitions import write


def deadline(run_uid: str | None, **more: object) -> SaveDeadline:
    fields = {
        "id": "d1", "dag": DAG, "version_id": "v", "run_uid": run_uid, "alert": 1, "at": at(60), "created_at": EPOCH,
        "name": "late", "reference": "DagRunQueuedAtDeadline",
    }  # fmt: skip
    return SaveDeadline(**{**fields, **more})  # type: ignore[arg-type]


def store(database: Database, *commands: object) -> None:
    with database.write() as tx:
        write(tx, commands, now=EPOCH)  # type: ignore[arg-type]


def test_a_deadline_is_stored_loaded_and_ended(database: Database) -> None:
    with_run(database)
    uid = "run-1"
    first = deadline(uid, task_id="extract", predicted_at=at(90))
    awaited = deadline(None, id="d2", run_after=at(3600))
    store(database, first, awaited)
    store(database, first)  # a batch may be written twice
    with database.read() as tx:
        assert sorted(deadlines.pending(tx), key=lambda d: d.id) == [first, awaited]
    store(database, replace(first, state="missed", ended_at=at(60), reason="the run is running\0"))
    with database.read() as tx:
        assert deadlines.pending(tx) == [awaited]
        listed, total = deadlines.list_deadlines(tx, DAG, Page(order_by=("-deadline_time", "id")))
        assert (total, [(d.id, d.state, d.task_id) for d in listed]) == (
            2, [("d1", "missed", "extract"), ("d2", "pending", None)],
        )  # fmt: skip
        assert listed[0].ended_at == at(60)
        assert listed[0].reason.startswith("the run is running")
        run_id = one(database, "dag_run", uid=uid)["run_id"]
        assert deadlines.list_deadlines(tx, DAG, Page(), run_id=run_id, is_missed=True)[1] == 1
        assert deadlines.list_deadlines(tx, DAG, Page(), is_missed=False)[1] == 1
        assert deadlines.list_deadlines(tx, DAG, Page(), run_id="none")[1] == 0


def test_the_run_that_was_awaited_takes_its_deadline(database: Database) -> None:
    with_run(database)
    uid = "run-1"
    awaited = deadline(None, run_after=at(0))
    store(database, awaited)
    store(database, replace(awaited, run_uid=uid))
    assert [row["run_uid"] for row in rows(database, "deadline")] == [uid]


def test_deadlines_go_with_their_run(database: Database) -> None:
    with_run(database)
    uid = "run-1"
    store(database, deadline(uid))
    with database.write() as tx:
        tx.raw.execute(f"DELETE FROM dag_run WHERE uid = '{uid}'")
    assert rows(database, "deadline") == []


def test_how_long_runs_took_is_known_of_dags_with_deadlines(database: Database) -> None:
    with_run(database)
    uid = "run-1"
    ended = save_run(uid, RunState.SUCCESS, start_date=at(0), end_date=at(0) + timedelta(seconds=42))
    store(database, ended)
    with database.read() as tx:
        assert deadlines.recent_durations(tx) == {}
    store(database, deadline(uid, state="met", ended_at=at(42)))
    with database.read() as tx:
        assert deadlines.recent_durations(tx) == {DAG: [42.0]}


def test_a_run_that_waits_to_try_again_is_loaded_as_it_was(database: Database) -> None:
    with_run(database)
    uid = "run-1"
    store(database, replace(save_run(uid, RunState.RUNNING, start_date=at(0)), retries=2, retry_at=at(300)))
    with database.read() as tx:
        image = images.run_image(tx, uid)
    assert (image.retries, image.retry_at) == (2, at(300))


def test_what_a_run_that_lost_its_place_asked_for_is_void(database: Database) -> None:
    with_run(database)
    taken = create_run("another-uid", run_id="manual__run-1")
    with database.write() as tx:
        assert write(tx, [taken, deadline("another-uid")], now=EPOCH) == ["another-uid"]
    assert rows(database, "deadline") == []


# -- callbacks that were ordered ---------------------------------------------------------------------------------------


def test_an_order_to_call_back_is_kept_until_it_has_run(database: Database) -> None:
    with_run(database)
    late = deadline("run-1", state="missed", ended_at=at(60))
    orders = [
        RunCallback("run-1", DAG, "v", "on_failure", "boom", "extract", 3, try_number=2),
        RunCallback("", DAG, "v", "deadline", "never came", deadline=late),
    ]
    store(database, *orders)
    store(database, *orders)
    with database.read() as tx:
        assert sorted(callbacks.pending(tx), key=lambda o: o.kind) == sorted(orders, key=lambda o: o.kind)
    store(database, ForgetCallback(orders[0].id))
    with database.read() as tx:
        assert callbacks.pending(tx) == [orders[1]]
    with database.write() as tx:
        assert write(tx, [create_run("x", run_id="manual__run-1"), RunCallback("x", DAG, "v", "k", "")], now=EPOCH) == [
            "x"
        ]
    assert len(rows(database, "callback_order")) == 1

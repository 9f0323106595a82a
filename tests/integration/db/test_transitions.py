"""What the committer writes: rows after batches of commands, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.databases import EPOCH
from support.rows import (
    DAG,
    at,
    create_run,
    dispatch,
    ended,
    one,
    parsed,
    rows,
    save_run,
    save_task,
    spec,
    store,
    with_run,
)  # fmt: skip
from tradewind.base.ids import SequentialIds
from tradewind.core.commands import (
    CreateTasks,
    DeleteDag,
    DeleteRun,
    EndAttempt,
    ForgetTasks,
    KeepOutput,
    Kill,
    SaveDag,
    StartAttempt,
)  # fmt: skip
from tradewind.core.events import PauseSet
from tradewind.core.states import RunState, TaskState
from tradewind.db import Database, inbox
from tradewind.db.transitions import write
from tradewind.protocol.messages import Ended
from tradewind.spec import DagSpec, ScheduleSpec, TaskSpec


def commit(database: Database, *commands, outputs=None, consumed=()) -> list[str]:
    with database.write() as tx:
        inbox.consume(tx, consumed)
        return write(tx, commands, outputs or {}, now=at(10))


def test_a_run_is_created_queued_and_then_saved_as_it_is(database: Database) -> None:
    store(database, parsed(spec()))
    logical = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    commit(database, create_run(logical_date=logical, conf={"a": [1, "\0é"]}, note="why", triggering_user="ann"))
    row = one(database, "dag_run")
    assert (row["state"], row["run_id"], row["logical_date"]) == ("queued", "manual__run-1", logical)
    assert (row["conf"], row["note"], row["triggering_user"]) == ({"a": [1, "\0é"]}, "why", "ann")
    commit(database, save_run(state=RunState.SUCCESS, end_date=at(3.5), clear_number=2))
    row = one(database, "dag_run")
    assert (row["state"], row["start_date"], row["end_date"]) == ("success", at(1), at(3.5))
    assert (row["duration"], row["clear_number"], row["updated_at"]) == (2.5, 2, at(10))


def test_instances_take_what_lists_filter_by_from_the_spec_of_the_run(database: Database) -> None:
    special = TaskSpec(task_id="extract", pool="big", pool_slots=3, queue="q", retries=2, priority_weight=7,
                         executor="celery", task_type="BashOperator")  # fmt: skip
    store(database, parsed(DagSpec(dag_id="etl", schedule=ScheduleSpec("none"), tasks=(special,))))
    commit(database, create_run(), CreateTasks("run-1", "extract", -1, -1))
    row = one(database, "task_instance")
    assert (row["dag_id"], row["workspace"], row["state"], row["try_number"]) == ("etl", "default", None, 0)
    assert (row["pool"], row["pool_slots"], row["queue"], row["executor"]) == ("big", 3, "q", "celery")
    assert (row["priority_weight"], row["operator"], row["max_tries"]) == (7, "BashOperator", 3)


def test_instances_of_a_run_asked_for_by_hand_take_it_too_when_others_are_forgotten_in_the_batch(
    database: Database,
) -> None:
    store(
        database,
        parsed(DagSpec(dag_id=DAG.dag_id, schedule=ScheduleSpec("none"), tasks=(TaskSpec(task_id="a", pool="big"),))),
    )
    commands = [
        create_run(version_id=""), CreateTasks("run-1", "a", -1, -1), ForgetTasks("run-1", "b", -1), save_run(),
    ]  # fmt: skip
    with database.write() as tx:
        write(tx, commands, now=EPOCH)
    assert one(database, "task_instance")["pool"] == "big"


def test_a_map_of_a_thousand_is_inserted_by_one_command(database: Database) -> None:
    with_run(database, tasks=("extract",))
    commit(database, ForgetTasks("run-1", "extract", -1), CreateTasks("run-1", "extract", 0, 999))
    assert [row["map_index"] for row in rows(database, "task_instance")] == list(range(1000))


def test_the_last_save_of_an_instance_wins(database: Database) -> None:
    with_run(database)
    commit(
        database,
        save_task(state=TaskState.SCHEDULED, scheduled_at=at(1)),
        save_task(state=TaskState.QUEUED, scheduled_at=at(1), queued_at=at(2), attempt="a-1"),
    )
    row = one(database, "task_instance", task_id="extract")
    assert (row["state"], row["scheduled_at"], row["queued_at"], row["attempt"]) == ("queued", at(1), at(2), "a-1")
    assert one(database, "task_instance", task_id="load")["state"] is None


def test_an_attempt_is_appended_started_and_ended_once(database: Database) -> None:
    with_run(database)
    commit(database, dispatch("a-1", queue="fast", priority=4, isolation="reuse"))
    commit(database, StartAttempt("a-1", at(3), "host", 42), EndAttempt("a-1", at(5), "failed", "it broke"))
    commit(database, EndAttempt("a-1", at(9), "lost", "too late"))
    row = one(database, "attempt")
    assert (row["queue"], row["priority"], row["isolation"], row["created_at"]) == ("fast", 4, "reuse", at(2))
    assert (row["started_at"], row["hostname"], row["pid"]) == (at(3), "host", 42)
    assert (row["ended_at"], row["outcome"], row["reason"]) == (at(5), "failed", "it broke")


def test_only_outputs_that_count_are_kept(database: Database) -> None:
    with_run(database)
    outputs = {"a-1": ended("a-1", return_value=[1, 2]), "stale": ended("stale", return_value="x")}
    commit(database, dispatch("a-1"), KeepOutput("a-1"), outputs=outputs)
    row = one(database, "xcom")
    assert (row["key"], row["value"], row["length"], row["is_none"]) == ("return_value", "[1,2]", 2, False)
    assert (row["attempt"], row["timestamp"], row["task_id"]) == ("a-1", at(5), "extract")


def test_a_new_try_forgets_the_xcoms_of_the_last_one(database: Database) -> None:
    with_run(database)
    commit(database, dispatch("a-1"), KeepOutput("a-1"), outputs={"a-1": ended("a-1", first=1, both=1)})
    commit(database, dispatch("a-2", try_number=2))
    assert rows(database, "xcom") == []
    commit(database, save_task(attempt="a-2"), KeepOutput("a-2"), outputs={"a-2": ended("a-2", both=2)})
    assert one(database, "xcom")["value"] == "2"


def test_a_try_that_is_followed_by_the_next_in_the_same_batch_leaves_no_xcoms(database: Database) -> None:
    with_run(database)
    batch = [dispatch("a-1"), KeepOutput("a-1"), dispatch("a-2", try_number=2)]
    commit(database, *batch, outputs={"a-1": ended("a-1", "failed", x=1)})
    assert rows(database, "xcom") == []
    assert [row["id"] for row in rows(database, "attempt")] == ["a-1", "a-2"]


def test_rendered_fields_map_names_and_tracebacks_are_stored_even_with_bytes_no_database_takes(
    database: Database,
) -> None:
    with_run(database)
    report = Ended(
        attempt="a-1", at=at(5), outcome="failed", error="Trace\0back", rendered={"sql": "select\0 1"},
        rendered_map_index="x\0y",
    )  # fmt: skip
    commit(
        database, dispatch("a-1"), EndAttempt("a-1", at(5), "failed", "bad \0 reason"),
        save_task(state=TaskState.FAILED, attempt="a-1", reason="bad \0 reason"), KeepOutput("a-1"),
        outputs={"a-1": report},
    )  # fmt: skip
    assert one(database, "attempt")["error"] == "Trace\ufffdback"
    assert one(database, "rendered")["fields"] == {"sql": "select\0 1"}
    row = one(database, "task_instance", task_id="extract")
    assert (row["rendered_map_index"], row["reason"]) == ("x\ufffdy", "bad \ufffd reason")


def test_a_run_whose_id_or_date_is_taken_loses_and_its_batch_leaves_no_trace_of_it(database: Database) -> None:
    store(database, parsed(spec()))
    commit(database, create_run("first", run_id="r", logical_date=EPOCH))
    same_id = create_run("second", run_id="r", logical_date=at(1))
    same_date = create_run("third", run_id="other", logical_date=EPOCH)
    free = create_run("fourth", run_id="free", logical_date=at(2))
    lost = commit(
        database, same_id, same_date, free, save_run("second"), CreateTasks("second", "extract", -1, -1),
        save_task(run_uid="second"), dispatch("a-1", run_uid="second"), CreateTasks("fourth", "extract", -1, -1),
    )  # fmt: skip
    assert lost == ["second", "third"]
    assert {row["uid"] for row in rows(database, "dag_run")} == {"first", "fourth"}
    assert {row["run_uid"] for row in rows(database, "task_instance")} == {"fourth"}
    assert rows(database, "attempt") == []


def test_a_batch_written_twice_changes_nothing(database: Database) -> None:
    store(database, parsed(spec()))
    batch = [
        create_run(), save_run(), CreateTasks("run-1", "extract", -1, -1), CreateTasks("run-1", "load", 0, 3),
        save_task(state=TaskState.RUNNING, attempt="a-1", start_date=at(3)), dispatch("a-1"),
        StartAttempt("a-1", at(3), "host", 1), EndAttempt("a-1", at(5), "success"), KeepOutput("a-1"),
        SaveDag(dag=DAG, next_run_after=at(60), next_logical_date=at(0), next_interval_start=at(0),
                next_interval_end=at(60)),
    ]  # fmt: skip
    outputs = {"a-1": ended("a-1", return_value={"x": 1})}
    tables = ("dag_run", "task_instance", "attempt", "xcom", "dag")
    assert commit(database, *batch, outputs=outputs) == []
    once = {table: rows(database, table) for table in tables}
    assert commit(database, *batch, outputs=outputs) == []
    assert {table: rows(database, table) for table in tables} == once
    assert len(once["task_instance"]) == 5


def test_a_batch_that_fails_in_the_middle_leaves_everything_as_it_was(database: Database) -> None:
    with_run(database)
    with pytest.raises(KeyError), database.write() as tx:
        write(tx, [save_task(state=TaskState.QUEUED), dispatch("a-1")], now=at(10))
        raise KeyError("power cut")
    assert one(database, "task_instance", task_id="extract")["state"] is None
    assert rows(database, "attempt") == []


def test_a_run_moved_by_a_clear_takes_pools_of_the_new_version(database: Database) -> None:
    with_run(database)
    tasks = tuple(TaskSpec(task_id=task, pool="other", task_type="New") for task in ("extract", "load"))
    changed = DagSpec(dag_id="etl", schedule=ScheduleSpec("none"), tasks=tasks)
    added = store(database, parsed(changed, code_hash="code-2"), ids=SequentialIds("new-")).added[0]
    commit(database, save_run(version_id=added.version_id, clear_number=1))
    assert {(row["pool"], row["operator"]) for row in rows(database, "task_instance")} == {("other", "New")}


def test_forgotten_instances_take_their_xcoms_along_and_what_follows_in_the_batch_stays(database: Database) -> None:
    with_run(database, tasks=("extract",))
    commit(
        database, CreateTasks("run-1", "extract", 0, 4), dispatch("a-1", map_index=1), dispatch("a-4", map_index=4),
        KeepOutput("a-1"), KeepOutput("a-4"), save_task(index=1, attempt="a-1"), save_task(index=4, attempt="a-4"),
        outputs={"a-1": ended("a-1", return_value=1), "a-4": ended("a-4", return_value=4)},
    )  # fmt: skip
    commit(database, ForgetTasks("run-1", "extract", 2))
    assert [row["map_index"] for row in rows(database, "task_instance")] == [-1, 0, 1]
    assert [row["map_index"] for row in rows(database, "xcom")] == [1]
    commit(database, ForgetTasks("run-1", "extract", -1), CreateTasks("run-1", "extract", 7, 7))
    assert [row["map_index"] for row in rows(database, "task_instance")] == [7]
    assert rows(database, "xcom") == []


def test_a_deleted_run_or_dag_takes_everything_along(database: Database) -> None:
    with_run(database)
    commit(database, create_run("run-2", run_id="other"), CreateTasks("run-2", "extract", -1, -1), dispatch("a-1"),
           save_task(attempt="a-1"), KeepOutput("a-1"), outputs={"a-1": ended("a-1", x=1)})  # fmt: skip
    commit(database, DeleteRun("run-1"), Kill("a-1", "deleted"))
    assert {row["run_uid"] for row in rows(database, "task_instance")} == {"run-2"}
    assert rows(database, "attempt") == rows(database, "xcom") == []
    commit(database, DeleteDag(DAG))
    for table in ("dag", "dag_run", "task_instance", "dag_version"):
        assert rows(database, table) == []


def test_consumed_events_leave_the_inbox_with_the_batch(database: Database) -> None:
    store(database, parsed(spec()))
    with database.write() as tx:
        ids = [inbox.post(tx, PauseSet(DAG, is_paused=flag), EPOCH) for flag in (True, False, True)]
    commit(database, consumed=ids[:2])
    assert [row["id"] for row in rows(database, "inbox")] == ids[2:]

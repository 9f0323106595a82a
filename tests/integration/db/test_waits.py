"""Triggers in the database: stored with the report, ended once, and read for whoever goes on, on both databases."""

from __future__ import annotations

import pytest

from support.databases import EPOCH
from support.rows import DAG, at, dispatch, ended, one, rows, save_task, with_run
from tradewind.core.commands import DeleteRun, EndAttempt, KeepOutput, StartTrigger, StopTrigger
from tradewind.core.states import TaskState
from tradewind.db import Database, images
from tradewind.db.transitions import write
from tradewind.db.waits import deferral_of, resume_of, waiting_triggers
from tradewind.protocol.messages import Ended
from tradewind.protocol.triggers import Fired
from tradewind.protocol.waits import Deferral
from tradewind.spec import StartTriggerSpec

WAITS_FOR = Deferral(classpath="jobs.Done", kwargs='{"password":"x"}', method="complete", method_kwargs='{"n":1}')


def seal(text: str) -> str:
    return f"sealed:{text}"


def unseal(text: str) -> str:
    assert text.startswith("sealed:")
    return text.removeprefix("sealed:")


def start(trigger: str, task: str = "extract", **more: object) -> StartTrigger:
    return StartTrigger(
        trigger=trigger, dag=DAG, version_id="version-1", run_uid="run-1", task_id=task, map_index=-1, try_number=1,
        at=at(3), until=at(60), **more,
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def deferred(database: Database) -> Database:
    """`extract` waits for the trigger a-1."""
    with_run(database)
    report = Ended(attempt="a-1", at=at(3), outcome="deferred", deferral=WAITS_FOR)
    with database.write() as tx:
        write(tx, [save_task(state=TaskState.QUEUED, attempt="a-1"), dispatch("a-1")], now=EPOCH)
        commands = [
            save_task(state=TaskState.DEFERRED, attempt="a-1", next_at=at(60)),
            EndAttempt("a-1", at(3), "deferred"),
            KeepOutput("a-1"),
            start("a-1"),
        ]
        write(tx, commands, {"a-1": report}, now=at(3), seal=seal)
    return database


def test_a_trigger_is_stored_with_the_report_and_its_arguments_are_encrypted(deferred: Database) -> None:
    row = one(deferred, "trigger")
    assert (row["kwargs"], row["method_kwargs"]) == ('sealed:{"password":"x"}', 'sealed:{"n":1}')
    assert (row["created_at"], row["timeout_at"], row["ended_at"]) == (at(3), at(60), None)
    with deferred.read() as tx:
        (found,) = waiting_triggers(tx, unseal)
        assert waiting_triggers(tx, unseal, ["another"]) == []
        assert deferral_of(tx, "a-1", unseal) == WAITS_FOR
    assert (found.id, found.classpath, found.kwargs) == ("a-1", "jobs.Done", '{"password":"x"}')
    assert (found.waiter.run_id, found.waiter.task_id, found.waiter.try_number) == ("manual__run-1", "extract", 1)


def test_what_a_trigger_said_is_what_the_task_goes_on_with_and_only_the_first_word_counts(deferred: Database) -> None:
    fired = Fired(id="a-1", at=at(9), outcome="resume", event='"done"')
    again = [save_task(state=TaskState.QUEUED, attempt="a-2", resume="a-1"), dispatch("a-2", resume="a-1")]
    late = Fired(id="a-1", at=at(10), outcome="failure", event='"late"')
    with deferred.write() as tx:
        write(tx, again, now=at(9), fired={"a-1": fired}, seal=seal)
        write(tx, again[:1], now=at(10), fired={"a-1": late}, seal=seal)
        resume = resume_of(tx, "a-1", unseal)
        assert waiting_triggers(tx, unseal) == []
    assert resume is not None
    assert (resume.kind, resume.method, resume.method_kwargs, resume.event) == (
        "trigger",
        "complete",
        '{"n":1}',
        '"done"',
    )
    with deferred.read() as tx:
        (image,) = images.unfinished_runs(tx)
    assert {task.save.task_id: task.save.resume for task in image.tasks} == {"extract": "a-1", "load": None}


@pytest.mark.parametrize(("is_cancelled", "outcome"), [(True, "cancelled"), (False, "timeout")])
def test_a_wait_that_is_over_has_ended(deferred: Database, is_cancelled: bool, outcome: str) -> None:
    with deferred.write() as tx:
        write(tx, [StopTrigger("a-1", is_cancelled)], now=at(20))
        resume = resume_of(tx, "a-1", unseal)
    assert one(deferred, "trigger")["outcome"] == outcome
    assert resume is not None
    assert (resume.kind == "timeout") == (outcome == "timeout")


def test_a_resumed_try_keeps_the_xcoms_of_before_the_wait(deferred: Database) -> None:
    with deferred.write() as tx:
        write(tx, [KeepOutput("a-1")], {"a-1": ended("a-1", "deferred", before=1)}, now=at(4))
        write(tx, [dispatch("a-2", try_number=2, resume="a-1")], now=at(5))
    assert [row["key"] for row in rows(deferred, "xcom")] == ["before"]
    with deferred.write() as tx:
        write(tx, [dispatch("a-3", try_number=3)], now=at(6))
    assert rows(deferred, "xcom") == []


def test_a_task_that_starts_from_a_trigger_has_an_attempt_without_a_process(database: Database) -> None:
    with_run(database)
    spec = StartTriggerSpec("jobs.Done", "{}", "complete")
    with database.write() as tx:
        commands = [save_task(state=TaskState.DEFERRED, attempt="t-1"), start("t-1", start=spec)]
        write(tx, commands, now=at(3), seal=seal)
        write(tx, commands, now=at(3), seal=seal)  # a batch whose fate is unknown is repeated
        (found,) = waiting_triggers(tx, unseal)
    assert found.kwargs == "{}"
    row = one(database, "attempt", id="t-1")
    assert (row["outcome"], row["pool_slots"], row["pid"]) == ("deferred", 0, None)


def test_what_a_trigger_pushed_is_stored_where_it_ends_the_task(deferred: Database) -> None:
    said = Fired(id="a-1", at=at(9), outcome="success")
    with deferred.write() as tx:
        commands = [save_task(state=TaskState.SUCCESS, attempt="a-1"), KeepOutput("a-1")]
        write(tx, commands, {"a-1": ended("a-1", return_value=5)}, now=at(9), fired={"a-1": said}, seal=seal)
    assert one(deferred, "xcom")["value"] == "5"
    assert one(deferred, "trigger")["outcome"] == "success"


def test_triggers_go_with_their_run_also_in_the_same_batch(deferred: Database) -> None:
    with deferred.write() as tx:
        write(
            tx, [DeleteRun("run-1"), StopTrigger("a-1", True), start("t-9", start=StartTriggerSpec("x.Y"))], now=at(9)
        )
    assert rows(deferred, "trigger") == []

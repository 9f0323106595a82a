"""What a scheduler reads when it starts, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from support.rows import DAG, at, create_run, dispatch, ended, facts, parsed, save_run, save_task, spec, store, with_run
from tradewind.base.errors import NotFound
from tradewind.base.ids import SequentialIds
from tradewind.core.commands import CreateTasks, KeepOutput
from tradewind.core.states import RunState, TaskState
from tradewind.db import Database, images, parses
from tradewind.db.transitions import write
from tradewind.spec import DagKey, DagSpec, ScheduleSpec, TaskSpec


def test_a_dag_comes_with_its_newest_version_and_its_latest_run_by_schedule(database: Database) -> None:
    store(database, parsed(spec()), parsed(spec("other", is_paused_upon_creation=True), path="other.py"))
    store(database, parsed(spec(), code_hash="code-2"), ids=SequentialIds("new-"))
    with database.write() as tx:
        runs = [
            create_run("old", run_id="s1", run_type="scheduled", run_after=at(1), logical_date=at(1)),
            create_run("new", run_id="s2", run_type="scheduled", run_after=at(2), logical_date=at(2)),
            create_run("hand", run_id="m", run_after=at(3)),
        ]
        write(tx, runs, now=at(3))
    with database.read() as tx:
        etl = images.load_dag(tx, DAG)
        other = images.load_dag(tx, DagKey("default", "other"))
    assert etl is not None
    assert other is not None
    assert (etl.version_id, etl.is_paused, etl.is_stale, etl.spec) == ("new-1", False, False, spec())
    assert etl.latest == facts("new", run_id="s2", run_type="scheduled", run_after=at(2), logical_date=at(2))
    assert (other.is_paused, other.latest) == (True, None)


def test_dags_that_nothing_can_happen_to_are_only_named(database: Database) -> None:
    hourly = ScheduleSpec("cron", {"expression": "0 * * * *"})
    store(
        database,
        *(parsed(spec(name, schedule=ScheduleSpec("none")), path=f"{name}.py") for name in ("idle", "running", "done")),
        *(parsed(spec(name, schedule=hourly), path=f"{name}.py") for name in ("hourly", "gone")),
    )
    with database.write() as tx:
        ended_run = save_run("run-2", RunState.SUCCESS, end_date=at(2), dag=DagKey("default", "done"))
        created = [
            create_run(uid, dag=DagKey("default", name)) for uid, name in (("run-1", "running"), ("run-2", "done"))
        ]
        write(tx, [*created, ended_run], now=at(2))
        parses.forget_files(tx, "default", "local", ["gone.py"], at(3))
    with database.read() as tx:
        found = images.load_dags(tx)
    assert {image.dag.dag_id for image in found.awake} == {"hourly", "running"}
    assert {dag.dag_id for dag in found.asleep} == {"idle", "done", "gone"}


def test_failures_are_counted_since_the_last_success_where_there_is_a_limit(database: Database) -> None:
    store(database, parsed(spec(max_consecutive_failed_dag_runs=3)))
    states = [RunState.FAILED, RunState.SUCCESS, RunState.FAILED, RunState.FAILED]
    with database.write() as tx:
        for number, state in enumerate(states):
            uid = f"run-{number}"
            write(tx, [create_run(uid, run_after=at(number)), save_run(uid, state, end_date=at(9))], now=at(9))
    with database.read() as tx:
        found = images.load_dag(tx, DAG)
    assert found is not None
    assert found.failed_in_a_row == 2


def test_a_dag_that_depends_on_the_past_comes_with_how_its_runs_ended(database: Database) -> None:
    tasks = (TaskSpec(task_id="extract", depends_on_past=True), TaskSpec(task_id="load", upstream=("extract",)))
    store(database, parsed(DagSpec(dag_id="etl", schedule=ScheduleSpec("none"), tasks=tasks)))
    with database.write() as tx:
        write(
            tx,
            [create_run(logical_date=at(1)), CreateTasks("run-1", "extract", -1, -1), CreateTasks("run-1", "load", 0, 1),
             save_task(state=TaskState.SUCCESS), save_task("load", TaskState.SUCCESS, 0),
             save_task("load", TaskState.UPSTREAM_FAILED, 1), save_run(state=RunState.FAILED, end_date=at(5))],
            now=at(5),
        )  # fmt: skip
    with database.read() as tx:
        found = images.load_dag(tx, DAG)
    assert found is not None
    (past,) = found.past
    assert (past.uid, past.logical_date, past.is_manual) == ("run-1", at(1), True)
    assert (past.tasks, past.unsuccessful) == ({"extract", "load"}, {"load"})


def test_an_unfinished_run_comes_back_as_it_was_saved(database: Database) -> None:
    with_run(database)
    done = save_task(state=TaskState.SUCCESS, attempt="a-1", start_date=at(1), end_date=at(2), losses=1)
    waits = save_task("load", TaskState.UP_FOR_RETRY, attempt="a-2", next_at=at(60), reason="it broke", max_tries=3)
    with database.write() as tx:
        write(
            tx,
            [create_run("finished", run_id="f"), save_run("finished", RunState.SUCCESS, end_date=at(3)), dispatch("a-1"),
             done, waits, KeepOutput("a-1")],
            {"a-1": ended("a-1", return_value=[1, 2, 3], note="x", nothing=None)},
            now=at(5),
        )  # fmt: skip
    with database.read() as tx:
        (image,) = images.unfinished_runs(tx)
        assert images.run_image(tx, "run-1") == image
        assert images.run_image(tx, "finished").state is RunState.SUCCESS
        (version,) = images.load_versions(tx, [image])
    assert (image.facts, image.state, image.start_date) == (facts(), RunState.RUNNING, at(1))
    assert [task.save for task in image.tasks] == [done, waits]
    assert image.tasks[0].pushed == {"return_value", "note"}
    assert image.tasks[0].lengths == (("return_value", 3),)
    assert (version.dag, version.version_id, version.spec) == (DAG, "version-1", spec())


def test_a_run_nobody_has_seen_yet_is_bound_to_the_newest_version(database: Database) -> None:
    store(database, parsed(spec()))
    with database.write() as tx:
        write(tx, [create_run(version_id="")], now=at(1))
    with database.read() as tx:
        assert images.unfinished_runs(tx)[0].facts.version_id == "version-1"


def test_an_unknown_run_is_not_found(database: Database) -> None:
    with database.read() as tx, pytest.raises(NotFound, match="no run 'nobody'"):
        images.run_image(tx, "nobody")


def test_loading_takes_the_same_number_of_queries_for_one_dag_and_for_many(database: Database) -> None:
    def queries() -> int:
        seen: list[str] = []
        with database.read() as tx:
            event.listen(tx.connection, "before_cursor_execute", lambda *about: seen.append(about[2]))
            runs = images.unfinished_runs(tx)
            images.load_versions(tx, runs)
            images.load_dags(tx)
        return len(seen)

    with_run(database)
    few = queries()
    for number in range(20):
        dag = DagKey("default", f"dag-{number}")
        store(database, parsed(spec(dag.dag_id), path=f"{number}.py"), ids=SequentialIds(f"v{number}-"))
        with database.write() as tx:
            uid = f"more-{number}"
            write(
                tx,
                [create_run(uid, dag=dag, version_id=f"v{number}-1"), CreateTasks(uid, "extract", 0, 20)],
                now=at(1),
            )
    assert queries() == few

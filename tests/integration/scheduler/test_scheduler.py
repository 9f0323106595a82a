"""The scheduler's thread on real databases: commit before effect, restarts, leases, faults."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from support.rows import DAG, facts
from support.scheduling import PATIENCE_S, Rig, ask_for_run, given_dag, state_of, wait_for
from tradewind.base.clock import SystemClock
from tradewind.base.errors import BrokenInvariant, DatabaseUnavailable, LeaseLost
from tradewind.core.commands import Command, CreateRun
from tradewind.core.events import Cleared, DagDeleted, Event, PauseSet, RunMarked, TaskRef
from tradewind.core.shard import Shard
from tradewind.core.states import RunState
from tradewind.db import Database, inbox, leases, tables, transitions
from tradewind.protocol.messages import DagFacts, Started, XComValue
from tradewind.scheduler.dispatcher import CODE_KEPT, Dispatcher, DispatchSettings, DispatchWays, VersionCode
from tradewind.scheduler.loader import Loader
from tradewind.spec import DagKey, ScheduleSpec


def run_state(database: Database, uid: str = "run-1") -> str | None:
    c = tables.dag_run.c
    with database.read() as tx:
        return tx.scalar(select(c.state).where(c.uid == uid))


def count(database: Database, table: str) -> int:
    with database.read() as tx:
        return tx.scalar(select(func.count()).select_from(tables.metadata.tables[table]))


def test_a_run_goes_from_the_inbox_to_success(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        extract = rig.executor.next()
        assert (extract.task_id, extract.try_number, extract.run.run_id) == ("extract", 1, "manual__run-1")
        rig.executor.start_and_end(extract, "success", XComValue(key="return_value", value="42"))
        rig.executor.start_and_end(rig.executor.next())
        wait_for(lambda: run_state(database) == "success", "the run's success")
    assert state_of(database, "run-1", "load") == "success"
    assert count(database, "xcom") == 1
    assert count(database, "attempt") == 2
    assert count(database, "inbox") == 0


def test_an_attempt_is_started_only_after_its_row_is_committed(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        rig.executor.next()
        assert rig.executor.seen_in_rows == ["queued"]


def test_after_a_restart_a_lost_attempt_is_started_again_and_costs_no_retry(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as before:
        ask_for_run(before)
        first = before.executor.next()
    with Rig(database, tmp_path).running() as after:
        second = after.executor.next()
        assert second.task_id == first.task_id
        assert second.attempt != first.attempt
        after.executor.start_and_end(second)
        after.executor.start_and_end(after.executor.next())
        wait_for(lambda: run_state(database) == "success", "the run's success")
    outcomes = select(tables.attempt.c.outcome).order_by(tables.attempt.c.created_at)
    with database.read() as tx:
        assert [row[0] for row in tx.execute(outcomes)] == ["lost", "success", "success"]


def test_a_late_report_of_the_lost_attempt_changes_nothing(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as before:
        ask_for_run(before)
        first = before.executor.next()
    with Rig(database, tmp_path).running() as after:
        second = after.executor.next()
        after.executor.start_and_end(first, "success", XComValue(key="return_value", value='"stale"'))
        after.executor.start_and_end(second, "success", XComValue(key="return_value", value='"fresh"'))
        after.executor.next()
    with database.read() as tx:
        assert tx.scalar(select(tables.xcom.c.value)) == '"fresh"'


def test_what_somebody_asked_for_while_no_scheduler_ran_happens_at_its_start(
    database: Database, tmp_path: Path
) -> None:
    given_dag(database, tmp_path)
    rig = Rig(database, tmp_path)
    ask_for_run(rig)
    with rig.running():
        assert rig.executor.next().task_id == "extract"


def test_a_finished_run_is_loaded_when_it_is_cleared(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        rig.executor.start_and_end(rig.executor.next())
        rig.executor.start_and_end(rig.executor.next())
        wait_for(lambda: run_state(database) == "success", "the run's success")
    with Rig(database, tmp_path).running() as rig:
        rig.post(Cleared("run-1", (TaskRef("load"),)))
        again = rig.executor.next()
        assert (again.task_id, again.try_number) == ("load", 2)
        rig.executor.start_and_end(again)
        wait_for(lambda: run_state(database) == "success", "the run's second success")


def test_marking_a_run_failed_kills_what_runs(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        work = rig.executor.next()
        rig.post(RunMarked("run-1", RunState.FAILED))
        assert rig.executor.killed.get(timeout=PATIENCE_S) == work.attempt
        wait_for(lambda: run_state(database) == "failed", "the run's failure")


def test_a_paused_dag_starts_nothing_until_it_is_resumed(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        rig.post(PauseSet(DAG, is_paused=True))
        ask_for_run(rig)
        wait_for(lambda: count(database, "inbox") == 0, "the inbox is read")
        assert rig.executor.submitted.empty()
        rig.post(PauseSet(DAG, is_paused=False))
        assert rig.executor.next().task_id == "extract"


def test_runs_by_schedule_come_by_themselves_and_only_once(database: Database, tmp_path: Path) -> None:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    given_dag(
        database,
        tmp_path,
        schedule=ScheduleSpec("delta_trigger", {"seconds": 3600}),
        start_date=start,
        catchup=True,
        tasks=(),
    )
    with Rig(database, tmp_path).running():
        wait_for(lambda: count(database, "dag_run") >= 3, "the runs of three hours")
    before = count(database, "dag_run")
    with Rig(database, tmp_path).running() as rig:
        rig.channel.ring()
    assert count(database, "dag_run") == before


def test_a_run_by_schedule_that_exists_already_is_left_to_who_made_it(database: Database, tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    start = now - timedelta(minutes=30)
    version = given_dag(
        database,
        tmp_path,
        schedule=ScheduleSpec("delta_trigger", {"seconds": 3600}),
        start_date=start,
        catchup=True,
    )
    with database.write() as tx:
        existing = facts(logical_date=start, version_id=version, run_id="theirs", run_after=start)
        transitions.write(tx, [CreateRun(existing)], now=now)
    with Rig(database, tmp_path).running() as rig:
        assert rig.executor.next().run.run_id == "theirs"
    assert count(database, "dag_run") == 1


def test_an_event_about_something_unknown_is_dropped_and_the_rest_goes_on(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        rig.post(Cleared("no-such-run", (TaskRef("load"),)))
        ask_for_run(rig)
        assert rig.executor.next().task_id == "extract"
        wait_for(lambda: count(database, "inbox") == 0, "the inbox is empty")


def test_a_version_without_a_snapshot_fails_its_attempts_with_a_reason(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    (tmp_path / "bundles" / "local" / "snapshot-1").rmdir()
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        wait_for(lambda: run_state(database) == "failed", "the run's failure")
    with database.read() as tx:
        assert "is gone" in tx.scalar(select(tables.attempt.c.reason).limit(1))


def test_a_second_scheduler_waits_until_the_first_gives_its_leases_back(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    second = Rig(database, tmp_path, lease_ttl_s=60.0)
    with Rig(database, tmp_path, lease_ttl_s=60.0).running():
        second.scheduler.start()
        assert not second.scheduler.is_loaded.wait(1.0)
    try:
        assert second.scheduler.is_loaded.wait(PATIENCE_S)
    finally:
        second.scheduler.stop()


def test_a_scheduler_whose_leases_were_taken_commits_nothing_more(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path, lease_renew_s=60.0).running() as rig:
        with database.write() as tx:
            leases.release(tx, rig.leases.owner)
            leases.acquire_or_extend(tx, "usurper", leases.ALL_SHARDS, ttl_s=2.0)
        ask_for_run(rig)
        wait_for(lambda: not rig.scheduler.is_loaded.is_set(), "the loss is noticed")
        assert rig.executor.submitted.empty()
        assert rig.scheduler.is_loaded.wait(PATIENCE_S)
        assert rig.executor.next().task_id == "extract"


def test_a_deleted_dag_takes_its_runs_with_it(database: Database, tmp_path: Path) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        work = rig.executor.next()
        rig.post(DagDeleted(DAG))
        assert rig.executor.killed.get(timeout=PATIENCE_S) == work.attempt
        wait_for(lambda: count(database, "dag_run") == 0, "the run is gone")


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_every_outcome_is_recorded(database: Database, tmp_path: Path, outcome: str) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        rig.executor.start_and_end(rig.executor.next(), outcome)
        expected = {"failed": "failed", "skipped": "success"}[outcome]
        wait_for(lambda: run_state(database) == expected, "the run's end")
    assert state_of(database, "run-1", "extract") == outcome


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_clear_of_a_finished_run_survives_a_crash_between_two_commits(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        rig.executor.start_and_end(rig.executor.next())
        rig.executor.start_and_end(rig.executor.next())
        wait_for(lambda: run_state(database) == "success", "the run's success")
    with Rig(database, tmp_path).running() as rig:
        seen: list[int] = []

        def crash(*_: object) -> None:
            seen.append(count(database, "inbox"))
            raise SystemExit  # ends the thread on the spot, as a kill would

        monkeypatch.setattr(Loader, "load_run", crash)
        rig.post(Cleared("run-1", (TaskRef("load"),)))
        wait_for(lambda: bool(seen), "the crash")
    assert seen == [1]  # what has not been acted on is still there


def test_what_was_reported_while_the_database_is_away_is_stored_when_it_is_back(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path, lease_ttl_s=30.0, lease_renew_s=0.05, inbox_poll_s=0.05).running() as rig:
        ask_for_run(rig)
        extract = rig.executor.next()
        away = threading.Event()
        asked = threading.Event()

        for of, name in ((leases, "acquire_or_extend"), (inbox, "take"), (transitions, "write")):
            original = getattr(of, name)
            monkeypatch.setattr(of, name, _away(original, away, asked))
        away.set()
        assert asked.wait(PATIENCE_S)
        rig.executor.start_and_end(extract)
        asked.clear()
        assert asked.wait(PATIENCE_S)
        away.clear()
        rig.executor.start_and_end(rig.executor.next())
        wait_for(lambda: run_state(database) == "success", "the run's success")
    assert count(database, "attempt") == 2  # nothing was done twice


def _away(original: Callable[..., Any], away: threading.Event, asked: threading.Event) -> Callable[..., Any]:
    """The same, save that the database does not answer while it is away."""

    def call(*given: Any, **named: Any) -> Any:
        if away.is_set():
            asked.set()
            raise DatabaseUnavailable("away, in this test")
        return original(*given, **named)

    return call


def test_leases_that_somebody_else_held_meanwhile_are_not_taken_up_with_an_old_memory(
    database: Database, tmp_path: Path
) -> None:
    given_dag(database, tmp_path)
    keeper = Rig(database, tmp_path, lease_ttl_s=0.05).leases
    keeper.acquire(datetime.now(UTC))
    with database.write() as tx:
        tx.execute(text("UPDATE lease SET expires_at = 0"))
        leases.acquire_or_extend(tx, "another", leases.ALL_SHARDS, 60.0)
        leases.release(tx, "another")
    with pytest.raises(LeaseLost):
        keeper.renew(datetime.now(UTC))


def test_an_event_that_the_core_can_not_take_is_refused_and_the_rest_goes_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        apply = Shard.apply

        def broken(shard: Shard, event: Event, now: datetime) -> list[Command]:
            if isinstance(event, PauseSet):
                raise TypeError("a bug, in this test")
            return apply(shard, event, now)

        monkeypatch.setattr(Shard, "apply", broken)
        rig.post(PauseSet(DAG, is_paused=True))
        ask_for_run(rig)
        assert rig.executor.next().task_id == "extract"
        wait_for(lambda: count(database, "inbox") == 0, "the end of the refused event")


def test_what_was_reported_while_the_state_is_rebuilt_counts(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        extract = rig.executor.next()
        load_all = Loader.load_all
        failures = iter((True, False))

        def reported_meanwhile(loader: Loader, *given: Any) -> list[Command]:
            if next(failures, False):
                rig.executor.start_and_end(extract)
                raise BrokenInvariant("a bug, in this test")
            return load_all(loader, *given)

        monkeypatch.setattr(Loader, "load_all", reported_meanwhile)
        with database.write() as tx:
            leases.release(tx, rig.leases.owner)  # found at the next commit
        rig.post(PauseSet(DAG, is_paused=False))
        rig.executor.start_and_end(rig.executor.next())
        wait_for(lambda: run_state(database) == "success", "the run's success")
    assert count(database, "attempt") == 2


def test_the_dispatcher_remembers_a_bounded_number_of_versions() -> None:
    asked: list[str] = []

    def look(dag: DagKey, version_id: str) -> VersionCode:
        asked.append(version_id)
        facts = DagFacts(
            workspace=dag.workspace, dag_id=dag.dag_id, version_id=version_id, bundle_path="", relative_fileloc=""
        )
        return VersionCode(facts, {})

    settings = DispatchSettings(isolation="fork", log_folder=Path(), artifact_url="")
    one = Dispatcher({}, look, settings, DispatchWays(sink=lambda _: None, clock=SystemClock()))
    for number in range(CODE_KEPT + 100):
        assert one._code_of(DAG, str(number)).dag.version_id == str(number)
    assert len(one._code) == CODE_KEPT
    one._code_of(DAG, str(CODE_KEPT + 99))
    assert len(asked) == CODE_KEPT + 100


def test_an_order_to_stop_that_was_not_carried_out_is_given_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_dag(database, tmp_path)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        work = rig.executor.next()
        kill, failures = rig.executor.kill, iter((True, False))

        def fails_once(attempt: str) -> None:
            if next(failures, False):
                raise OSError("in this test")
            kill(attempt)

        monkeypatch.setattr(rig.executor, "kill", fails_once)
        rig.channel.put(Started(attempt=work.attempt, at=datetime.now(UTC), hostname="here", pid=1))
        wait_for(lambda: state_of(database, "run-1", "extract") == "running", "its start")
        rig.post(Cleared("run-1", (TaskRef("extract"),)))
        assert rig.executor.killed.get(timeout=PATIENCE_S) == work.attempt
        assert rig.executor.next().task_id == "extract"

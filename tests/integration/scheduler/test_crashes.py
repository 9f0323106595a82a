"""A crash between the commit and what follows from it: each order that leaves the process is given again, none twice."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.scheduling import PATIENCE_S, Rig, ask_for_run, given_dag, state_of, wait_for
from tradewind.core import commands as c
from tradewind.db import Database, callbacks, waits
from tradewind.executors.base import CalledBack
from tradewind.protocol.messages import Ended
from tradewind.protocol.waits import Deferral
from tradewind.scheduler.dispatcher import Dispatcher

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


def crash_before(monkeypatch: pytest.MonkeyPatch, kind: type) -> threading.Event:
    """End the scheduler's thread on the spot, as a kill would, when it is to carry out an order of this kind."""
    crashed = threading.Event()
    carry_out = Dispatcher.carry_out

    def or_crash(self: Dispatcher, commands: Sequence[c.Command]) -> None:
        if not crashed.is_set() and any(isinstance(command, kind) for command in commands):
            crashed.set()
            raise SystemExit
        carry_out(self, commands)

    monkeypatch.setattr(Dispatcher, "carry_out", or_crash)
    return crashed


def waiting(database: Database) -> list[str]:
    with database.read() as tx:
        return [one.id for one in waits.waiting_triggers(tx, str)]


def orders(database: Database) -> list[str]:
    with database.read() as tx:
        return [one.id for one in callbacks.pending(tx)]


def test_a_trigger_whose_start_was_not_told_is_among_those_that_are_waited_for(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_dag(database, tmp_path)
    crashed = crash_before(monkeypatch, c.StartTrigger)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        work = rig.executor.next()
        rig.channel.put(
            Ended(
                attempt=work.attempt,
                at=datetime.now(UTC),
                outcome="deferred",
                deferral=Deferral(classpath="a.B", kwargs="{}", method="go"),
            )
        )
        assert crashed.wait(PATIENCE_S)
    with Rig(database, tmp_path).running():
        assert state_of(database, "run-1", "extract") == "deferred"
        assert waiting(database) == [work.attempt]  # what `resync` at the start has run


def test_a_callback_that_was_ordered_before_a_crash_runs_after_it_and_only_until_it_ran(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_dag(database, tmp_path, has_callbacks=("on_success",))
    crashed = crash_before(monkeypatch, c.RunCallback)
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig)
        rig.executor.start_and_end(rig.executor.next())
        rig.executor.start_and_end(rig.executor.next())
        assert crashed.wait(PATIENCE_S)
        assert rig.executor.called.empty()
    with Rig(database, tmp_path).running() as rig:
        work = rig.executor.called.get(timeout=PATIENCE_S)
        assert (work.kind, work.run.uid, work.run_state) == ("on_success", "run-1", "success")
        rig.channel.put(CalledBack(work.work_id, datetime.now(UTC)))
        wait_for(lambda: not orders(database), "its order is forgotten")
    with Rig(database, tmp_path).running() as rig:
        ask_for_run(rig, "run-2")
        rig.executor.next()
        assert rig.executor.called.empty()

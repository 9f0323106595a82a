"""Where timetables that users wrote are asked: in a process of its own for each question, off the scheduler's thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import msgspec

from tradewind.base.clock import Clock
from tradewind.base.errors import InvalidInput, TradewindError
from tradewind.core.commands import AskTimetable
from tradewind.core.events import TimetableAnswered
from tradewind.db import inbox, versions
from tradewind.db.engine import Database
from tradewind.parsing.bundles import snapshot_path
from tradewind.parsing.calls import Caller, nobody_answers
from tradewind.parsing.questions import ENTRY, PlannedRun, TimetableQuestion, TimetableReply
from tradewind.parsing.reads import FileReads
from tradewind.protocol.messages import Reply, Request
from tradewind.spec import DagKey
from tradewind.timetables import Interval, NextRun

__all__ = ["TimetableDesk"]

log = logging.getLogger("tradewind.parsing.desk")

THREADS = 2
_reply = msgspec.msgpack.Decoder(TimetableReply)


class TimetableDesk:
    """Takes the core's questions, and those about runs by hand.

    Args:
        caller: how processes are made.
        home: the home folder, which holds the snapshots.
        bell: rung after an answer was posted to the scheduler.
        timeout_s: seconds that an answer may take, with the import of the DAG's file.
        reads: answers what that file asks; None: nobody does.
    """

    def __init__(
        self,
        caller: Caller,
        database: Database,
        *,
        home: Path,
        clock: Clock,
        bell: Callable[[], None],
        timeout_s: float,
        reads: FileReads | None = None,
    ) -> None:
        self._reads = reads
        self._caller = caller
        self._database = database
        self._home = home
        self._clock = clock
        self._bell = bell
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="timetables")

    def ask(self, command: AskTimetable) -> None:
        """Ask for the next run; the answer comes as an event. Returns at once."""
        self._threads.submit(self._ask, command)

    def manual_interval(self, dag: DagKey, version_id: str, moment: datetime) -> Interval | None:
        """The interval of a run that somebody asks for at a moment; None: the timetable has no opinion.

        Raises:
            InvalidInput: the timetable failed; the sentence says how.
            NotFound: the version is gone.
        """
        question = msgspec.structs.replace(_NOTHING, manual=moment)
        reply = self._answer(dag, version_id, question, "infer_manual_data_interval")
        return None if reply.interval is None else Interval(*reply.interval)

    def runs_between(self, dag: DagKey, version_id: str, first: datetime, last: datetime) -> list[NextRun]:
        """The runs that the timetable names between two dates, as a backfill wants them; the last may lie ahead.

        Raises:
            InvalidInput: the timetable failed; the sentence says how.
            NotFound: the version is gone.
        """
        question = msgspec.structs.replace(_NOTHING, earliest=first, latest=last, catchup=True, is_backfill=True)
        return [_next_run(run) for run in self._answer(dag, version_id, question, "next_dagrun_info").runs]

    def close(self) -> None:
        """Take no more questions; answers on their way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, command: AskTimetable) -> None:
        question = msgspec.structs.replace(
            _NOTHING,
            last=None if command.last is None else (command.last.start, command.last.end),
            earliest=command.earliest,
            latest=command.latest,
            catchup=command.catchup,
        )
        failure, runs = "", list[NextRun]()
        try:
            reply = self._reply(command.dag, command.version_id, question)
            failure = reply.error and f"next_dagrun_info of the timetable failed: {reply.error}"
            runs = [_next_run(run) for run in reply.runs]
        except TradewindError as error:
            failure = f"the timetable could not be asked: {error.message}"
        if failure:
            log.warning("timetable.failed dag_id=%s: %s", command.dag.dag_id, failure)
        event = TimetableAnswered(command.dag, command.question, tuple(runs), failure)
        try:
            with self._database.write() as tx:
                inbox.post(tx, event, self._clock.now())
        except TradewindError as error:  # the core asks again
            log.warning("timetable.answer_lost dag_id=%s: %s", command.dag.dag_id, error)
        else:
            self._bell()

    def _answer(self, dag: DagKey, version_id: str, question: TimetableQuestion, method: str) -> TimetableReply:
        """What a person waits for: a failure is an error."""
        try:
            reply = self._reply(dag, version_id, question)
        except TradewindError as error:
            raise InvalidInput(f"the timetable of {dag.dag_id} could not be asked: {error.message}") from error
        if reply.error:
            raise InvalidInput(f"the timetable of {dag.dag_id} failed in {method}: {reply.error}")
        return reply

    def _reply(self, dag: DagKey, version_id: str, question: TimetableQuestion) -> TimetableReply:
        with self._database.read() as tx:
            version = versions.get_version(tx, version_id)
        folder = snapshot_path(self._home, version.bundle_name, version.bundle_version or "")
        whole = msgspec.structs.replace(
            question, bundle_path=str(folder), relative_fileloc=version.relative_fileloc, dag_id=dag.dag_id
        )

        def answer(asked: Request) -> Reply:
            if self._reads is None:
                return nobody_answers(asked)
            return self._reads.answer(version.relative_fileloc, asked, {})

        return _reply.decode(self._caller.call(ENTRY, msgspec.msgpack.encode(whole), self._timeout_s, answer))


_NOTHING = TimetableQuestion(bundle_path="", relative_fileloc="", dag_id="")


def _next_run(run: PlannedRun) -> NextRun:
    interval = None if run.interval is None else Interval(*run.interval)
    return NextRun(run.run_after, interval, run.partition_key, run.partition_date)

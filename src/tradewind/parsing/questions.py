"""The process that asks a timetable which a user wrote: imports the DAG's file from its snapshot, and calls its methods."""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from tradewind.base.clock import SystemClock
from tradewind.base.errors import BundleError
from tradewind.worker.child import resolve

if TYPE_CHECKING:
    from tradewind.sdk.timetable_base import BaseTimetable, DagRunInfo

__all__ = ["ENTRY", "Moments", "TimetableQuestion", "TimetableReply", "answer"]

ENTRY = "tradewind.parsing.questions:answer"
"""How the process is told what to call."""
LOAD = "tradewind.worker.entry:load_dags"
MOST = 50
"""Runs that one answer names where missed runs are made up for."""
MOST_OF_BACKFILL = 100_001
Moments = tuple[datetime, datetime]


class TimetableQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask, and of whom."""

    bundle_path: str
    """Folder of the snapshot."""
    relative_fileloc: str
    dag_id: str
    manual: datetime | None = None
    """Ask for the interval of a run by hand at this moment; None: ask for the next run."""
    last: Moments | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    catchup: bool = False
    is_backfill: bool = False
    """Ask for all runs from `earliest` to `latest`, as far as their moment has passed; `catchup` is set."""


class PlannedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a timetable names it."""

    run_after: datetime
    interval: Moments | None
    partition_key: str | None = None
    partition_date: datetime | None = None


class TimetableReply(msgspec.Struct, frozen=True, kw_only=True):
    """What it said."""

    runs: list[PlannedRun] = []
    interval: Moments | None = None
    """Of the run by hand; None: the timetable has no opinion."""
    error: str = ""


def answer(payload: bytes) -> bytes:
    """Ask what an encoded `TimetableQuestion` says; returns an encoded `TimetableReply`. Never raises for the user
    code's sake."""
    question = msgspec.msgpack.decode(payload, type=TimetableQuestion)
    sys.path[0:0] = [question.bundle_path]
    try:
        timetable = _timetable(question)
        reply = _next_runs(timetable, question) if question.manual is None else _manual(timetable, question.manual)
    except BaseException as error:  # noqa: BLE001 - whatever the user's code raises is the answer
        reply = TimetableReply(error=_in_words(error, question.bundle_path))
    return msgspec.msgpack.encode(reply)


def _timetable(question: TimetableQuestion) -> BaseTimetable:
    from tradewind.sdk.timetable_base import BaseTimetable  # noqa: PLC0415 - not in the processes that only parse

    dags = resolve(LOAD)(question.bundle_path, question.relative_fileloc)
    assert isinstance(dags, dict)
    found: object = getattr(dags.get(question.dag_id), "schedule", None)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - from load_dags
    if not isinstance(found, BaseTimetable):
        raise BundleError(
            f"{question.relative_fileloc} has no DAG {question.dag_id!r} with a timetable when it is imported here"
        )
    return found


def _next_runs(timetable: BaseTimetable, question: TimetableQuestion) -> TimetableReply:
    from tradewind.sdk.timetable_base import (  # noqa: PLC0415 - as above
        DagRunInfo,
        DataInterval,
        TimeRestriction,
        pendulum_moment,
    )

    def moment(at: datetime | None) -> datetime | None:
        return None if at is None else pendulum_moment(at)

    last: DagRunInfo | None = None
    if question.last is not None:
        start, end = (pendulum_moment(at) for at in question.last)
        last = DagRunInfo(end, DataInterval(start, end))
    restriction = TimeRestriction(moment(question.earliest), moment(question.latest), question.catchup)
    runs: list[PlannedRun] = []
    most = MOST_OF_BACKFILL if question.is_backfill else MOST if question.catchup else 1
    while len(runs) < most:
        found = timetable.next_dagrun_info_v2(last_dagrun_info=last, restriction=restriction)
        if found is None:
            break
        planned = _planned(found)
        if runs and planned.run_after <= runs[-1].run_after:
            break  # it does not go forward: the core asks again, and says so
        runs.append(planned)
        if planned.run_after > SystemClock().now():  # what lies ahead may still change
            break
        last = found
    return TimetableReply(runs=runs)


def _manual(timetable: BaseTimetable, moment: datetime) -> TimetableReply:
    from tradewind.sdk.timetable_base import pendulum_moment  # noqa: PLC0415 - as above

    try:
        found = timetable.infer_manual_data_interval(run_after=pendulum_moment(moment))
    except NotImplementedError:
        return TimetableReply()
    return TimetableReply(interval=(_aware(found.start), _aware(found.end)))


def _planned(found: DagRunInfo) -> PlannedRun:
    span = found.data_interval
    return PlannedRun(
        run_after=_aware(found.run_after),
        interval=None if span is None else (_aware(span.start), _aware(span.end)),
        partition_key=found.partition_key,
        partition_date=None if found.partition_date is None else _aware(found.partition_date),
    )


def _aware(moment: datetime) -> datetime:
    """A moment of the user's as a plain one in UTC.

    Raises:
        ValueError: it has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"the timetable gave {moment}, a moment without a time zone")
    there = moment.astimezone(UTC)
    return datetime(there.year, there.month, there.day, there.hour, there.minute, there.second, there.microsecond, UTC)


def _in_words(error: BaseException, bundle_path: str) -> str:
    """The error in a line, with the place in the user's code."""
    text = "".join(traceback.format_exception_only(error)).strip()
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(bundle_path)]
    if not own:
        return text
    return f"{text} ({own[-1].filename.removeprefix(bundle_path).lstrip('/')}:{own[-1].lineno}, in {own[-1].name})"

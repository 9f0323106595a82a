"""Reports of workers that come over HTTP, made durable: as events in the inbox, with what the attempt leaves behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from tradewind.core.events import (
    AttemptAwaitsInput,
    AttemptDeferred,
    AttemptFailed,
    AttemptRescheduled,
    AttemptSkipped,
    AttemptStarted,
    AttemptSucceeded,
    Event,
)
from tradewind.db import inbox
from tradewind.db.asset_updates import updates_of
from tradewind.db.engine import Tx
from tradewind.db.task_api import require_live
from tradewind.protocol.messages import Ended, Report, Started

__all__ = ["event_of_report", "post_report"]


def event_of_report(report: Report) -> Event:
    """What a worker's report means to the core."""
    if isinstance(report, Started):
        return AttemptStarted(report.attempt, report.at, report.hostname, report.pid)
    match report.outcome:
        case "success":
            return AttemptSucceeded(
                report.attempt,
                report.at,
                lengths={value.key: value.length for value in report.xcoms if value.length is not None},
                pushed=frozenset(value.key for value in report.xcoms if not value.is_none),
                skip=tuple(report.skip),
                again=report.again,
                assets=updates_of(report.assets) if report.assets else (),
            )
        case "failed":
            return AttemptFailed(
                report.attempt, report.at, report.reason, report.retryable, report.called_back, report.retry_delay_s
            )
        case "skipped":
            return AttemptSkipped(report.attempt, report.at)
        case "up_for_reschedule":
            return AttemptRescheduled(report.attempt, report.at, report.until or report.at)
        case "deferred":
            timeout_s = report.deferral.timeout_s if report.deferral else None
            until = None if timeout_s is None else report.at + timedelta(seconds=timeout_s)
            return AttemptDeferred(report.attempt, report.at, until)
        case "awaiting_input":
            form = report.form
            until, has_defaults = (form.deadline, form.defaults is not None) if form else (None, False)
            return AttemptAwaitsInput(report.attempt, report.at, until, has_defaults)
        case _:
            assert_never(report.outcome)


def post_report(tx: Tx, report: Report, now: datetime) -> int:
    """Put a report into the inbox, and return the row's id. Once this is committed, the worker may forget it.

    Raises:
        StaleAttempt: the attempt is over.
    """
    require_live(tx, report.attempt)
    output = report if isinstance(report, Ended) else None
    return inbox.post(tx, event_of_report(report), now, output=output)

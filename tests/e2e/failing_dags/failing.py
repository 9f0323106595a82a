"""DAGs that fail, die, hang and come late; what is called writes one line to a file each."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tradewind import (
    DAG,
    AsyncCallback,
    BaseDeadlineReference,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    SyncCallback,
    VariableInterval,
    deadline_reference,
    task,
)

NOTES = Path(os.environ["NOTES"])
START = datetime(2026, 1, 1, tzinfo=UTC)
RUN_LATE_S = float(os.environ.get("RUN_LATE_S", "0.5"))


def note(*words):
    with NOTES.open("a") as file:
        file.write(" ".join(map(str, words)) + "\n")


def called(name):
    def callback(context):
        ti = context.get("ti")
        note(name, context["run_id"], ti.task_id if ti else "-", ti.try_number if ti else "-", context.get("reason"))

    return callback


def hang(context):
    note("hangs", context["run_id"])
    time.sleep(60)


with DAG("dies", schedule=None, start_date=START, on_failure_callback=[hang, called("dag_failed")]):

    @task(on_failure_callback=[hang, called("failed")], on_retry_callback=called("retry"), retries=1, retry_delay=0.1,
          email="ann@example.org", email_on_retry=False)  # fmt: skip
    def dies():
        os.kill(os.getpid(), signal.SIGKILL)

    dies()


with DAG("by_hand", schedule=None, start_date=START, on_success_callback=called("dag_success")):

    @task(on_success_callback=called("success"))
    def sleeps():
        time.sleep(60)

    sleeps()


def late(*, word, context):
    note(word, context["dag_run"]["dag_run_id"], context["deadline"]["deadline_time"].isoformat(), context["reason"])


async def alate(*, word, context):
    late(word=word, context=context)


@deadline_reference()
class Asked(BaseDeadlineReference):
    required_kwargs = frozenset({"queued_at"})

    def _evaluate_with(self, *, session, queued_at):
        return queued_at


def by(seconds, word, reference=DeadlineReference.DAGRUN_QUEUED_AT, kind=SyncCallback):
    interval = timedelta(seconds=seconds) if isinstance(seconds, float) else VariableInterval(seconds)
    return DeadlineAlert(reference, interval, kind(late if kind is SyncCallback else alate, {"word": word}), name=word)


with DAG(
    "late",
    schedule=None,
    start_date=START,
    deadline=[
        by(RUN_LATE_S, "run", kind=AsyncCallback),
        by(3600.0, "never"),
        by(0.6, "asked", Asked()),
        by("slack", "variable"),
    ],
):

    @task(deadline=by(0.7, "task"))
    def slow():
        time.sleep(2)

    slow()


with DAG("again", schedule=None, start_date=START, run_retries=1, run_retry_delay=timedelta(seconds=0.2)):

    @task
    def fails_once(dag_run=None, ti=None):
        note("again", ti.try_number)
        if ti.try_number == 1:
            raise ValueError("once")

    fails_once()


POLICY = ExceptionRetryPolicy([
    RetryRule(ConnectionError, retry_delay=timedelta(seconds=0.1), reason="busy"),
    RetryRule(ValueError, action=RetryAction.FAIL, reason="never will"),
])  # fmt: skip

with DAG("policy", schedule=None, start_date=START):

    @task(retries=5, retry_delay=timedelta(hours=1), retry_policy=POLICY)
    def picky(ti=None, task_state_store=None):
        tries = task_state_store.get("tries", [])
        task_state_store.set("tries", [*tries, ti.try_number])
        if ti.try_number < 3:
            raise ConnectionResetError("reset")
        note("kept", tries)
        raise ValueError("bad")

    picky()

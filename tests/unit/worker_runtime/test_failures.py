"""What an attempt does about its failure: ask the retry policy, call callbacks, send mails."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from support.attempts import Bench
from support.mailbox import mailbox
from tradewind import (
    DAG,
    BaseNotifier,
    BaseOperator,
    Connection,
    ExceptionRetryPolicy,
    RetryAction,
    RetryDecision,
    RetryPolicy,
    RetryRule,
    task,
)
from tradewind.sdk.exceptions import AirflowFailException, AirflowSkipException
from tradewind.worker.callbacks import call_all

START = datetime(2026, 1, 1, tzinfo=UTC)


class Raises(BaseOperator):
    def __init__(self, *, error, **kwargs):
        super().__init__(**kwargs)
        self.error = error

    def execute(self, context):
        if self.error is not None:
            raise self.error


def one(error, **arguments) -> DAG:
    with DAG("d", start_date=START) as dag:
        Raises(task_id="a", error=error, **arguments)
    return dag


def run(error, **arguments):
    return Bench(one(error, retries=3, **arguments)).run("a", max_tries=4)


# -- policies ----------------------------------------------------------------------------------------------------------

POLICY = ExceptionRetryPolicy([
    RetryRule(ConnectionError, retry_delay=timedelta(seconds=7), reason="busy"),
    RetryRule(ValueError, action=RetryAction.FAIL, reason="never will"),
])  # fmt: skip


def test_a_policy_says_when_to_try_again_and_why():
    ended = run(ConnectionResetError("reset"), retry_policy=POLICY)
    assert (ended.outcome, ended.retryable, ended.retry_delay_s) == ("failed", True, 7.0)
    assert ended.reason == "ConnectionResetError: reset (retry policy: retry, busy)"


def test_a_policy_says_that_there_is_no_use_in_trying_again():
    ended = run(ValueError("bad"), retry_policy=POLICY)
    assert (ended.retryable, ended.retry_delay_s) == (False, None)
    assert "never will" in ended.reason


def test_what_no_rule_is_about_goes_as_without_a_policy():
    ended = run(KeyError("k"), retry_policy=POLICY)
    assert (ended.retryable, ended.retry_delay_s, ended.reason) == (True, None, "KeyError: 'k'")


def test_a_task_that_fails_or_skips_on_purpose_is_not_asked_about():
    asked = []

    class Counts(RetryPolicy):
        def evaluate(self, exception, try_number, max_tries, context=None):
            asked.append((type(exception), try_number, max_tries, context["ti"].task_id))
            return RetryDecision.retry()

    for error in (AirflowFailException("no"), AirflowSkipException(), None):
        run(error, retry_policy=Counts())
    assert asked == []
    run(SystemExit(3), retry_policy=Counts())
    assert asked == [(SystemExit, 1, 3, "a")]


@pytest.mark.parametrize("answer", [None, "retry", ZeroDivisionError()])
def test_a_policy_that_fails_decides_nothing(answer, caplog):
    class Broken(RetryPolicy):
        def evaluate(self, exception, try_number, max_tries, context=None):
            if isinstance(answer, Exception):
                raise answer
            return answer

    ended = run(ValueError("x"), retry_policy=Broken())
    assert (ended.retryable, ended.retry_delay_s) == (True, None)
    assert "retry policy of task a failed" in caplog.text


def test_the_policy_decides_which_callback_is_called():
    called = []
    run(
        ValueError("x"),
        retry_policy=POLICY,
        on_failure_callback=lambda context: called.append("failure"),
        on_retry_callback=lambda context: called.append("retry"),
    )
    assert called == ["failure"]


# -- callbacks ---------------------------------------------------------------------------------------------------------


def test_a_callback_that_hangs_is_stopped_and_the_next_is_called(caplog):
    called = []

    def hangs(context):
        time.sleep(60)

    before = time.monotonic()
    call_all([hangs, called.append], {}, "on_failure_callback", 0.5)
    assert time.monotonic() - before < 50
    assert called == [{}]
    assert "hangs was stopped: it took more than 0.5 s" in caplog.text


def test_a_callback_that_exits_hurts_nothing(caplog):
    ended = Bench(one(None, on_success_callback=[lambda context: sys.exit(3)])).run("a")
    assert ended.outcome == "success"
    assert "on_success_callback" in caplog.text


class Notes(BaseNotifier):
    template_fields = ("text",)

    def __init__(self, text, sent):
        super().__init__()
        self.text, self.sent = text, sent

    def notify(self, context):
        self.sent.append(self.text)


class AsyncNotes(Notes):
    notify = BaseNotifier.notify

    async def async_notify(self, context):
        self.sent.append(self.text)


@pytest.mark.parametrize("kind", [Notes, AsyncNotes])
def test_a_notifier_renders_its_fields_anew_at_each_call(kind):
    sent = []
    bench = Bench(one(ValueError("x"), on_failure_callback=kind("{{ ti.task_id }} try {{ ti.try_number }}", sent)))
    bench.run("a")
    bench.run("a", try_number=2, max_tries=2)
    assert sent == ["a try 1", "a try 2"]


def test_a_notifier_can_be_awaited():
    sent = []

    async def main():
        notifier = AsyncNotes("hello {{ name }}", sent)
        notifier.context = {"name": "world"}
        await notifier

    import asyncio

    asyncio.run(main())
    assert sent == ["hello world"]


# -- mails -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def box(monkeypatch, tmp_path):
    for name in [name for name in os.environ if "__SMTP__" in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path))
    with mailbox() as server:
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_PORT", str(server.port))
        monkeypatch.setenv("TRADEWIND__SMTP__MAIL_FROM", "robot@example.org")
        yield server


def test_a_failure_is_mailed_to_the_addresses_of_the_task(box):
    run(ValueError("<b>bad</b>"), retry_policy=POLICY, email="ann@example.org, bob@example.org")
    (message,) = box.messages
    assert message["Subject"] == "Airflow alert: d.a [manual__2026-01-05T03:00:00+00:00] failed"
    assert (message["From"], message["To"]) == ("robot@example.org", "ann@example.org, bob@example.org")
    assert "<b>bad</b>" in message.get_body(("plain",)).get_content()
    assert "&lt;b&gt;bad&lt;/b&gt;" in message.get_body(("html",)).get_content()


def test_a_retry_is_mailed_unless_the_task_does_not_want_it(box):
    run(ValueError("x"), email=["ann@example.org"])
    run(ValueError("x"), email=["ann@example.org"], email_on_retry=False)
    assert [message["Subject"].rpartition("] ")[2] for message in box.messages] == ["failed, and is tried again"]


def test_the_mail_server_may_be_that_of_a_connection(box, monkeypatch):
    monkeypatch.delenv("AIRFLOW__SMTP__SMTP_HOST")
    bench = Bench(one(ValueError("x"), email="ann@example.org"))
    connection = Connection("smtp_default", conn_type="smtp", host="127.0.0.1", port=box.port,
                            extra='{"from_email": "dag@example.org", "disable_tls": true}')  # fmt: skip
    bench.server.connections["smtp_default"] = connection.to_dict() | {"extra": connection.extra}
    bench.run("a")
    assert [message["From"] for message in box.messages] == ["dag@example.org"]


def test_a_mail_that_can_not_be_sent_is_told_in_the_log(box, monkeypatch, caplog):
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_PORT", "1")
    assert run(ValueError("x"), email="ann@example.org").outcome == "failed"
    assert "mail to ann@example.org failed" in caplog.text
    monkeypatch.delenv("AIRFLOW__SMTP__SMTP_HOST")
    run(ValueError("x"), email="ann@example.org")
    assert "no mail is sent to ann@example.org" in caplog.text


def test_a_mapped_task_mails_too(box):
    with DAG("d", start_date=START) as dag:

        @task(email="ann@example.org")
        def fails(x):
            raise ValueError(x)

        fails.expand(x=[1, 2])
    Bench(dag).run("fails", 1)
    assert [message["Subject"] for message in box.messages] == [
        "Airflow alert: d.fails[1] [manual__2026-01-05T03:00:00+00:00] failed"
    ]

"""One attempt: what it pushes, how it ends, and what is called on the way."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import msgspec
import numpy
import pytest

from support.attempts import Bench
from tradewind import DAG, BaseNotifier, BaseOperator, task
from tradewind.protocol.messages import Ended
from tradewind.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
)


def dag_of(function, **kwargs) -> DAG:
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        task(**kwargs)(function)() if kwargs else task(function)()
    return dag


def test_a_returned_value_is_pushed():
    def give():
        return {"a": [1, 2]}

    bench = Bench(dag_of(give))
    ended = bench.run("give")
    assert ended.outcome == "success"
    assert bench.pushed(ended) == {"return_value": {"a": [1, 2]}}


def test_none_is_not_pushed():
    def give():
        return None

    assert Bench(dag_of(give)).run("give").xcoms == []


def test_nothing_is_pushed_where_the_task_does_not_want_it():
    def give():
        return 1

    assert Bench(dag_of(give, do_xcom_push=False)).run("give").xcoms == []


def test_multiple_outputs_are_pushed_key_by_key_and_together():
    def give():
        return {"a": 1, "b": 2}

    bench = Bench(dag_of(give, multiple_outputs=True))
    assert bench.pushed(bench.run("give")) == {"a": 1, "b": 2, "return_value": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    ("value", "words"), [([1], "expected dictionary for multiple_outputs"), ({1: 2}, "keys must be strings")]
)
def test_multiple_outputs_must_be_a_dict_with_text_keys(value, words):
    def give():
        return value

    ended = Bench(dag_of(give, multiple_outputs=True)).run("give")
    assert ended.outcome == "failed"
    assert words in ended.reason


@pytest.mark.parametrize(
    ("error", "outcome", "retryable"),
    [
        (ValueError("no"), "failed", True),
        (AirflowFailException("no"), "failed", False),
        (AirflowSensorTimeout("no"), "failed", False),
        (AirflowSkipException("no"), "skipped", True),
        (SystemExit(3), "failed", True),
    ],
)
def test_how_an_exception_ends_the_attempt(error, outcome, retryable):
    def fall():
        raise error

    ended = Bench(dag_of(fall)).run("fall")
    assert (ended.outcome, ended.retryable) == (outcome, retryable)


def test_a_reschedule_says_when_to_come_back():
    moment = datetime(2030, 1, 1, tzinfo=UTC)

    def wait():
        raise AirflowRescheduleException(moment)

    ended = Bench(dag_of(wait)).run("wait")
    assert (ended.outcome, ended.until) == ("up_for_reschedule", moment)


def test_ctrl_c_is_not_swallowed():
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Bench(dag_of(stop)).run("stop")


def test_the_traceback_begins_with_the_users_code():
    def divide():
        return 1 / 0

    error = Bench(dag_of(divide)).run("divide").error
    assert error is not None
    lines = error.splitlines()
    assert lines[0].startswith("Traceback")
    assert "in divide" in lines[1]
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_an_unserialisable_value_fails_with_its_type_the_task_and_what_to_do():
    def give():
        return {"lock": iter([1])}

    ended = Bench(dag_of(give)).run("give")
    assert ended.outcome == "failed"
    assert "list_iterator" in ended.reason
    assert "'give'" in ended.reason
    assert "['lock']" in ended.reason
    assert "return a list" in ended.reason


def test_a_task_that_others_are_mapped_over_must_return_a_collection():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task
        def give(what="text"):
            return what

        @task
        def take(x):
            return x

        take.expand(x=give())

    ended = Bench(dag).run("give")
    assert ended.outcome == "failed"
    assert "unmappable return type 'str'" in ended.reason


def test_a_task_that_others_are_mapped_over_must_return_something():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task
        def give():
            return None

        @task
        def take(x):
            return x

        take.expand(x=give())

    assert "did not push XCom for task mapping" in Bench(dag).run("give").reason


def test_a_mapped_instance_gets_the_item_of_its_index():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task
        def double(x, factor):
            return x * factor

        double.partial(factor=10).expand(x=[1, 2, 3])

    bench = Bench(dag)
    assert bench.pushed(bench.run("double", 2)) == {"return_value": 30}


def test_a_mapped_instance_is_named_by_what_the_task_left_in_its_context():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task(map_index_template="{{ city }}")
        def visit(name):
            from tradewind import get_current_context

            get_current_context()["city"] = name.upper()

        visit.expand(name=["rome", "oslo"])

    assert Bench(dag).run("visit", 1).rendered_map_index == "OSLO"


def test_an_execution_timeout_fails_the_attempt_and_calls_on_kill():
    killed = []

    class Spin(BaseOperator):
        def execute(self, context):
            while True:
                pass

        def on_kill(self):
            killed.append(self.task_id)

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        Spin(task_id="spin", execution_timeout=timedelta(milliseconds=300))
    ended = Bench(dag).run("spin", execution_timeout_s=0.3)
    assert (ended.outcome, ended.retryable) == ("failed", True)
    assert "execution_timeout of 0.3 seconds" in ended.reason
    assert killed == ["spin"]


def test_a_coroutine_function_is_run_to_its_end():
    async def give():
        return 7

    bench = Bench(dag_of(give))
    assert bench.pushed(bench.run("give")) == {"return_value": 7}


@pytest.mark.parametrize(
    ("error", "max_tries", "called"),
    [
        (None, 1, ["execute", "success"]),
        (ValueError(), 1, ["execute", "failure"]),
        (ValueError(), 2, ["execute", "retry"]),
        (AirflowFailException(), 2, ["execute", "failure"]),
        (AirflowSkipException(), 2, ["execute", "skipped"]),
    ],
)
def test_which_callbacks_are_called(error, max_tries, called):
    seen = []

    def work():
        if error is not None:
            raise error

    callbacks = {
        f"on_{kind}_callback": (lambda context, kind=kind: seen.append(kind))
        for kind in ("execute", "success", "failure", "retry", "skipped")
    }
    Bench(dag_of(work, **callbacks)).run("work", max_tries=max_tries)
    assert seen == called


def test_a_failing_callback_changes_nothing_and_the_next_is_called():
    seen = []

    def work():
        return 1

    def fall(context):
        raise ValueError("in a callback")

    ended = Bench(dag_of(work, on_success_callback=[fall, lambda context: seen.append(context["ti"].state)])).run(
        "work"
    )
    assert ended.outcome == "success"
    assert seen == ["success"]


def test_a_failure_callback_finds_the_exception_in_the_context():
    seen = []

    def work():
        raise ValueError("why")

    Bench(dag_of(work, on_failure_callback=lambda context: seen.append(repr(context["exception"])))).run("work")
    assert seen == ["ValueError('why')"]


def test_a_notifier_is_rendered_and_called():
    sent = []

    class Note(BaseNotifier):
        template_fields = ("text",)

        def notify(self, context):
            sent.append(self.text)

    def work():
        return 1

    Bench(dag_of(work, on_success_callback=Note(text="{{ ti.task_id }} on {{ ds }}"))).run("work")
    assert sent == ["work on 2026-01-05"]


def test_the_environment_tells_who_runs_and_is_put_back():
    def look():
        return {name: value for name, value in os.environ.items() if name.startswith("AIRFLOW_CTX_")}

    bench = Bench(dag_of(look, owner="ann", email=["a@b.c", "d@e.f"]))
    assert bench.pushed(bench.run("look"))["return_value"] == {
        "AIRFLOW_CTX_DAG_ID": "d",
        "AIRFLOW_CTX_TASK_ID": "look",
        "AIRFLOW_CTX_TRY_NUMBER": "1",
        "AIRFLOW_CTX_DAG_RUN_ID": "manual__2026-01-05T03:00:00+00:00",
        "AIRFLOW_CTX_DAG_OWNER": "ann",
        "AIRFLOW_CTX_DAG_EMAIL": "a@b.c,d@e.f",
        "AIRFLOW_CTX_LOGICAL_DATE": "2026-01-05T03:00:00+00:00",
    }
    assert not [name for name in os.environ if name.startswith("AIRFLOW_CTX_")]


def test_hooks_run_around_the_work():
    seen = []

    def work():
        seen.append("work")
        return 5

    hooks = {
        "pre_execute": lambda context: seen.append("before"),
        "post_execute": lambda context, result: seen.append(("after", result)),
    }
    Bench(dag_of(work, **hooks)).run("work")
    assert seen == ["before", "work", ("after", 5)]


def test_a_push_in_the_middle_is_stored_at_once_and_reported_too():
    def work(ti):
        ti.xcom_push("progress", 50)
        assert ti.xcom_pull(key="progress") == 50
        raise ValueError("later")

    bench = Bench(dag_of(work))
    ended = bench.run("work")
    assert ended.outcome == "failed"
    assert bench.pushed(ended) == {"progress": 50}
    assert bench.server.xcoms["work", -1]["progress"].value == "50"


def test_rendered_fields_are_reported_masked():
    from tradewind.worker.secrets_masking import add_mask

    add_mask("hunter2-secret", None)

    def work(a, b):
        return None

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        task(work)("{{ ds }}", b={"password": "abc", "note": "it is hunter2-secret"})
    rendered = Bench(dag).run("work").rendered
    assert rendered["op_args"] == ["2026-01-05"]
    assert rendered["op_kwargs"] == {"b": {"password": "***", "note": "it is ***"}}


def test_a_task_that_the_file_no_longer_has_fails_without_retry():
    def work():
        return 1

    ended = Bench(dag_of(work)).run("gone")
    assert (ended.outcome, ended.retryable) == ("failed", False)
    assert "no task 'gone'" in ended.reason


class Word(str):
    """A text of another class, as libraries make them."""

    __slots__ = ()


def test_a_report_can_travel_whatever_text_and_numbers_are_in_it():
    def work(big, text):
        raise ValueError(text)

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        task(work)(2**80, "\udcff {{ ds }}")
        task(task_id="odd")(work)(numpy.float64(1.5), Word("odd"))
    bench = Bench(dag)
    odd = bench.run("odd")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(odd), type=Ended) == odd
    ended = Bench(dag).run("work")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(ended), type=Ended) == ended
    assert ended.reason == "ValueError: \\udcff 2026-01-05"
    assert ended.rendered["op_args"][0] == str(2**80)


def test_a_reschedule_without_a_zone_is_in_utc():
    def wait():
        raise AirflowRescheduleException(datetime(2030, 1, 1))

    assert Bench(dag_of(wait)).run("wait").until == datetime(2030, 1, 1, tzinfo=UTC)


def test_the_key_of_a_push_is_a_text():
    def work(ti):
        ti.xcom_push(5, "value")

    assert "the key of an XCom is a text, not 5" in Bench(dag_of(work)).run("work").reason

"""Tasks that defer, in `dag.test()`: the triggers run in an event loop of this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tradewind import (
    DAG,
    BaseOperator,
    BaseSensorOperator,
    BaseTrigger,
    StartTriggerArgs,
    TriggerEvent,
    once,
    task,
    wait_for,
)
from tradewind.sdk.exceptions import TaskDeferralError, TaskDeferralTimeout
from tradewind.sdk.operator import BaseAsyncOperator
from tradewind.sdk.serialize import serialize_dag
from tradewind.sdk.trigger import TaskFailedEvent, TaskSkippedEvent, TaskSuccessEvent

LOG: list[Any] = []


class Echo(BaseTrigger):
    """Says what it was told to say: a value, a failure, an end, or nothing."""

    def __init__(self, says: Any = None, how: str = "say") -> None:
        super().__init__()
        self.says, self.how = says, how

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", {"says": self.says, "how": self.how}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        await asyncio.sleep(0)
        match self.how:
            case "say":
                yield TriggerEvent((self.says, self.task_instance.task_id))
            case "raise":
                raise RuntimeError(self.says)
            case "success":
                yield TaskSuccessEvent(xcoms={"return_value": self.says})
            case "failed":
                yield TaskFailedEvent()
            case "skipped":
                yield TaskSkippedEvent()
            case "nothing":
                return
            case _:
                await asyncio.Event().wait()

    async def cleanup(self) -> None:
        LOG.append("cleanup")

    async def on_kill(self) -> None:
        LOG.append("on_kill")


class Deferring(BaseOperator):
    def __init__(self, *, how: str = "say", wait: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.how, self.wait = how, wait

    def execute(self, context: Any) -> None:
        context["ti"].xcom_push("before", 1)
        self.defer(trigger=Echo("hello", self.how), method_name="complete", kwargs={"more": {1, 2}}, timeout=self.wait)

    def complete(self, context: Any, event: Any, more: set[int]) -> Any:
        return [event, sorted(more), context["ti"].try_number]


def run_one(make: Any, **options: Any) -> Any:
    LOG.clear()
    with DAG("d", schedule=None) as dag:
        make(**options)
    return dag.test().instances


def test_a_deferred_operator_goes_on_with_what_its_trigger_said() -> None:
    with DAG("d", schedule=None) as dag:
        Deferring(task_id="a")
    result = dag.test()
    assert str(result.state) == "success"
    assert result.xcom("a") == [("hello", "a"), [1, 2], 1]
    assert result.xcom("a", key="before") == 1


@pytest.mark.parametrize(("how", "state"), [("success", "success"), ("failed", "failed"), ("skipped", "skipped")])
def test_a_trigger_may_end_the_task(how: str, state: str) -> None:
    called: list[str] = []
    with DAG("d", schedule=None) as dag:
        Deferring(
            task_id="a", how=how, retries=2,
            on_success_callback=lambda _: called.append("success"),
            on_failure_callback=lambda _: called.append("failed"),
            on_skipped_callback=lambda _: called.append("skipped"),
        )  # fmt: skip
    result = dag.test()
    assert str(result.instances["a", -1].state) == state
    assert called == [state]
    if how == "success":
        assert result.xcom("a") == "hello"


@pytest.mark.parametrize("how", ["raise", "nothing"])
def test_a_trigger_that_fails_fails_its_task_and_says_why(how: str) -> None:
    found = run_one(Deferring, task_id="a", how=how)["a", -1]
    assert str(found.state) == "failed"
    assert "TaskDeferralError: Trigger failure" in found.error


class Slow(Echo):
    """Needs a while to let go of what it held."""

    async def cleanup(self) -> None:
        await asyncio.sleep(0.02)
        LOG.append("let go")


def test_a_task_goes_on_when_its_trigger_has_let_go_of_what_it_held() -> None:
    class Holds(BaseOperator):
        def execute(self, context: Any) -> None:
            self.defer(trigger=Slow(), method_name="complete")

        def complete(self, context: Any, event: Any) -> None:
            LOG.append("goes on")

    run_one(Holds, task_id="a")
    assert LOG == ["let go", "goes on"]


def test_a_wait_that_takes_too_long_fails_the_task() -> None:
    found = run_one(Deferring, task_id="a", how="hang", wait=0.05)["a", -1]
    assert str(found.state) == "failed"
    assert "TaskDeferralTimeout: Trigger timeout" in found.error
    assert LOG == ["cleanup"]


def test_a_task_whose_execution_timeout_passes_while_it_waits_has_timed_out() -> None:
    found = run_one(Deferring, task_id="a", how="hang", execution_timeout=timedelta(seconds=0.5))["a", -1]
    assert "AirflowTaskTimeout" in found.error


def test_a_sensor_whose_wait_takes_too_long_has_timed_out_or_is_skipped() -> None:
    class Sensor(BaseSensorOperator):
        def execute(self, context: Any) -> None:
            self.defer(trigger=Echo(how="hang"), method_name="complete", timeout=timedelta(seconds=0.05))

    assert "AirflowSensorTimeout" in run_one(Sensor, task_id="a")["a", -1].error
    assert str(run_one(Sensor, task_id="a", soft_fail=True)["a", -1].state) == "skipped"


def test_a_task_may_start_from_its_trigger() -> None:
    class Starting(Deferring):
        start_from_trigger = True
        start_trigger_args = StartTriggerArgs(
            trigger_cls=f"{__name__}.Echo",
            trigger_kwargs={"says": 5},
            next_method="complete",
            next_kwargs={"more": {3}},
        )

        def execute(self, context: Any) -> None:
            raise AssertionError("no process runs this")

    with DAG("d", schedule=None) as dag:
        Starting(task_id="a")
    assert dag.test().xcom("a") == [(5, "a"), [3], 1]


def test_a_task_whose_trigger_takes_a_template_begins_in_a_process_which_renders_it() -> None:
    class Starting(Deferring):
        template_fields = ("says",)
        start_from_trigger = True

        def __init__(self, says: str, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.says = says
            self.start_trigger_args = StartTriggerArgs(
                trigger_cls=f"{__name__}.Echo", trigger_kwargs={"says": says}, next_method="said"
            )

        def execute(self, context: Any) -> None:
            self.defer(trigger=Echo(says=self.says), method_name="said")

        def said(self, context: Any, event: Any) -> Any:
            return event

    with DAG("d", schedule=None) as dag:
        Starting(says="{{ 2 + 3 }}", task_id="a")
        Starting(says="plain", task_id="b")
    run = dag.test()
    assert (run.xcom("a"), run.xcom("b")) == (("5", "a"), ("plain", "b"))
    assert [one.start_trigger is not None for one in serialize_dag(dag).tasks] == [False, True]


def test_a_function_waits_where_it_stands_and_each_wait_is_remembered() -> None:
    LOG.clear()
    with DAG("d", schedule=None) as dag:

        @task
        def waits() -> list[Any]:
            LOG.append("top")
            job = once(lambda: LOG.append("submitted") or 42)
            first = wait_for(Echo("one"))
            second = wait_for(timedelta(seconds=0.01))
            return [job, first, second is not None]

        waits()
    assert dag.test().xcom("waits") == [42, ("one", "waits"), True]
    assert [line for line in LOG if line != "cleanup"] == ["top", "submitted", "top", "top"]


def test_a_function_may_catch_what_became_of_its_wait() -> None:
    with DAG("d", schedule=None) as dag:

        @task
        def waits() -> list[str]:
            found = []
            for how, wait in (("raise", None), ("hang", 0.02)):
                try:
                    wait_for(Echo("x", how), timeout=wait)
                except (TaskDeferralError, TaskDeferralTimeout) as error:
                    found.append(type(error).__name__)
            return found

        waits()
    assert dag.test().xcom("waits") == ["TaskDeferralError", "TaskDeferralTimeout"]


def test_a_coroutine_awaits_and_frees_its_slot() -> None:
    with DAG("d", schedule=None) as dag:

        @task
        async def waits(n: int) -> Any:
            await asyncio.sleep(0)
            return [n, await wait_for(Echo(n))]

        waits.expand(n=[1, 2])
    result = dag.test()
    assert [result.xcom("waits", map_index=n) for n in (0, 1)] == [[1, (1, "waits")], [2, (2, "waits")]]


def test_an_async_operator_may_defer_and_go_on_in_a_coroutine() -> None:
    class Both(BaseAsyncOperator):
        async def aexecute(self, context: Any) -> None:
            await asyncio.sleep(0)
            self.defer(trigger=Echo("x"), method_name="complete")

        async def complete(self, context: Any, event: Any) -> Any:
            await asyncio.sleep(0)
            return event

    with DAG("d", schedule=None) as dag:
        Both(task_id="a")
    assert dag.test().xcom("a") == ("x", "a")


def test_a_coroutine_that_takes_too_long_is_cancelled_and_cleans_up() -> None:
    LOG.clear()

    class Slow(BaseAsyncOperator):
        async def aexecute(self, context: Any) -> None:
            try:
                await asyncio.sleep(60)
            finally:
                LOG.append("finally")

        def on_kill(self) -> None:
            LOG.append("on_kill")

    with DAG("d", schedule=None) as dag:
        Slow(task_id="a", execution_timeout=timedelta(seconds=0.5))
    assert "AirflowTaskTimeout" in dag.test().instances["a", -1].error
    assert LOG == ["on_kill", "finally"]


def test_an_async_function_that_takes_too_long_is_cancelled_and_cleans_up() -> None:
    LOG.clear()
    with DAG("d", schedule=None) as dag:

        @task(execution_timeout=timedelta(seconds=0.5))
        async def slow() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                LOG.append("finally")

        slow()
    assert "AirflowTaskTimeout" in dag.test().instances["slow", -1].error
    assert LOG == ["finally"]


def test_what_is_no_trigger_or_cannot_be_stored_fails_the_task() -> None:
    class Wrong(BaseOperator):
        def execute(self, context: Any) -> None:
            self.defer(trigger="soon", method_name="complete")

    class Unstorable(BaseOperator):
        def execute(self, context: Any) -> None:
            self.defer(trigger=Echo(object()), method_name="complete")

    assert "defer() takes a trigger" in run_one(Wrong, task_id="a")["a", -1].error
    assert "SerializationError" in run_one(Unstorable, task_id="a")["a", -1].error


class Page:
    """Knows no way to be stored."""

    def __init__(self, number: int) -> None:
        self.number = number


def test_what_a_task_keeps_for_after_the_wait_may_be_any_object_that_can_be_pickled() -> None:
    class Paging(BaseOperator):
        kept: Any = Page(1)

        def execute(self, context: Any) -> None:
            self.defer(trigger=Echo("x"), method_name="complete", kwargs={"pages": [self.kept]})

        def complete(self, context: Any, event: Any, pages: list[Page]) -> int:
            return pages[0].number

    class Unpicklable(Paging):
        kept = (number for number in range(3))

    with DAG("d", schedule=None) as dag:
        Paging(task_id="a")
    assert dag.test().xcom("a") == 1
    assert "SerializationError: the arguments of complete" in run_one(Unpicklable, task_id="a")["a", -1].error


def test_a_task_that_is_taken_as_done_waits_for_no_trigger() -> None:
    class Starting(Deferring):
        start_from_trigger = True
        start_trigger_args = StartTriggerArgs(trigger_cls="no.such.Trigger", next_method="complete")

    with DAG("d", schedule=None) as dag:
        Starting(task_id="a")
    assert str(dag.test(mark_success_pattern="a").state) == "success"

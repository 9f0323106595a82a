"""Triggers: what they wait for, what they say, and that they can be made again in another process."""

from __future__ import annotations

import asyncio
import importlib
from datetime import UTC, datetime, timedelta

import pytest

from tradewind.base.clock import SystemClock
from tradewind.providers.standard.triggers.external_task import DagStateTrigger, WorkflowTrigger
from tradewind.providers.standard.triggers.file import DirectoryFileDeleteTrigger, FileDeleteTrigger, FileTrigger
from tradewind.providers.standard.triggers.hitl import HITLTrigger
from tradewind.providers.standard.triggers.temporal import DateTimeTrigger, TimeDeltaTrigger
from tradewind.sdk.exceptions import AirflowRuntimeError
from tradewind.sdk.polling import PollingTrigger, next_look_s
from tradewind.sdk.task_api import bound
from tradewind.sdk.trigger import TaskSuccessEvent
from tradewind.testing.memory import MemoryApi, MemoryServer

MOMENT = datetime(2026, 1, 5, 3, tzinfo=UTC)


async def _first(trigger):
    return await anext(trigger.run())


def first(trigger, api=None, timeout=60.0):
    """The first event, of the trigger as another process would make it."""
    classpath, kwargs = trigger.serialize()
    module, _, name = classpath.rpartition(".")
    again = getattr(importlib.import_module(module), name)(**kwargs)
    assert again.serialize() == (classpath, kwargs)

    async def wait():
        return await asyncio.wait_for(_first(again), timeout)

    if api is None:
        return asyncio.run(wait())
    with bound(api):
        return asyncio.run(wait())


def test_a_moment_that_has_come():
    event = first(DateTimeTrigger(MOMENT))
    assert event.payload == MOMENT


def test_a_moment_to_come():
    soon = SystemClock().now() + timedelta(seconds=0.05)
    first(DateTimeTrigger(soon))
    assert SystemClock().now() >= soon


def test_a_moment_ends_the_task_where_it_is_to():
    assert isinstance(first(DateTimeTrigger(MOMENT, end_from_trigger=True)), TaskSuccessEvent)


def test_a_moment_as_text_of_a_template():
    assert first(DateTimeTrigger(target_time="2026-01-05T03:00:00+00:00")).payload == MOMENT


@pytest.mark.parametrize(("moment", "error"), [(datetime(2026, 1, 1), ValueError), (None, ValueError), (7, TypeError)])
def test_moments_that_are_none(moment, error):
    with pytest.raises(error):
        DateTimeTrigger(moment)


def test_some_time_from_now():
    begun = SystemClock().now()
    first(TimeDeltaTrigger(timedelta(seconds=0.05)))
    assert SystemClock().now() - begun >= timedelta(seconds=0.05)


def test_a_file_a_pattern_and_a_folder_with_files(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "x.csv").write_text("1")
    for path, recursive in (("deep/er/x.csv", False), ("deep/*/x.*", False), ("deep", False), ("**/x.csv", True)):
        assert first(FileTrigger(str(tmp_path / path), recursive=recursive)).payload is True


def test_a_file_that_comes_later(tmp_path):
    file = tmp_path / "late"

    async def wait():
        waiting = asyncio.ensure_future(_first(FileTrigger(str(file), poke_interval=0.01)))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        file.touch()
        return await asyncio.wait_for(waiting, 60)

    assert asyncio.run(wait()).payload is True


def test_a_file_is_taken_each_time_it_comes(tmp_path):
    file = tmp_path / "inbox"

    async def watch():
        events = FileDeleteTrigger(str(file), poke_interval=0.005).run()
        for _ in range(2):
            file.touch()
            assert (await asyncio.wait_for(anext(events), 60)).payload is True
            assert not file.exists()

    asyncio.run(watch())


def test_a_file_of_a_folder_is_taken_and_named(tmp_path):
    (tmp_path / "a").touch()
    event = first(DirectoryFileDeleteTrigger(directory=str(tmp_path), filename="a"))
    assert event.payload == {"filepath": str(tmp_path / "a")}


class Elsewhere(MemoryApi):
    """Runs and tasks of other DAGs: what the server says, one answer after the other."""

    def __init__(self, *answers):
        super().__init__(MemoryServer("d", "r"), "wait", -1)
        self.answers, self.asked = list(answers), []

    def _answer(self, question):
        self.asked.append(question)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def task_counts(self, dag_id, **wanted):
        return self._answer((dag_id, wanted))

    def run_state(self, dag_id, run_id):
        return self._answer((dag_id, run_id))


@pytest.mark.parametrize(
    ("answers", "options", "status"),
    [
        ([{}, {"running": 1}, {"success": 1}], {}, "success"),
        ([{"running": 1}, {"failed": 1}], {"failed_states": ["failed"]}, "failed"),
        ([{"skipped": 1}], {"skipped_states": ["skipped"]}, "skipped"),
        ([AirflowRuntimeError("no such DAG yet"), {"success": 3}], {}, "success"),
        ([{"success": 9, "running": 1}, {"success": 10}], {"external_task_ids": ["mapped"]}, "success"),
        ([{"success": 1}, {"success": 2}], {"external_task_ids": ["a", "b"]}, "success"),
    ],
)
def test_tasks_of_another_dag(answers, options, status):
    api = Elsewhere(*answers)
    trigger = WorkflowTrigger("other", logical_dates=[MOMENT], poke_interval=0.005, **options)
    assert first(trigger, api).payload == {"status": status}
    assert len(api.asked) == len(answers)
    assert api.asked[0][1]["logical_dates"] == [MOMENT]


def test_all_of_several_runs_must_be_done():
    api = Elsewhere({"success": 1}, {"running": 1}, {"success": 1})
    trigger = WorkflowTrigger("other", run_ids=["a", "b"], poke_interval=0.005)
    assert first(trigger, api).payload == {"status": "success"}
    assert [wanted["run_ids"] for _, wanted in api.asked] == [["a"], ["b"], ["a"], ["b"]]


def test_the_state_of_a_run():
    api = Elsewhere("queued", "running", "failed")
    trigger = DagStateTrigger("other", states=["success", "failed"], run_ids=["r"], poll_interval=0.005)
    classpath, data = first(trigger, api).payload
    assert classpath.endswith(".DagStateTrigger")
    assert (data["r"], data["run_ids"], data["dag_id"]) == ("failed", ["r"], "other")


def test_a_run_that_is_gone_ends_the_wait():
    trigger = DagStateTrigger("other", states=["success"], run_ids=["r"], poll_interval=0.005)
    assert first(trigger, Elsewhere("running", None)).payload[1]["r"] is None


def test_runs_of_dates():
    trigger = DagStateTrigger("other", states=["success"], execution_dates=[MOMENT], poll_interval=0.005)
    assert first(trigger, Elsewhere({"running": 1}, {"success": 1})).payload[1]["success"] == 1


def test_looks_become_rarer_as_a_wait_goes_on_and_as_more_wait():
    assert [next_look_s(passed, 60) for passed in (0, 1, 10, 100, 1000, 5000)] == [0.1, 0.1, 0.5, 5.0, 50.0, 60]
    assert next_look_s(0, 0.01) == 0.01
    assert [next_look_s(0, 60, waiting) for waiting in (10, 200, 10_000, 100_000)] == [0.1, 1.0, 50.0, 60]


def test_waits_that_ended_or_were_stopped_are_counted_no_more():
    async def story():
        trigger = DagStateTrigger("other", states=["success"], run_ids=["r"], poll_interval=0.005)
        with bound(Elsewhere("running")):
            waiting = asyncio.ensure_future(_first(trigger))
            await asyncio.sleep(0.02)
            assert PollingTrigger.waiting == 1
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert PollingTrigger.waiting == 0

    asyncio.run(story())


def test_a_question_waits_without_a_trigger():
    trigger = HITLTrigger(ti_id="a", options=["x"], params={}, timeout_datetime=MOMENT)
    assert (trigger.awaits_input, trigger.deadline, trigger.serialize()[1]["options"]) == (True, MOMENT, ["x"])

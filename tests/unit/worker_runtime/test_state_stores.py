"""What tasks keep for their next try, what is kept with assets, and jobs that outlive their task."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from support.attempts import Bench
from tradewind import DAG, NEVER_EXPIRE, Asset, BaseOperator, ResumableJobMixin, task
from tradewind.sdk.state_store import TaskStateStore
from tradewind.sdk.task_api import NoTaskApi
from tradewind.testing import golden

START = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS, PRICES = Asset("orders", "s3://orders"), Asset("prices")


def test_a_retry_goes_on_with_the_job_of_the_try_before():
    submitted = []
    with DAG("d", start_date=START) as dag:

        @task(retries=2, retry_delay=timedelta(seconds=5))
        def run_job(task_state_store=None, ti=None):
            job = task_state_store.get("job")
            if not job:
                submitted.append(ti.try_number)
                task_state_store.set("job", {"id": 7}, retention=NEVER_EXPIRE)
                raise RuntimeError("the worker is lost")
            return [job["id"], ti.try_number, task_state_store.keys()]

        run_job()
    ran = golden(dag, logical_date=START)
    assert submitted == [1]
    assert ran["xcoms"] == [["run_job", -1, "return_value", [7, 2, ["job"]]]]


def test_coroutines_have_the_same_methods():
    with DAG("d", start_date=START) as dag:

        @task
        async def work(task_state_store=None):
            await task_state_store.aset("a", 1, retention=timedelta(hours=1))
            await task_state_store.aset("b", 2)
            found = [await task_state_store.aget("a"), await task_state_store.aget("x", default=9)]
            await task_state_store.adelete("a")
            found.append(await task_state_store.akeys())
            await task_state_store.aclear()
            return [*found, await asyncio.to_thread(task_state_store.keys)]

        work()
    bench = Bench(dag)
    assert bench.pushed(bench.run("work"))["return_value"] == [1, 9, ["b"], []]


def test_instances_of_a_mapped_task_do_not_share_their_state():
    with DAG("d", start_date=START) as dag:

        @task
        def work(x, task_state_store=None):
            before = task_state_store.get("x")
            task_state_store.set("x", x)
            return before

        work.expand(x=[1, 2])
    bench = Bench(dag)
    assert [bench.run("work", index).outcome for index in (0, 1)] == ["success", "success"]
    assert bench.server.stores == {("task", "work", "0"): {"x": "1"}, ("task", "work", "1"): {"x": "2"}}


@pytest.mark.parametrize(("value", "error"), [(None, ValueError), ({1, 2}, TypeError), (float("nan"), TypeError)])
def test_what_is_not_json_is_refused(value, error):
    with DAG("d", start_date=START) as dag:

        @task
        def work(task_state_store=None):
            with pytest.raises(error):
                task_state_store.set("k", value)

        work()
    assert Bench(dag).run("work").outcome == "success"


def test_outside_of_a_task_there_is_no_store():
    with pytest.raises(NoTaskApi, match="running task"):
        TaskStateStore().get("k")


# -- assets ------------------------------------------------------------------------------------------------------------


def test_the_state_of_an_asset_is_found_by_the_next_task():
    with DAG("d", start_date=START) as dag:

        @task(inlets=[ORDERS], outlets=[ORDERS])
        def load(asset_state_store=None):
            asset_state_store[ORDERS].set("watermark", "2026")

        @task(inlets=[ORDERS])
        def look(asset_state_store=None):
            return [asset_state_store.get("watermark"), asset_state_store.get("x", default=0)]

        load() >> look()
    assert golden(dag, logical_date=START)["xcoms"] == [["look", -1, "return_value", ["2026", 0]]]


def test_a_task_of_several_assets_must_say_which_and_can_not_reach_others():
    with DAG("d", start_date=START) as dag:

        @task(inlets=[ORDERS, PRICES])
        def work(asset_state_store=None):
            with pytest.raises(ValueError, match="2 concrete inlets"):
                asset_state_store.get("k")
            with pytest.raises(KeyError, match="inlets or outlets"):
                asset_state_store[Asset("other")]
            with pytest.raises(TypeError):
                asset_state_store["orders"]

        work()
    ended = Bench(dag).run("work")
    assert ended.outcome == "success", ended.reason


# -- jobs that outlive their task --------------------------------------------------------------------------------------


class Job(ResumableJobMixin, BaseOperator):
    """Counts what it is asked; `statuses` is what the other system says next."""

    def __init__(self, *, statuses=(), crashes=0, **kwargs):
        super().__init__(**kwargs)
        self.statuses, self.crashes, self.asked = list(statuses), crashes, []

    def execute(self, context):
        return self.execute_resumable(context)

    def submit_job(self, context):
        self.asked.append("submit")
        return f"job-{self.asked.count('submit')}"

    def get_job_status(self, external_id, context):
        return self.statuses.pop(0)

    def is_job_active(self, status):
        return status == "running"

    def is_job_succeeded(self, status):
        return status == "done"

    def poll_until_complete(self, external_id, context):
        self.asked.append(f"poll {external_id}")
        if self.crashes:
            self.crashes -= 1
            raise ConnectionError("lost")

    def get_job_result(self, external_id, context):
        return external_id


def run_job(tries, **arguments):
    with DAG("d", start_date=START) as dag:
        job = Job(task_id="job", retries=3, **arguments)
    bench = Bench(dag)
    ended = None
    for number in range(1, tries + 1):
        job.crashes = 1 if number < tries else 0
        ended = bench.run("job", try_number=number, max_tries=4)
    assert ended is not None
    return job.asked, bench.pushed(ended).get("return_value")


def test_a_job_that_is_still_running_is_gone_on_with():
    assert run_job(2, statuses=["running"]) == (["submit", "poll job-1", "poll job-1"], "job-1")


def test_a_job_that_has_succeeded_meanwhile_gives_its_result():
    assert run_job(2, statuses=["done"]) == (["submit", "poll job-1"], "job-1")


def test_a_job_that_failed_is_submitted_again():
    assert run_job(2, statuses=["broken"]) == (["submit", "poll job-1", "submit", "poll job-2"], "job-2")


def test_a_job_that_is_not_durable_is_submitted_at_every_try():
    assert run_job(2, durable=False) == (["submit", "poll job-1", "submit", "poll job-2"], "job-2")

"""Why: for each of many injected causes, the answer names that cause, in words, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.api import Api
from support.rows import parsed, spec
from tradewind.api.models.why import WhyResponse
from tradewind.base.ids import UuidSource
from tradewind.core.events import (
    AssetUpdate,
    AssetUpdated,
    AttemptFailed,
    AttemptRescheduled,
    AttemptSkipped,
    AttemptSucceeded,
)
from tradewind.db import parses
from tradewind.spec import LiteralInput, MapSpec, ScheduleSpec, TaskSpec

NOW = datetime.now(UTC)
DAILY = ScheduleSpec("cron_trigger", {"expression": "0 0 * * *"}, summary="0 0 * * *")


def with_tasks(*tasks: TaskSpec, **more: Any) -> Any:
    return replace(spec(**more), tasks=tasks)


def running(api: Api, dag: Any, run_id: str = "r", **body: Any) -> None:
    api.has(dag)
    api.triggered("etl", dag_run_id=run_id, **body)


@dataclass(frozen=True)
class Injected:
    """A cause that is brought about, and where it must be found."""

    code: str
    inject: Callable[[Api], None]
    path: str
    words: str
    """In the sentence of the cause."""
    fix: str = ""


def _run_retry(api: Api) -> None:
    running(api, spec(run_retries=2, run_retry_delay_s=600.0))
    api.engine.fail("extract")


def _paused(api: Api) -> None:
    api.has(spec(schedule=DAILY))
    api.patch("/dags/etl", {"is_paused": True}).ok()


def _auto_paused(api: Api) -> None:
    api.has(spec(max_consecutive_failed_dag_runs=2))
    for run_id in ("a", "b"):
        api.triggered("etl", dag_run_id=run_id)
        api.engine.fail("extract")
    api.engine.drain()


def _broken_file(api: Api) -> None:
    api.has(spec(schedule=DAILY))
    file = replace(
        parsed(spec(), path="etl.py"),
        dags=[],
        code_hash="broken",
        error="Traceback\nNameError: name 'x' is not defined",
    )
    with api.database.write() as tx:
        parses.store_parse(tx, [file], UuidSource(), NOW, paused_by_default=False)


def _max_active_runs(api: Api) -> None:
    running(api, spec(max_active_runs=1), "first")
    api.triggered("etl", dag_run_id="r")


def _no_scheduler(api: Api) -> None:
    api.has(spec(schedule=DAILY))
    api.engine.is_alive = False


def _pool_full(api: Api) -> None:
    api.post("/pools", {"name": "gpu", "slots": 1}).ok(201)
    api.engine.drain()
    running(
        api, with_tasks(TaskSpec(task_id="a", pool="gpu", priority_weight=9), TaskSpec(task_id="extract", pool="gpu"))
    )


def _pool_too_small(api: Api) -> None:
    api.post("/pools", {"name": "gpu", "slots": 1}).ok(201)
    api.engine.drain()
    running(api, with_tasks(TaskSpec(task_id="extract", pool="gpu", pool_slots=2)))


def _skip_branch(api: Api) -> None:
    running(api, with_tasks(TaskSpec(task_id="choose"), TaskSpec(task_id="extract", upstream=("choose",))))
    attempt = api.engine.start("choose")
    api.engine.apply(AttemptSucceeded(attempt, NOW, skip=("extract",)))


def _upstream_failed(api: Api) -> None:
    running(api, spec(tasks=("first", "second", "extract")))
    api.engine.fail("first", reason="ValueError: no rows")


def _upstream_skipped(api: Api) -> None:
    running(api, spec(tasks=("first", "extract")))
    attempt = api.engine.start("first")
    api.engine.apply(AttemptSkipped(attempt, NOW))


def _retry(api: Api) -> None:
    running(api, with_tasks(TaskSpec(task_id="extract", retries=2, retry_delay_s=600.0)))
    api.engine.fail("extract", reason="TimeoutError: the service did not answer")


def _sensor(api: Api) -> None:
    running(api, spec())
    attempt = api.engine.start("extract")
    api.engine.apply(AttemptRescheduled(attempt, NOW, NOW + timedelta(days=5)))


def _killed(api: Api) -> None:
    running(api, spec())
    attempt = api.engine.start("extract")
    api.engine.apply(AttemptFailed(attempt, NOW, "it was killed by signal 9 (SIGKILL); its peak memory was 900 MB"))


def _marked(api: Api) -> None:
    running(api, spec())
    api.patch("/dags/etl/dagRuns/r/taskInstances/extract", {"new_state": "failed"}).ok()


def _past(api: Api) -> None:
    api.has(with_tasks(TaskSpec(task_id="extract", depends_on_past=True)))
    api.triggered("etl", dag_run_id="first", logical_date="2024-01-01T00:00:00Z")
    api.triggered("etl", dag_run_id="r", logical_date="2024-01-02T00:00:00Z")


def _waiting(api: Api) -> None:
    running(api, spec(tasks=("first", "second", "extract")))
    api.engine.start("first")


def _assets(names: str) -> ScheduleSpec:
    of = [{"type": "asset", "name": name, "uri": name, "group": "asset", "extra": {}} for name in names]
    return ScheduleSpec("assets", {"condition": {"type": "all", "of": of}})


def _updated(api: Api, name: str) -> None:
    update = AssetUpdate(uid=api.services.ids.new(), name=name, uri=name)
    api.engine.apply(AssetUpdated("default", update, NOW, "a test"))


def _one_of_two_assets(api: Api) -> None:
    api.has(spec(schedule=_assets("ab")))
    _updated(api, "a")


TASK = "/dags/etl/dagRuns/r/taskInstances/extract/why"
RUN = "/dags/etl/dagRuns/r/why"
DAG = "/dags/etl/why"
INJECTED = [
    Injected("dag_paused", _paused, DAG, "etl is paused, by admin", "tradewind dags unpause etl"),
    Injected("paused_after_failures", _auto_paused, DAG, "its last 2 runs failed"),
    Injected("no_schedule", lambda api: api.has(spec()), DAG, "has no schedule", "tradewind dags trigger etl"),
    Injected("import_error", _broken_file, DAG, "NameError: name 'x' is not defined"),
    Injected("no_scheduler", _no_scheduler, DAG, "No scheduler is running", "tradewind standalone"),
    Injected(
        "starts_later",
        lambda api: api.has(spec(schedule=DAILY, start_date=NOW + timedelta(days=400))),
        DAG,
        "start_date lies in the future",
    ),
    Injected(
        "ended",
        lambda api: api.has(
            spec(schedule=DAILY, start_date=NOW - timedelta(days=9), end_date=NOW - timedelta(days=8), catchup=False)
        ),
        DAG,
        "end_date has passed",
    ),
    Injected("waiting_for_assets", _one_of_two_assets, DAG, "an update of b; a arrived", "materialize --name b"),
    Injected("max_active_runs", _max_active_runs, RUN, "1 of at most 1 runs are running (first)"),
    Injected("pool_full", _pool_full, TASK, "Pool 'gpu' is full: 1 of 1 slots are used (by etl.a)"),
    Injected("pool_too_small", _pool_too_small, TASK, "needs 2 slots of pool 'gpu', which has only 1"),
    Injected(
        "no_such_pool",
        lambda api: running(api, with_tasks(TaskSpec(task_id="extract", pool="nowhere"))),
        TASK,
        "The pool 'nowhere'",
        "tradewind pools set nowhere",
    ),
    Injected(
        "max_active_tasks",
        lambda api: running(
            api, with_tasks(TaskSpec(task_id="a", priority_weight=2), TaskSpec(task_id="extract"), max_active_tasks=1)
        ),
        TASK,
        "max_active_tasks is reached: 1 of 1",
    ),
    Injected("upstream_running", _waiting, TASK, "first is running"),
    Injected("waiting_for_past", _past, TASK, "extract is queued in first"),
    Injected("waiting_for_retry", _retry, TASK, "Try 1 of 3 of extract failed; the next is due in"),
    Injected("sensor_waiting", _sensor, TASK, "it looks again in"),
    Injected("skipped_by_decision", _skip_branch, TASK, "skipped by choose"),
    Injected("upstream_skipped", _upstream_skipped, TASK, "because first was skipped"),
    Injected(
        "mapped_over_nothing",
        lambda api: running(api, with_tasks(TaskSpec(task_id="extract", mapped=MapSpec((("x", LiteralInput(0)),))))),
        TASK,
        "the list it is mapped over is empty",
    ),
    Injected("upstream_failed_root", _upstream_failed, TASK, "first failed: ValueError: no rows"),
    Injected("killed", _killed, TASK, "killed by signal 9", "more memory"),
    Injected("marked_by_hand", _marked, TASK, "was marked failed by admin"),
    Injected("task_failed", _upstream_failed, RUN, "first failed: ValueError: no rows"),
    Injected("run_retry", _run_retry, RUN, "extract failed; the run tries again in", "tradewind why etl r TASK"),
    Injected(
        "run_after_in_future",
        lambda api: running(api, spec(), run_after=(datetime.now(UTC) + timedelta(hours=2.5)).isoformat()),
        RUN,
        "The run may start in 2 h",
    ),
]


def all_causes(causes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for cause in causes for one in (cause, *all_causes(cause["because"]))]


@pytest.mark.parametrize("injected", INJECTED, ids=lambda one: one.code)
def test_the_cause_that_was_injected_is_named(both: Api, injected: Injected) -> None:
    injected.inject(both)
    body = both.get(injected.path).ok()
    WhyResponse.model_validate(body)
    found = {cause["code"]: cause for cause in all_causes(body["causes"])}
    assert injected.code in found, f"{injected.code} is not among {sorted(found)}"
    assert injected.words in found[injected.code]["sentence"]
    assert injected.fix in found[injected.code]["fix"]


def test_the_first_cause_is_the_one_that_was_injected(api: Api) -> None:
    _pool_full(api)
    (only,) = api.get(TASK).ok()["causes"]
    assert only["code"] == "pool_full"
    assert only["facts"] == {"used": 1, "slots": 1, "need": 1, "ahead": 0}


def test_a_run_that_events_of_assets_made_tells_so(both: Api) -> None:
    both.has(spec(schedule=_assets("a")))
    _updated(both, "a")
    (run,) = both.get("/dags/etl/dagRuns").ok()["dag_runs"]
    causes = both.get(f"/dags/etl/dagRuns/{run['dag_run_id']}/why").ok()["causes"]
    assert causes[-1]["code"] == "started_because"
    assert "asset a was updated" in causes[-1]["sentence"]


def test_what_went_well_is_told_too(api: Api) -> None:
    running(api, spec())
    api.engine.finish()
    assert api.get(TASK).ok()["causes"][0]["sentence"].startswith("extract succeeded in")
    assert "2 task instances succeeded" in api.get(RUN).ok()["causes"][0]["sentence"]


def test_what_is_not_there_is_said_to_be_not_there(api: Api) -> None:
    running(api, spec())
    assert "no run 'x'" in api.get("/dags/etl/dagRuns/x/why").json["detail"]
    assert "no task 'x'" in api.get("/dags/etl/dagRuns/r/taskInstances/x/why").json["detail"]
    assert api.get("/dags/x/why").status == 404


def test_what_to_type_after_a_failure_is_about_this_task_of_this_run_only(api: Api) -> None:
    running(api, spec())
    api.engine.fail("extract")
    (failed,) = api.get(TASK).ok()["causes"]
    assert failed["fix"].endswith("tradewind tasks clear etl --run-id r -t '^extract$'")
    assert failed["because"][0]["fix"].endswith("tradewind tasks logs etl extract r")
    (upstream_failed,) = api.get(TASK.replace("extract", "load")).ok()["causes"]
    assert upstream_failed["fix"].endswith("tradewind tasks clear etl --run-id r -t '^load$' --upstream")
    (run,) = api.get(RUN).ok()["causes"]
    assert run["fix"].endswith("tradewind tasks logs etl extract r")

"""Stories of the schedule and of the run before: what is created when, what is held back, what depends on the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from support.story import (
    START,
    Story,
    cleared,
    dag,
    dispatched,
    failed,
    marked,
    nothing,
    paused,
    resumed,
    run_deleted,
    run_state,
    skipped,
    state,
    succeeded,
)
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.core.shard import PastRun
from tradewind.spec import DagSpec


@pytest.fixture
def story() -> Story:
    return Story()


def hourly(**options: object) -> DagSpec:
    return dag("a", schedule=("cron_interval", {"cron": "0 * * * *"}), start_date=START, **options)


def created(story: Story) -> list[str]:
    return [x.run.run_id for x in story.said if isinstance(x, c.CreateRun)]


def told(story: Story) -> c.SaveDag:
    return next(x for x in reversed(story.log) if isinstance(x, c.SaveDag))


def test_a_run_is_created_when_its_interval_is_over(story: Story) -> None:
    story.given(hourly())
    assert told(story).next_run_after == START + timedelta(hours=1)
    story.after("59m59s", nothing()).after("1s", dispatched("a"))
    assert created(story) == ["scheduled__2024-01-01T01:00:00+00:00"]
    facts = next(x.run for x in story.said if isinstance(x, c.CreateRun))
    assert (facts.logical_date, facts.run_type) == (START, "scheduled")
    assert told(story).next_run_after == START + timedelta(hours=2)


def test_catchup_makes_up_for_the_past_oldest_first_under_max_active_runs(story: Story) -> None:
    early = dag("a", name="early", schedule=("cron_interval", {"cron": "0 0 * * *"}), catchup=True, max_active_runs=2,
                start_date=datetime(2023, 12, 28, tzinfo=UTC))  # fmt: skip
    story.said = []
    story.given(early)
    assert created(story) == ["scheduled__2023-12-29T00:00:00+00:00", "scheduled__2023-12-30T00:00:00+00:00"]
    assert told(story).has_exceeded_max_runs
    first = next(x.run.uid for x in story.said if isinstance(x, c.CreateRun))
    story.when(succeeded("a", run=first))
    assert created(story) == ["scheduled__2023-12-31T00:00:00+00:00"]


def test_without_catchup_only_the_latest_interval_is_made_up_for(story: Story) -> None:
    story.given(
        dag("a", schedule=("cron_interval", {"cron": "0 0 * * *"}), start_date=datetime(2023, 12, 1, tzinfo=UTC))
    )
    assert created(story) == ["scheduled__2024-01-01T00:00:00+00:00"]


def test_once_runs_once(story: Story) -> None:
    story.given(dag("a", schedule="once", start_date=START))
    assert len(created(story)) == 1
    story.work().after("100d", nothing())


def test_continuous_runs_again_when_the_last_run_ended(story: Story) -> None:
    story.given(dag("a", schedule="continuous", start_date=START, max_active_runs=1)).rest()
    uids = [x.run.uid for x in story.log if isinstance(x, c.CreateRun)]
    assert len(uids) == 1
    story.wait("5m")
    assert len([x for x in story.log if isinstance(x, c.CreateRun)]) == 1
    story.when(succeeded("a", run=uids[0]))
    story.rest()
    assert len([x for x in story.log if isinstance(x, c.CreateRun)]) == 2


def test_continuous_runs_that_take_no_time_come_each_second(story: Story) -> None:
    idle = {"a": {"is_noop": True}}
    nothing_to_do = dag("a", tasks=idle, schedule="continuous", start_date=START, max_active_runs=1)
    story.given(nothing_to_do).rest()
    assert len([x for x in story.log if isinstance(x, c.CreateRun)]) == 1
    story.wait("3s")
    assert len([x for x in story.log if isinstance(x, c.CreateRun)]) == 4


def test_the_end_date_ends_the_schedule(story: Story) -> None:
    story.given(hourly(end_date=START + timedelta(hours=1))).after("1d")
    assert 1 <= len(created(story)) <= 2
    assert told(story).next_run_after is None


def test_a_paused_dag_creates_no_runs(story: Story) -> None:
    story.given(hourly(), is_paused=True).after("5h", nothing()).when(resumed())
    assert created(story) == ["scheduled__2024-01-01T05:00:00+00:00"]


def test_pausing_stops_the_schedule(story: Story) -> None:
    story.given(hourly()).when(paused()).after("5h", nothing())


def test_a_stale_dag_creates_no_runs_until_it_is_back(story: Story) -> None:
    story.given(hourly()).when(lambda s: s.apply(e.DagStale(s.dag_key)))
    assert told(story).next_run_after is None
    story.after("5h", nothing()).said = []
    story.given(hourly())
    assert created(story) == ["scheduled__2024-01-01T05:00:00+00:00"]


def test_a_new_version_may_change_the_schedule(story: Story) -> None:
    story.given(hourly()).given(dag("a")).after("5h", nothing())


def test_a_dag_may_forbid_runs_by_schedule(story: Story) -> None:
    story.given(hourly(allowed_run_types=("manual",))).after("5h", nothing())


def test_a_schedule_that_nobody_knows_creates_nothing(story: Story) -> None:
    story.given(dag("a", schedule="no such kind")).after("5h", nothing()).run().expect(dispatched("a"))


def test_a_restart_goes_on_after_the_latest_run(story: Story) -> None:
    story.given(hourly(catchup=True)).wait("2h")
    before = len([x for x in story.log if isinstance(x, c.CreateRun)])
    story.restart()
    assert created(story) == []
    story.after("1h")
    assert (before, created(story)) == (2, ["scheduled__2024-01-01T03:00:00+00:00"])


def test_a_run_that_the_rows_had_already_is_dropped_and_the_schedule_goes_on(story: Story) -> None:
    story.given(hourly()).wait("1h")
    uid = next(x.run.uid for x in story.log if isinstance(x, c.CreateRun))
    story.when(run_deleted(uid)).after("1h")
    assert created(story) == ["scheduled__2024-01-01T02:00:00+00:00"]


def test_a_year_of_daily_runs(story: Story) -> None:
    story = Story(is_checked=False)
    story.given(dag("a >> b", schedule=("cron_trigger", {"cron": "0 9 * * 1-5"}), start_date=START, catchup=True))
    for _ in range(366):
        story.wait("1d")
        story.work()
    assert len(story.rows.runs) == 262
    assert story.is_over()


# -- the run before ---------------------------------------------------------------------------------------------------------


def day(n: int) -> datetime:
    return START - timedelta(days=30 - n)


def past(story: Story, **options: object) -> Story:
    return story.given(dag("a >> b", depends_on_past=True, **options))


def test_the_first_run_depends_on_nothing(story: Story) -> None:
    past(story).run(logical_date=day(1)).expect(dispatched("a"))


@pytest.mark.parametrize("end", [succeeded, skipped])
def test_a_task_waits_for_itself_in_the_run_before(story: Story, end: object) -> None:
    past(story).run("r1", logical_date=day(1)).run("r2", logical_date=day(2)).expect(dispatched(), state("a", None))
    story.when(end("a", run="r1"))  # type: ignore[operator]
    story.expect(state("a", "queued", run="r2"))


def test_a_failure_in_the_run_before_holds_the_task_until_it_is_put_right(story: Story) -> None:
    past(story).run("r1", logical_date=day(1)).when(failed("a")).run("r2", logical_date=day(2)).expect(dispatched())
    story.when(marked("success", "a", run="r1")).expect(state("a", "queued", run="r2"))


def test_a_clear_in_the_run_before_holds_the_task_again(story: Story) -> None:
    past(story).run("r1", logical_date=day(1)).work().when(cleared("a", run="r1"))
    story.run("r2", logical_date=day(2)).expect(dispatched()).when(succeeded("a", run="r1"))
    story.expect(state("a", "queued", run="r2"))


def test_a_deleted_run_before_holds_nothing(story: Story) -> None:
    past(story).run("r1", logical_date=day(1)).run("r2", logical_date=day(2)).when(run_deleted("r1"))
    story.expect(state("a", "queued", run="r2"))


def test_wait_for_downstream_waits_for_the_tasks_below_too(story: Story) -> None:
    story.given(dag("a >> b", tasks={"a": {"wait_for_downstream": True}})).run("r1", logical_date=day(1))
    story.run("r2", logical_date=day(2)).when(succeeded("a", run="r1")).expect(state("a", None, run="r2"))
    story.when(succeeded("b", run="r1")).expect(state("a", "queued", run="r2"))


@pytest.mark.parametrize(("ignore", "expected"), [(False, None), (True, "queued")])
def test_a_new_task_has_no_past(story: Story, ignore: bool, expected: str | None) -> None:
    past(story).run("r1", logical_date=day(1)).work()
    story.given(dag("a; n", depends_on_past=True, ignore_first_depends_on_past=ignore)).run("r2", logical_date=day(2))
    story.expect(state("n", expected), state("a", "queued"))


def test_manual_runs_do_not_count_where_the_dag_catches_up(story: Story) -> None:
    past(story, catchup=True).run("r1", logical_date=day(1)).when(failed("a"))
    story.run("r2", logical_date=day(2)).expect(dispatched("a"))


def test_a_skip_may_wait_for_the_past(story: Story) -> None:
    story.given(dag("a >> b", tasks={"b": {"depends_on_past": True, "wait_for_past_depends_before_skipping": True}}))
    story.run("r1", logical_date=day(1)).run("r2", logical_date=day(2)).when(skipped("a", run="r2"))
    story.expect(state("b", None)).when(succeeded("a", run="r1"), succeeded("b", run="r1"))
    story.expect(state("b", "skipped", run="r2"))


@pytest.mark.parametrize(("unsuccessful", "expected"), [(frozenset[str](), "queued"), (frozenset({"a"}), None)])
def test_the_past_can_be_loaded(story: Story, unsuccessful: frozenset[str], expected: str | None) -> None:
    past(story)
    key = story.dag_key
    before = PastRun("old", day(1), is_manual=False, tasks=frozenset({"a", "b"}), unsuccessful=unsuccessful)
    story.shard.load_dag(key, "d-v1", is_paused=False, is_stale=False, latest=None, failed_in_a_row=0, past=[before])
    story.run(logical_date=day(2)).expect(state("a", expected), run_state("running"))


@pytest.mark.parametrize(("start", "expected"), [(day(2), "queued"), (day(1), None)])
def test_a_task_does_not_depend_on_a_past_before_its_start_date(
    story: Story, start: datetime, expected: str | None
) -> None:
    story.given(dag("a", depends_on_past=True, catchup=True, tasks={"a": {"start_date": start}}))
    before = PastRun("old", day(1), is_manual=False, tasks=frozenset({"a"}), unsuccessful=frozenset({"a"}))
    key = story.dag_key
    story.shard.load_dag(key, "d-v1", is_paused=False, is_stale=False, latest=None, failed_in_a_row=0, past=[before])
    story.run(logical_date=day(2)).expect(state("a", expected))


# -- tasks with dates of their own -------------------------------------------------------------------------------------


def test_a_task_is_passed_over_by_runs_before_its_start_date_and_after_its_end_date(story: Story) -> None:
    later, past = START + timedelta(days=1), START - timedelta(days=1)
    tasks = {
        "a": {},
        "late": {"start_date": later},
        "old": {"end_date": past},
        "after": {"trigger_rule": "none_failed"},
    }
    story.given(dag("a >> [late, old] >> after", tasks=tasks)).run("now").work()
    assert story.states("now") == {"a": "success", "late": "skipped", "old": "skipped", "after": "success"}
    assert "before the task's start_date" in str(story.rows.tasks["now", "late", -1].reason)
    assert "after the task's end_date" in str(story.rows.tasks["now", "old", -1].reason)
    story.run("tomorrow", logical_date=later).work()
    assert story.state_of("late", run="tomorrow") == "success"
    story.run("backfilled", run_type="backfill", logical_date=START + timedelta(hours=1)).work()
    assert story.state_of("late", run="backfilled") == "success"


def test_new_code_with_another_schedule_is_planned_anew_and_goes_on_from_the_latest_run(story: Story) -> None:
    story.given(hourly(catchup=True)).after("1h")
    assert told(story).next_run_after == START + timedelta(hours=2)
    story.given(dag("a", schedule=("cron_interval", {"cron": "*/20 * * * *"}), start_date=START, catchup=True))
    assert told(story).next_run_after == START + timedelta(minutes=80)
    story.after("20m")
    assert created(story) == ["scheduled__2024-01-01T01:20:00+00:00"]

"""Stories of assets: when events start runs, what waits meanwhile, and what is recorded of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from support.asset_story import AssetStory, alias, all_of, any_of, asset, consumer, key, producer, ref
from support.story import START, dag
from tradewind.core import events as e
from tradewind.core.states import RunState
from tradewind.spec import DagKey

A, B, C = asset("a"), asset("b"), asset("c")


def given(*specs: object, is_paused: bool = False) -> AssetStory:
    story = AssetStory()
    story.given(producer(), *specs, is_paused=is_paused)  # type: ignore[arg-type]
    return story


def test_an_event_starts_a_run_and_its_first_task_in_the_same_batch() -> None:
    story = given(consumer("d", A)).make("a", run="r1")
    assert story.dispatches() == ["use"]
    (facts,) = story.made["d"]
    assert (facts.run_type, facts.triggered_by, facts.logical_date) == ("asset_triggered", "asset", None)
    assert facts.run_id.startswith(f"asset_triggered__{START.isoformat()}_")
    assert facts.interval_start is None and facts.interval_end is None


def test_a_run_says_in_words_what_started_it() -> None:
    story = given(consumer("d", all_of(A, B))).make("a", run="r1")
    story.wait("1h")
    story.update("b", "b")
    assert story.made["d"][0].reason == (
        f"asset a was updated at {START.isoformat()} by task make of DAG p, run r1; "
        f"asset b was updated at {(START + timedelta(hours=1)).isoformat()} by ann over the API"
    )


def test_all_of_a_condition_must_arrive_in_whatever_order_and_number() -> None:
    story = given(consumer("d", all_of(A, B))).update("b", "a", "a", "a", "b", "b")
    assert story.runs_of("d") == [("e1", "e2"), ("e3", "e4", "e5")]
    assert story.waiting("d") == ["e6"]


def test_several_events_of_one_asset_are_taken_by_the_run_that_the_others_complete() -> None:
    story = given(consumer("d", all_of(A, B))).update("a", "a", "a")
    assert story.runs_of("d") == []
    assert story.waiting("d") == ["e1", "e2", "e3"]
    story.update("b")
    assert story.runs_of("d") == [("e1", "e2", "e3", "e4")]
    assert "updated 3 times, last at" in (story.made["d"][0].reason or "")


def test_any_of_a_condition_is_enough_and_takes_all_that_waits() -> None:
    story = given(consumer("d", any_of(all_of(A, B), C))).update("a")
    assert story.runs_of("d") == []
    assert story.update("c").runs_of("d") == [("e1", "e2")]
    assert story.update("b").runs_of("d") == [("e1", "e2")]
    assert story.update("a").runs_of("d") == [("e1", "e2"), ("e3", "e4")]


def test_a_task_with_two_outlets_starts_one_run_of_a_dag_that_waits_for_either() -> None:
    story = given(consumer("d", any_of(A, B)), consumer("x", A)).make("a", "b", run="r1")
    assert story.runs_of("d") == [("e1", "e2")]
    assert story.runs_of("x") == [("e1",)]


def test_a_task_that_fails_or_is_skipped_tells_of_nothing() -> None:
    story = given(consumer("d", A))
    for run, report in (("r1", e.AttemptFailed), ("r2", e.AttemptSkipped)):
        story.run(run, dag="p")
        story.apply(report(story.rows.newest(run, "make", -1), story.now))
    assert story.recorded == {}
    assert story.runs_of("d") == []


def test_a_report_that_comes_twice_counts_once() -> None:
    story = given(consumer("d", A)).make("a", run="r1")
    attempt = story.rows.newest("r1", "make", -1)
    update = e.AssetUpdate(uid="again", name="a", uri="s3://a")
    assert story.apply(e.AttemptSucceeded(attempt, story.now, assets=(update,))) == []


def test_events_of_a_paused_dag_wait_and_start_one_run_when_it_is_resumed() -> None:
    story = given(consumer("d", A), is_paused=True).update("a", "a")
    assert story.runs_of("d") == []
    story.apply(e.PauseSet(DagKey("default", "d"), is_paused=False))
    assert story.runs_of("d") == [("e1", "e2")]


def test_a_run_beyond_max_active_runs_waits_as_a_queued_run() -> None:
    story = given(consumer("d", A, max_active_runs=1)).update("a", "a")
    first, second = (facts.uid for facts in story.made["d"])
    assert story.run_state(first) == RunState.RUNNING
    assert story.run_state(second) == RunState.QUEUED
    story.work()
    assert {story.run_state(first), story.run_state(second)} == {RunState.SUCCESS}


def test_a_dag_that_its_file_no_longer_holds_is_not_started() -> None:
    story = given(consumer("d", A))
    story.apply(e.DagStale(DagKey("default", "d")))
    assert story.update("a").runs_of("d") == []
    assert story.waiting("d") == []


def test_a_dag_whose_allowed_run_types_leave_assets_out_is_not_started() -> None:
    story = given(consumer("d", A, allowed_run_types=("manual",))).update("a")
    assert story.runs_of("d") == []


def test_an_asset_can_be_meant_by_its_name_or_uri_alone() -> None:
    story = given(consumer("d", all_of(ref(name="a"), ref(uri="s3://b")))).update("a", "b")
    assert story.runs_of("d") == [("e1", "e2")]


def test_an_event_that_names_only_the_name_is_of_the_asset_that_is_known_by_it() -> None:
    story = given(consumer("d", A))
    story.apply(e.AssetUpdated("default", e.AssetUpdate(uid="e1", name="a", uri=""), story.now))
    story.apply(e.AssetUpdated("default", e.AssetUpdate(uid="e2", name="", uri="s3://a"), story.now))
    assert {record.asset for record in story.recorded.values()} == {key("a")}
    assert story.runs_of("d") == [("e1",), ("e2",)]


def test_an_alias_stands_for_the_assets_that_tasks_added_to_it() -> None:
    story = given(consumer("d", alias("today")), consumer("x", A)).make("a", run="r1", aliases=("today",))
    assert story.runs_of("d") == [("e1",)]
    assert story.runs_of("x") == [("e1",)]
    story.make("a", run="r2")
    assert story.runs_of("d") == [("e1",)]  # it did not come by the alias
    assert story.runs_of("x") == [("e1",), ("e2",)]


def test_an_alias_is_met_by_any_asset_that_it_has_stood_for() -> None:
    story = given(consumer("d", all_of(alias("today"), A))).make("b", run="r1", aliases=("today",))
    assert story.runs_of("d") == []
    story.update("a")
    assert story.runs_of("d") == [("e1", "e2")]


def test_asset_or_time_runs_by_both() -> None:
    inner = {"kind": "delta_trigger", "args": {"seconds": 3600}, "timezone": "UTC"}
    spec = consumer("d", A, start_date=START, catchup=True)
    spec.schedule.args["timetable"] = inner  # type: ignore[index]
    story = given(spec)
    story.update("a")
    story.wait("61m")
    kinds = [facts.run_type for facts in story.rows.facts.values() if facts.dag.dag_id == "d"]
    assert sorted(kinds) == ["asset_triggered", "scheduled", "scheduled"]


def test_what_waits_survives_a_restart() -> None:
    story = given(consumer("d", all_of(A, B)), consumer("y", alias("today"))).make("a", run="r1", aliases=("today",))
    story.restart().restart()
    assert story.runs_of("d") == []
    story.update("b")
    assert story.runs_of("d") == [("e1", "e2")]
    assert story.runs_of("y") == [("e1",)]


def test_a_run_that_a_crash_kept_from_starting_is_started_after_it() -> None:
    story = given(consumer("d", A), is_paused=True).update("a")
    story.paused[DagKey("default", "d")] = False  # resumed while no scheduler lived
    story.restart()
    assert story.runs_of("d") == [("e1",)]


def test_a_new_version_drops_what_waits_for_nothing_any_more() -> None:
    story = given(consumer("d", all_of(A, B))).update("a")
    story.given(consumer("d", all_of(C, B)))
    assert story.waiting("d") == []
    story.update("b")
    assert story.runs_of("d") == []
    story.given(consumer("d", any_of(C, B)))
    assert story.runs_of("d") == [("e2",)]


def test_events_can_be_thrown_away() -> None:
    story = given(consumer("d", all_of(A, B)), consumer("x", all_of(A, C))).update("a")
    story.apply(e.AssetEventsDropped("default", "d", key("a")))
    assert (story.waiting("d"), story.waiting("x")) == ([], ["e1"])
    story.apply(e.AssetEventsDropped("default", None, None, before=story.now))
    assert story.waiting("x") == ["e1"]
    story.apply(e.AssetEventsDropped("default", None, key("a"), before=story.now + timedelta(seconds=1)))
    assert story.waiting("x") == []


def test_a_deleted_dag_waits_for_nothing() -> None:
    story = given(consumer("d", all_of(A, B))).update("a")
    story.apply(e.DagDeleted(DagKey("default", "d")))
    del story.versions[DagKey("default", "d")]
    assert story.update("b").runs_of("d") == []


def test_chains_of_dags_follow_one_another_in_one_batch_each() -> None:
    story = given(consumer("d", A), consumer("x", B)).make("a", run="r1")
    (first,) = story.made["d"]
    attempt = story.rows.newest(first.uid, "use", -1)
    story.apply(e.AttemptStarted(attempt, story.now))
    story.apply(e.AttemptSucceeded(attempt, story.now, assets=(e.AssetUpdate(uid="b1", name="b", uri="s3://b"),)))
    assert story.runs_of("x") == [("b1",)]


# -- partitions ------------------------------------------------------------------------------------------------------

DAYS = {"kind": "start_of", "unit": "day"}


def test_partitions_that_map_to_the_same_key_meet_in_one_run() -> None:
    story = given(consumer("d", all_of(A, B), partitions={"default": DAYS}))
    story.update("a", partition="2026-01-05T03:00:00").update("b", partition="2026-01-06T09:00:00")
    assert story.runs_of("d") == []
    story.update("b", partition="2026-01-05T22:00:00")
    assert story.runs_of("d") == [("e1", "e3")]
    (facts,) = story.made["d"]
    assert facts.partition_key == "2026-01-05"
    assert facts.partition_date == datetime(2026, 1, 5, tzinfo=UTC)
    assert story.waiting("d", "2026-01-06") == ["e2"]


def test_a_rollup_waits_for_all_keys_of_its_window_over_a_restart() -> None:
    rollup = {"kind": "rollup", "upstream": DAYS, "window": {"kind": "day"}}
    story = given(consumer("d", A, partitions={"default": rollup}))
    for hour in range(23):
        story.update("a", partition=f"2026-01-05T{hour:02}:00:00")
    story.update("a", partition="2026-01-05T22:00:00")  # again: it is there already
    story.restart()
    assert story.runs_of("d") == []
    story.update("a", partition="2026-01-05T23:00:00")
    assert len(story.runs_of("d")[0]) == 25


def test_a_fan_out_starts_a_run_for_each_part() -> None:
    fan_out = {"kind": "fan_out", "upstream": {"kind": "start_of", "unit": "week"}, "window": {"kind": "week"}}
    story = given(consumer("d", A, partitions={"default": fan_out})).update("a", partition="2024-03-13T10:00:00")
    assert [facts.partition_key for facts in story.made["d"]] == [f"2024-03-{day}" for day in range(11, 18)]


def test_an_event_without_a_partition_is_nothing_to_a_partitioned_dag_nor_the_other_way_round() -> None:
    story = given(consumer("d", A, partitions={"default": {"kind": "identity"}}), consumer("x", A))
    story.update("a").update("a", partition="eu")
    assert story.runs_of("d") == [("e2",)]
    assert story.runs_of("x") == [("e1",)]


def test_a_key_that_the_mapper_refuses_is_recorded_with_the_reason() -> None:
    allowed = {"kind": "allowed", "keys": ["us", "eu"]}
    story = given(consumer("d", A, partitions={"default": allowed})).update("a", partition="mars")
    assert story.runs_of("d") == []
    assert [one.reason for one in story.refused] == ["the partition 'mars' is none of us, eu"]


def test_an_event_has_the_partition_of_the_run_that_told_of_it() -> None:
    story = given(consumer("d", A, partitions={"default": {"kind": "identity"}}))
    story.update("a", partition="eu")
    (first,) = story.made["d"]
    story.given(consumer("x", B, partitions={"default": {"kind": "identity"}}))
    attempt = story.rows.newest(first.uid, "use", -1)
    story.apply(e.AttemptStarted(attempt, story.now))
    story.apply(e.AttemptSucceeded(attempt, story.now, assets=(e.AssetUpdate(uid="b1", name="b", uri="s3://b"),)))
    assert [facts.partition_key for facts in story.made["x"]] == ["eu"]


def test_a_dag_that_waits_for_nothing_is_left_alone() -> None:
    story = given(dag("t", name="plain")).update("a")
    assert list(story.recorded) == ["e1"]
    assert story.made == {}

"""Assets in DAG files: what they are, conditions made of them, what tasks say about them and read of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tradewind.sdk import (
    DAG,
    AllowedKeyMapper,
    Asset,
    AssetAccessControl,
    AssetAlias,
    AssetAll,
    AssetAny,
    AssetWatcher,
    ChainMapper,
    Dataset,
    DayWindow,
    FanOutMapper,
    FixedKeyMapper,
    IdentityMapper,
    Metadata,
    MinimumCount,
    PartitionedAssetTimetable,
    PartitionedAtRuntime,
    PartitionMapper,
    ProductMapper,
    RollupMapper,
    SegmentWindow,
    StartOfDayMapper,
    StartOfMonthMapper,
    StartOfWeekMapper,
    WaitForAll,
    WeekWindow,
    Window,
    asset,
    task,
)
from tradewind.sdk.asset_events import OutletEvents, touches_of
from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType, InvalidSchedule
from tradewind.sdk.exceptions import AirflowRuntimeError
from tradewind.sdk.serialize import serialize_dag
from tradewind.sdk.trigger import BaseEventTrigger, BaseTrigger, TriggerEvent
from tradewind.spec.assets import asset_schedule, asset_watches

A, B = Asset("a"), Asset("b", "s3://b")


class Hook(BaseEventTrigger):
    """A trigger that may watch."""

    webhook_name = "orders"
    secret_name = "key"

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "mine.Hook", {"path": "orders"}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield TriggerEvent(None)


class Other(BaseTrigger):
    """A trigger that may not."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "mine.Other", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield TriggerEvent(None)


# -- what they are ---------------------------------------------------------------------------------------------------


def test_name_or_uri_alone_is_enough() -> None:
    assert (A.name, A.uri) == ("a", "a")
    assert (Asset(uri="s3://x").name, Asset(uri="s3://x").uri) == ("s3://x", "s3://x/")
    assert Asset("a") == Asset("a", "a") != Asset("a", "s3://a")
    assert Dataset("a").group == "dataset"
    assert Asset("a", access_control=AssetAccessControl(producer_teams=["x"])).access_control.allow_global


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("s3://bucket", "s3://bucket/"),
        ("S3://Bucket/a/?b=2&a=1#top", "s3://Bucket/a?a=1&b=2"),
        ("file:///data/raw.json", "file:///data/raw.json"),
        ("scheme:", "scheme:/"),
        ("postgres://db/shop", "postgres://db/shop"),
        ("x-ours://Bucket/a/?b#c", "x-ours://Bucket/a/?b#c"),
        ("//host/a/", "//host/a/"),
        ("not an address/", "not an address/"),
    ],
)
def test_a_uri_is_kept_in_one_form(given: str, kept: str) -> None:
    asset = Asset("a", given)
    assert (asset.uri, Asset("a", kept)) == (kept, asset)
    assert Asset.ref(uri=given) == Asset.ref(uri=kept)
    assert Asset(given).name == given


def test_who_may_read_an_asset_is_not_kept_in_its_uri() -> None:
    with pytest.warns(UserWarning, match="should not contain auth info"):
        assert (
            Asset("a", "postgres://me:secret@db:5432/shop/public/orders").uri == "postgres://db:5432/shop/public/orders"
        )


@pytest.mark.parametrize("wrong", [{}, {"name": ""}, {"name": " "}, {"uri": "airflow://x"}, {"name": "é"}, {"name": 3}])
def test_what_can_be_no_asset_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((InvalidArgument, InvalidArgumentType)):
        Asset(**wrong)


def test_conditions_are_made_with_and_and_or() -> None:
    condition = (A & B & Asset("c")) | AssetAlias("x") | Asset.ref(name="d")
    assert isinstance(condition, AssetAny) and isinstance(condition.objects[0], AssetAll)
    assert len(condition.objects) == 3 and len(condition.objects[0].objects) == 3
    with pytest.raises(TypeError):
        A | 3  # type: ignore[operator]


@pytest.mark.parametrize("schedule", [A, [A, B], A | B, A & (B | AssetAlias("x")), [Asset.ref(uri="s3://b")]])
def test_a_schedule_by_assets_is_stored_and_read_back(schedule: Any) -> None:
    spec = serialize_dag(DAG("d", schedule=schedule))
    assert (spec.schedule.kind, spec.schedule.summary) == ("assets", "Asset")
    assert asset_schedule(spec.schedule) is not None


def test_a_list_with_something_else_is_no_schedule() -> None:
    with pytest.raises(InvalidSchedule, match="either assets, asset references, or asset aliases"):
        serialize_dag(DAG("d", schedule=[A, "b"]))


def test_a_reference_names_a_name_or_a_uri() -> None:
    assert Asset.ref(name="a").as_json() == {"type": "ref", "name": "a"}
    assert Asset.ref(uri="s3://a") == Asset.ref(uri="s3://a") != Asset.ref(name="s3://a")
    for wrong in ({}, {"name": "a", "uri": "b"}):
        with pytest.raises(TypeError, match="only one"):
            Asset.ref(**wrong)


def test_watchers_are_stored_with_what_makes_their_trigger() -> None:
    watched = Asset("a", watchers=[AssetWatcher("inbox", Hook())])
    (watch,) = asset_watches(serialize_dag(DAG("d", schedule=[watched])))
    assert (watch.asset.name, watch.name, watch.classpath) == ("a", "inbox", "mine.Hook")
    assert (watch.kwargs, watch.webhook, watch.secret) == ('{"path":"orders"}', "orders", "key")


def test_a_watcher_takes_only_event_triggers() -> None:
    with pytest.raises(InvalidArgument, match="must be a BaseEventTrigger, not Other"):
        serialize_dag(DAG("d", schedule=[Asset("a", watchers=[AssetWatcher("x", Other())])]))
    with pytest.raises(InvalidArgumentType):
        Asset("a", watchers=[Hook()])
    with pytest.raises(InvalidArgument, match="can't be empty"):
        AssetWatcher(" ", Hook())


# -- @asset ----------------------------------------------------------------------------------------------------------


def test_a_function_becomes_an_asset_with_a_dag_that_makes_it() -> None:
    @asset(schedule="@daily", uri="s3://report", tags=["x"], extra={"k": 1})
    def report(self: Any, orders: Any, context: Any) -> str:
        """What was sold."""
        return f"{self.name} of {orders.name} in {context['run_id']}"

    assert isinstance(report, Asset)
    assert (report.name, report.uri, report.extra) == ("report", "s3://report/", {"k": 1})
    spec = serialize_dag(report.dag)
    (only,) = spec.tasks
    assert (spec.dag_id, only.task_id, spec.doc_md, spec.tags, spec.catchup) == (
        "report", "report", "What was sold.", ("x",), False,
    )  # fmt: skip
    assert [one["name"] for one in only.outlets] == ["report"]  # type: ignore[index]
    assert only.inlets == ({"type": "ref", "name": "orders"},)
    result = report.dag.test()
    assert result.xcom("report") == f"report of orders in {result.run_id}"
    assert serialize_dag(DAG("d", schedule=report | A)).schedule.kind == "assets"


def test_a_parameter_with_a_default_is_no_upstream_asset() -> None:
    @asset(schedule=None, name="n", dag_id="d")
    def make(rows: int = 3, *, dag_run: Any) -> int:
        return rows + len(dag_run.run_id) * 0

    assert (make.name, make.dag.dag_id) == ("n", "d")
    assert make.dag.test().xcom("n") == 3
    assert make(rows=4, dag_run=make.dag.test()) == 4


def test_one_function_makes_several_assets() -> None:
    @asset.multi(schedule=None, outlets=[A, B])
    def both(self: Any, outlet_events: Any) -> list[str]:
        outlet_events[A].extra = {"n": 1}
        return [one.name for one in self]

    (only,) = serialize_dag(both.dag).tasks
    assert [one["name"] for one in only.outlets] == ["a", "b"]  # type: ignore[index]
    assert both.dag.test().xcom("both") == ["a", "b"]
    with pytest.raises(InvalidArgument, match="no outlets"):
        asset.multi(schedule=None, outlets=[])(lambda: None)


def test_only_plain_functions_become_assets() -> None:
    with pytest.raises(InvalidArgumentType, match="plain functions"):
        asset(schedule=None)(task(lambda: None))


# -- what tasks say --------------------------------------------------------------------------------------------------


def test_every_outlet_is_told_of_with_what_was_said_about_it() -> None:
    events = OutletEvents()
    events[A].extra["rows"] = 3
    events[Asset("else")].extra["x"] = 1
    events[AssetAlias("today")].add(B, extra={"k": 1})
    events.for_asset_alias(name="now").add(B, extra={"k": 1})
    events.for_asset(name="c").add_partitions(["us", "eu", "us"])
    outlets = [A, AssetAlias("today"), AssetAlias("now"), Asset.ref(name="c"), AssetAlias("unused"), "no asset"]
    told = touches_of(outlets, events)
    assert [(one.name, one.uri, one.extra, one.aliases, one.partition_keys) for one in told] == [
        ("a", "a", {"rows": 3}, [], []),
        ("c", "", {}, [], ["us", "eu"]),
        ("b", "s3://b/", {"k": 1}, ["today", "now"], []),
    ]
    assert len({one.uid for one in told}) == 3
    assert [one.name for one in touches_of([A, B], None)] == ["a", "b"]


def test_assets_are_added_to_aliases_only() -> None:
    events = OutletEvents()
    with pytest.raises(AirflowRuntimeError, match="added to aliases"):
        events[A].add(B)
    with pytest.raises(TypeError):
        events["a"]
    with pytest.raises(ValueError, match="partition"):
        events[A].add_partitions([""])


def test_tasks_of_one_run_read_what_others_told() -> None:
    with DAG("d", schedule=None) as dag:

        @task(outlets=[A, AssetAlias("today")])
        def make(*, outlet_events: Any) -> Iterator[Metadata]:
            outlet_events[A].extra = {"n": 1}
            yield Metadata(A, {"m": 2})
            yield Metadata(B, {"k": 3}, alias=AssetAlias("today"))

        @task(inlets=[A, AssetAlias("today"), Asset.ref(uri="a")])
        def read(*, inlet_events: Any, triggering_asset_events: Any, dag_run: Any) -> dict[str, Any]:
            with pytest.raises(KeyError):
                inlet_events[B]
            with pytest.raises(IndexError):
                inlet_events[A][-2]
            assert [event.extra for event in inlet_events[A]] == [{"n": 1, "m": 2}]
            assert len(inlet_events.for_asset(uri="a").after("2020-01-01").limit(5)) == 1
            assert len(inlet_events[A].before("2020-01-01")) == 0
            assert dict(triggering_asset_events) == {} and dag_run.consumed_asset_events == []
            (event,) = inlet_events[1]
            return {"uri": event.uri, "extra": event.extra, "by": event.source_task_id, "aliases": event.source_aliases}

        make() >> read()
    result = dag.test()
    assert result.is_success, result.task("read").error
    assert result.xcom("read") == {"uri": "s3://b/", "extra": {"k": 3}, "by": "make", "aliases": ("today",)}


def test_an_event_leads_to_the_run_and_the_task_that_told_of_it() -> None:
    with DAG("d", schedule=None) as dag:

        @task(outlets=[A])
        def make() -> int:
            return 5

        @task(inlets=[A])
        def read(*, inlet_events: Any) -> list[Any]:
            event = inlet_events[A][-1]
            run = event.source_dag_run
            assert (run.dag_id, run.run_type, run.logical_date) == ("d", "manual", run.data_interval_start)
            return [event.source_task_instance.task_id, event.source_task_instance.xcom_pull(), run.run_id]

        make() >> read()
    result = dag.test(logical_date=datetime(2026, 1, 5, tzinfo=UTC))
    assert result.is_success, result.task("read").error
    assert result.xcom("read") == ["make", 5, result.run_id]


def test_an_extra_that_is_no_json_fails_the_task() -> None:
    with DAG("d", schedule=None) as dag:

        @task(outlets=[A])
        def make(*, outlet_events: Any) -> None:
            outlet_events[A].extra = {"x": object()}

        make()
    result = dag.test()
    assert not result.is_success
    assert "the extra of the event about asset 'a' is not JSON" in (result.task("make").error or "")


def test_a_failed_task_tells_of_nothing() -> None:
    with DAG("d", schedule=None) as dag:

        @task(outlets=[A])
        def make() -> None:
            raise ValueError

        @task(inlets=[A], trigger_rule="all_done")
        def read(*, inlet_events: Any) -> int:
            return len(inlet_events[A])

        make() >> read()
    assert dag.test().xcom("read") == 0


# -- partitions ------------------------------------------------------------------------------------------------------


def test_a_partitioned_schedule_is_stored_with_its_mappers() -> None:
    rollup = RollupMapper(upstream_mapper=StartOfDayMapper(timezone="Europe/Berlin"), window=DayWindow())
    assert rollup.wait_policy == WaitForAll()
    timetable = PartitionedAssetTimetable(
        A & B & AssetAlias("x"),
        {A: ProductMapper(IdentityMapper(), StartOfDayMapper()), Asset.ref(name="c"): FixedKeyMapper("all")},
        rollup,
    )
    spec = serialize_dag(DAG("d", schedule=timetable))
    assert spec.schedule.summary == "Partitioned Asset"
    schedule = asset_schedule(spec.schedule)
    assert schedule is not None and schedule.is_partitioned
    assert schedule.mapper("a", "a").downstream("us|2024-03-13T10:00:00") == ["us|2024-03-13"]
    assert schedule.mapper("c", "s3://c").downstream("x") == ["all"]
    assert len(schedule.mapper("b", "s3://b").missing("2024-03-31", ())) == 23


def test_every_mapper_maps_here_as_it_does_on_the_server() -> None:
    week = StartOfWeekMapper()
    assert week.to_downstream("2024-03-13T10:00:00") == "2024-03-11 (W11)"
    assert ChainMapper(StartOfDayMapper(), StartOfMonthMapper(input_format="%Y-%m-%d")).to_downstream(
        "2024-03-13T10:00:00"
    ) == "2024-03"  # fmt: skip
    days = FanOutMapper(upstream_mapper=week, window=WeekWindow(direction=Window.Direction.BACKWARD))
    assert days.to_downstream("2024-03-11T00:00:00")[-1] == "2024-03-11"
    with pytest.raises(InvalidArgument, match="is none of us"):
        AllowedKeyMapper(["us"]).to_downstream("eu")
    assert MinimumCount(2) == MinimumCount(2) != MinimumCount(3)
    assert SegmentWindow.deserialize(SegmentWindow(["a", "b", "a"]).serialize()).as_json() == {
        "kind": "segment", "segments": ["a", "b"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        lambda: MinimumCount(0),
        lambda: SegmentWindow([]),
        lambda: SegmentWindow("us"),
        lambda: IdentityMapper(max_downstream_keys=0),
        lambda: FixedKeyMapper(""),
        lambda: ProductMapper(IdentityMapper(), IdentityMapper(), delimiter=""),
    ],
)
def test_parts_that_can_not_be_are_refused(make: Any) -> None:
    with pytest.raises(InvalidArgument):
        make()


def test_a_mapper_of_the_users_own_is_refused_with_a_way_out() -> None:
    class Mine(PartitionMapper):
        def to_downstream(self, key: str) -> str:
            return key.upper()

    with pytest.raises(InvalidSchedule, match=r"runs no code of yours.*Mine.*add_partitions"):
        serialize_dag(DAG("d", schedule=PartitionedAssetTimetable(A, default_partition_mapper=Mine())))
    bad = RollupMapper(upstream_mapper=IdentityMapper(), window=DayWindow())
    with pytest.raises(InvalidSchedule, match="window of time"):
        serialize_dag(DAG("d", schedule=PartitionedAssetTimetable(A, default_partition_mapper=bad)))


def test_partitions_decided_at_runtime_need_no_schedule() -> None:
    spec = serialize_dag(DAG("d", schedule=PartitionedAtRuntime()))
    assert (spec.schedule.kind, dict(spec.schedule.args)) == ("none", {"partitioned_at_runtime": True})

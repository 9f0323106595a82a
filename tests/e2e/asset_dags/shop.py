"""DAGs that make assets and DAGs that wait for them."""

from tradewind import DAG, Asset, AssetAlias, task
from tradewind.sdk import (
    FixedKeyMapper,
    Metadata,
    PartitionedAssetTimetable,
    PartitionedAtRuntime,
    RollupMapper,
    SegmentWindow,
    asset,
)

orders, paid = Asset("orders", "s3://shop/orders"), Asset("paid", "s3://shop/paid")
urgent = AssetAlias("urgent")

with DAG("load", schedule=None, is_paused_upon_creation=False):

    @task(outlets=[orders, urgent])
    def fetch(*, outlet_events):
        yield Metadata(orders, {"rows": 7})
        outlet_events[urgent].add(paid, extra={"via": "alias"})

    fetch()

with DAG("report", schedule=[orders], is_paused_upon_creation=False):

    @task(inlets=[orders, urgent])
    def write(*, triggering_asset_events, inlet_events, dag_run):
        (event,) = triggering_asset_events[orders]
        return {
            "rows": event.extra["rows"],
            "source": f"{event.source_dag_id}.{event.source_task_id}",
            "last": inlet_events[orders][-1].extra,
            "alias": [one.uri for one in inlet_events[urgent]],
            "run_type": dag_run.run_type,
        }

    write()

with DAG("rush", schedule=[urgent], is_paused_upon_creation=False):
    task(lambda: "rushed", task_id="hurry")()

with DAG("books", schedule=[orders, Asset("closed")], is_paused_upon_creation=False):

    @task
    def close(*, triggering_asset_events):
        return sorted(one.name for one in triggering_asset_events)

    close()


@asset(schedule=PartitionedAtRuntime(), is_paused_upon_creation=False)
def regions(self, outlet_events):
    outlet_events[self].add_partitions(["us", "eu"])


with DAG(
    "world",
    schedule=PartitionedAssetTimetable(
        regions,
        default_partition_mapper=RollupMapper(
            upstream_mapper=FixedKeyMapper("all"), window=SegmentWindow(["us", "eu", "apac"])
        ),
    ),
    is_paused_upon_creation=False,
):

    @task
    def add_up(*, partition_key):
        return partition_key

    add_up()

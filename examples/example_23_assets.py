"""Assets: a DAG starts when the data is there that it needs, milliseconds after the task that made it has ended."""

from tradewind import DAG, Asset, dag, task
from tradewind.sdk import asset

orders = Asset("example_orders", "file:///tmp/example/orders.csv")
prices = Asset("example_prices")


@dag(schedule=None, tags=["example"])
def assets_make_orders():
    """Tells of new orders, and how many there are."""

    @task(outlets=[orders])
    def fetch(*, outlet_events) -> int:
        outlet_events[orders].extra = {"rows": 7}
        return 7

    fetch()


with DAG("assets_report", schedule=orders & prices, tags=["example"], doc_md="Starts when both have news."):

    @task
    def read(*, triggering_asset_events) -> list[str]:
        """Which events started this run; in a test run there are none."""
        return sorted(event.asset.name for events in triggering_asset_events.values() for event in events)

    read()


@asset(schedule=orders, tags=["example"])
def assets_summary(self, outlet_events):
    """An asset and the DAG that makes it, in one."""
    outlet_events[self].extra = {"pages": 3}


assets_make_orders()

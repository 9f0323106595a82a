"""`tradewind assets`, without a server."""

from __future__ import annotations

import pytest

ASSETS = """
from tradewind import DAG, Asset, AssetAlias, task

orders, paid = Asset("orders", "s3://shop/orders", extra={"owner": "ann"}), Asset("paid", "s3://shop/paid")

with DAG("shop", schedule=None, is_paused_upon_creation=False):
    @task(outlets=[orders, paid])
    def load():
        pass
    load()

with DAG("report", schedule=(orders & paid) | AssetAlias("urgent"), is_paused_upon_creation=False):
    @task(inlets=[orders])
    def write():
        pass
    write()
"""


@pytest.fixture
def shop(tradewind, read_home, tmp_path):
    """A command line whose folder of DAGs has been read."""
    folder = tmp_path / "dags"
    folder.mkdir(exist_ok=True)
    (folder / "shop.py").write_text(ASSETS)
    tradewind("dags", "reserialize")
    return tradewind


def test_assets_and_aliases_are_listed(shop) -> None:
    assert [one["name"] for one in shop("assets", "list", "-o", "json").json()] == ["orders", "paid"]
    assert shop("assets", "list", "--columns", "uri", "-o", "json").json() == [
        {"uri": "s3://shop/orders"}, {"uri": "s3://shop/paid"},
    ]  # fmt: skip
    assert shop("assets", "list", "--alias", "-o", "json").json() == [{"name": "urgent", "group": "asset"}]


def test_an_asset_is_shown_with_who_makes_and_who_waits_for_it(shop) -> None:
    found = shop("assets", "details", "--name", "orders", "-o", "json").json()
    assert (found["producing_tasks"], found["consuming_tasks"], found["scheduled_dags"]) == (
        "shop.load", "report.write", "report",
    )  # fmt: skip
    assert found["extra"] == {"owner": "ann"}
    assert shop("assets", "details", "--uri", "s3://shop/orders", "-o", "json").json() == found
    assert shop("assets", "details", "--alias", "--name", "urgent", "-o", "json").json()["name"] == "urgent"
    assert "no asset with name 'order'" in shop("assets", "details", "--name", "order", expect=3).err
    assert "--name or --uri" in shop("assets", "details", expect=2).err


def test_an_asset_is_materialised_and_its_consumer_says_what_it_waits_for(shop) -> None:
    (run,) = shop("assets", "materialize", "--name", "orders", "-o", "json").json()
    assert (run["dag_id"], run["run_type"], run["state"]) == ("shop", "asset_materialization", "queued")
    assert shop("assets", "events", "-o", "json").json() == []
    assert "report: waiting for (orders and paid) or urgent" in shop("assets", "state", "report").out
    assert shop("assets", "state", "report", "-o", "json").json()["is_partitioned"] is False

"""DAGs that meet in an asset: one makes it, one waits for it."""

from __future__ import annotations

from tradewind import DAG, Asset, task

STOCK = Asset("stock", uri="s3://shop/stock.parquet", group="warehouse")

with DAG("count_stock", schedule=None, is_paused_upon_creation=False) as count_stock:

    @task(outlets=[STOCK])
    def count() -> None:
        print("counting")

    count()

with DAG("reorder", schedule=[STOCK], is_paused_upon_creation=False) as reorder:

    @task
    def order() -> None:
        print("ordering")

    order()

"""DAGs that the pages are looked at with: one that works, with all shapes of tasks, one that fails, one with a form."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from tradewind import DAG, Param, TaskGroup, task

with DAG(
    "shop",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    tags=["sales", "daily"],
    description="From orders to a report.",
    default_args={"owner": "ada"},
    is_paused_upon_creation=False,
) as shop:

    @task
    def orders() -> list[int]:
        print("reading the orders")
        return [3, 5, 8]

    @task
    def price(order: int) -> int:
        print(f"pricing order {order}")
        return order * 10

    with TaskGroup("checks"):

        @task
        def enough(prices: list[int]) -> bool:
            return len(list(prices)) == 3

        @task(trigger_rule="all_done")
        def tidy() -> None:
            time.sleep(0.05)

        @task
        def report(prices: list[int]) -> dict[str, int]:
            return {"orders": len(list(prices)), "sum": sum(prices)}

        prices = price.expand(order=orders())
        [enough(prices), report(prices)] >> tidy()

with DAG("broken", schedule=None, tags=["sales"], is_paused_upon_creation=False) as broken:

    @task
    def load() -> None:
        print("connecting to the warehouse")
        raise ValueError("column 'price' is missing in orders.csv")

    @task
    def after() -> None:
        print("never")

    load() >> after()

with DAG("flaky", schedule=None, is_paused_upon_creation=False) as flaky:

    @task(retries=2, retry_delay=timedelta(milliseconds=200))
    def third_time(ti: Any = None) -> int:
        if ti.try_number < 3:
            raise RuntimeError(f"attempt {ti.try_number} did not work")
        return ti.try_number

    third_time()

with DAG(
    "greeting",
    schedule=None,
    is_paused_upon_creation=False,
    params={
        "name": Param("Ada", type="string", minLength=2, description="Whom to greet."),
        "times": Param(1, type="integer", minimum=1, maximum=5),
        "language": Param("en", enum=["en", "de", "fr"]),
        "loud": Param(default=False, type="boolean"),
    },
) as greeting:

    @task
    def greet(params: Any = None) -> str:
        return f"{params['language']}: {params['name']}" * params["times"]

    greet()

with DAG("slow", schedule=None, is_paused_upon_creation=False) as slow:

    @task
    def count() -> int:
        for number in range(6000):  # until somebody stops it
            print(f"line {number}")
            time.sleep(0.05)
        return 6000

    count()

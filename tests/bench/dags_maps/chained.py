"""A map over many items with a second map chained behind it, and a task that adds up what came out."""

from __future__ import annotations

import datetime
import os

from tradewind import DAG, task

ITEMS = int(os.environ.get("BENCH_ITEMS", "100000"))

with DAG(
    "chained_maps",
    schedule=None,
    start_date=datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
    is_paused_upon_creation=False,
    max_active_tasks=64,
    default_args={"isolation": "reuse"},
):

    @task
    def items():
        return list(range(ITEMS))

    @task
    def double(x):
        return x * 2

    @task
    def add_one(y):
        return y + 1

    @task
    def total(values):
        return sum(values)

    total(add_one.expand(y=double.expand(x=items())))

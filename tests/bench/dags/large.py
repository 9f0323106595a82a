"""DAGs of a size that shows how costs grow: 5,000 tasks in layers, and a map over 100,000 items."""

from __future__ import annotations

import datetime

from tradewind import DAG, task

SETTINGS = {
    "schedule": None,
    "start_date": datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
    "is_paused_upon_creation": False,
    "max_active_tasks": 64,
    "default_args": {"isolation": "reuse"},
}
LAYERS, WIDTH = 50, 100

with DAG("layers5000", **SETTINGS):
    before: list = []
    for layer in range(LAYERS):
        current = []
        for place in range(WIDTH):

            @task(task_id=f"l{layer:02d}_{place:02d}")
            def cell():
                pass

            done = cell()
            for upstream in (before[place - 1], before[place]) if before else ():
                upstream >> done
            current.append(done)
        before = current

with DAG("mapped100000", **SETTINGS):

    @task
    def items():
        return list(range(100_000))

    @task
    def item(x):
        pass

    item.expand(x=items())

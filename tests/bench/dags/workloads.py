"""The workloads of the benchmarks, once for each isolation: a chain, a fan, a map, one task, and two short chains."""

from __future__ import annotations

import datetime

from tradewind import DAG, task

START = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def fib(n: int) -> int:
    """A little work."""
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def define(isolation: str) -> None:
    """The five DAGs of one isolation."""
    settings = {
        "schedule": None,
        "start_date": START,
        "catchup": False,
        "is_paused_upon_creation": False,
        "default_args": {"isolation": isolation},
        "max_active_tasks": 64,
        "max_active_runs": 64,
    }
    with DAG(f"chain40_{isolation}", **settings):
        previous = None
        for i in range(40):

            @task(task_id=f"t{i:02d}")
            def step() -> int:
                return fib(10)

            current = step()
            if previous is not None:
                previous >> current
            previous = current

    with DAG(f"fan100_{isolation}", **settings):

        @task
        def head() -> None:
            pass

        @task
        def tail() -> None:
            pass

        first, last = head(), tail()
        for i in range(100):

            @task(task_id=f"leaf{i:03d}")
            def leaf() -> None:
                pass

            first >> leaf() >> last

    with DAG(f"mapped1000_{isolation}", **settings):

        @task
        def noop(x: int) -> None:
            pass

        noop.expand(x=list(range(1000)))

    with DAG(f"one_{isolation}", **settings):

        @task
        def only() -> None:
            pass

        only()

    with DAG(f"tput10_{isolation}", **settings):
        for c in range(2):
            previous = None
            for i in range(5):

                @task(task_id=f"c{c}_{i}")
                def link() -> None:
                    pass

                current = link()
                if previous is not None:
                    previous >> current
                previous = current


for name in ("fork", "reuse", "spawn"):
    define(name)

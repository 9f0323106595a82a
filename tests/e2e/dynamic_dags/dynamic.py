"""Chained maps, maps in mapped groups, and loops; some wait for a file, so that a test can hold them."""

from __future__ import annotations

import time
from pathlib import Path

from tradewind import dag, task, task_group


def wait_for(file: str) -> None:
    """Until the file is there."""
    end = time.monotonic() + 60
    while not Path(file).exists():
        if time.monotonic() > end:
            raise TimeoutError(file)
        time.sleep(0.02)


@task
def every(xs):
    return list(xs)


@dag(schedule=None)
def flowing():
    """The last item of the first map waits for what the second map makes of the first."""

    @task
    def items():
        return [0, 1, 2, 3]

    @task
    def double(x, **context):
        if x == 3:
            wait_for(context["params"]["folder"] + "/first-is-through")
        return x * 2

    @task
    def through(y, **context):
        if y == 0:
            Path(context["params"]["folder"], "first-is-through").touch()
        return y + 1

    every(through.expand(y=double.expand(x=items())))


@dag(schedule=None)
def nested():
    """Words, their letters, and what is made of each."""

    @task
    def names():
        return ["a", "bb", "ccc"]

    @task
    def letters(name):
        return list(name)

    @task(map_index_template="{{ task.op_kwargs['c'] }}!")
    def upper(c, **context):
        if context["params"].get("hold") and c == "c":
            wait_for(context["params"]["hold"])
        return c.upper()

    @task
    def join(cs):
        return "".join(cs)

    @task_group
    def word(name):
        @task
        def mark(c, name):
            return f"{name}:{c}"

        found = letters(name)

        @task_group
        def letter(c):
            return mark(c, name)

        @task.loop(max_iterations=4, until=lambda text: len(text) > 3)
        def pad(text, iteration):
            return f"{text}{iteration}"

        join.override(task_id="marks")(letter.expand(c=found))
        return pad(join(upper.expand(c=found)))

    every(word.expand(name=names()))


@dag(schedule=None)
def looping():
    """Halves a number until it is small."""

    @task
    def start():
        return 100.0

    @task.loop(max_iterations=50, until=lambda x: x < 10)
    def halve(x):
        return x / 2

    every.override(task_id="all_of_them")(halve(start()).all)


flowing()
nested()
looping()

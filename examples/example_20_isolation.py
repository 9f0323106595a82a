"""Isolation: how far apart tasks run. `fork` gives each attempt a process of its own in milliseconds, `spawn` a fresh interpreter,
`reuse` runs many small tasks one after another in the same process.

It is an argument of every operator, and so a key of `default_args`.
"""

import os

from tradewind import dag, task


@task(isolation="fork")
def forked() -> bool:
    """The default: nothing that it does to its process is seen by others."""
    return os.getpid() > 0


@task(isolation="spawn")
def spawned() -> bool:
    """For libraries that do not survive a fork."""
    return os.getpid() > 0


@task
def small(number: int) -> int:
    """One of many: by `default_args` these share processes."""
    return number * number


@dag(schedule=None, tags=["example"], default_args={"isolation": "reuse"})
def isolation():
    """Three policies in one DAG."""
    [forked(), spawned()] >> small.expand(number=[1, 2, 3])


isolation()

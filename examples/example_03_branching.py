"""Branches: a task picks what comes next by its id, what was not picked is skipped, and the paths meet again."""

from tradewind import Label, dag, task


@task
def measure() -> int:
    """How many rows came in."""
    return 1200


@task.branch
def choose(rows: int) -> str:
    """The id of the task to go on with."""
    return "in_full" if rows < 10_000 else "a_sample"


@task
def in_full() -> str:
    """Small enough to take all."""
    return "full"


@task
def a_sample() -> str:
    """Too large: take some."""
    return "sample"


@task(trigger_rule="none_failed_min_one_success")
def publish(full: str | None, sample: str | None) -> str:
    """Runs after whichever path was taken; the other one has no result."""
    return f"published the {full or sample}"


@dag(schedule=None, tags=["example"])
def branching():
    """measure -> choose -> (in_full | a_sample) -> publish."""
    choice = choose(measure())
    full, sample = in_full(), a_sample()
    choice >> Label("few rows") >> full
    choice >> Label("many rows") >> sample
    publish(full, sample)


branching()

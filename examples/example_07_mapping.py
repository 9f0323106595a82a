"""Mapping: as many instances of a task as there are items, known only when the run gets there.

`expand` multiplies what it is given, `expand_kwargs` takes one set of arguments for each instance, `partial` holds what is the
same for all. A task after a mapped one gets all results in order.
"""

from tradewind import dag, task


@task
def list_files() -> list[str]:
    """Known only at run time."""
    return ["a.csv", "b.csv", "c.csv"]


@task(map_index_template="{{ path }}")
def count(path: str, factor: int) -> int:
    """One instance a file."""
    from tradewind import get_current_context

    get_current_context()["path"] = path
    return len(path) * factor


@task
def total(counts: list[int]) -> int:
    """All results, in the order of the files."""
    return sum(counts)


@task
def power(base: int, exponent: int) -> int:
    """Of one pair."""
    return base**exponent


@task
def label(value: int) -> str:
    """Of one number."""
    return f"<{value}>"


@dag(schedule=None, tags=["example"])
def mapping():
    """By a list, by pairs, by every combination, by the results of another mapped task, and through a function."""
    counts = count.partial(factor=2).expand(path=list_files())
    total(counts)
    power.override(task_id="pairs").expand_kwargs([{"base": 2, "exponent": 3}, {"base": 3, "exponent": 2}])
    power.override(task_id="combinations").expand(base=[1, 2], exponent=[1, 2, 3])
    label.expand(value=counts.map(lambda value: value + 1))


mapping()

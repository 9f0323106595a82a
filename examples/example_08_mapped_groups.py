"""Mapped groups: a chain of tasks for each item; inside, each task sees the result of its own item."""

from tradewind import dag, task, task_group


@task
def regions() -> list[str]:
    """For which there is work."""
    return ["north", "south"]


@task
def read(region: str) -> int:
    """Of one region."""
    return len(region)


@task
def forecast(rows: int) -> int:
    """Gets the rows of its own region."""
    return rows * 10


@task
def merge(forecasts: list[int]) -> int:
    """Of all regions."""
    return sum(forecasts)


@task_group
def one_region(region: str) -> int:
    """read, then forecast."""
    return forecast(read(region))


@dag(schedule=None, tags=["example"])
def mapped_groups():
    """As many groups as regions, then one task."""
    merge(one_region.expand(region=regions()))


mapped_groups()

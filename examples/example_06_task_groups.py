"""Task groups: tasks that belong together, folded in the graph; ids get the group's name in front, groups may nest."""

from tradewind import TaskGroup, dag, task, task_group


@task
def fetch(source: str) -> dict[str, int]:
    """Rows of one source."""
    return {"rows": len(source)}


@task
def clean(table: dict[str, int]) -> int:
    """What is left of them."""
    return table["rows"] - 1


@task
def add(left: int, right: int) -> int:
    """Both together."""
    return left + right


@task_group
def load(source: str) -> int:
    """A group as a function: used several times, with a result."""
    return clean(fetch(source))


@dag(schedule=None, tags=["example"])
def task_groups():
    """Two groups from a function, and one written as a block."""
    customers = load.override(group_id="customers")("customers")
    orders = load.override(group_id="orders")("orders")
    with TaskGroup("report", tooltip="What is shown"), TaskGroup("numbers"):
        add(customers, orders)


task_groups()

"""The smallest useful DAG: three functions, each handing its result to the next.

Calling a task inside the DAG does not run it: it says that one follows from the other.

    tradewind run example_01_first_dag.py
"""

from tradewind import dag, task


@task
def extract() -> list[float]:
    """Where the numbers come from; in real life a file or a database."""
    return [301.27, 433.21, 502.22]


@task
def total(values: list[float]) -> float:
    """What is made of them."""
    return round(sum(values), 2)


@task
def report(value: float) -> str:
    """What is told to the world."""
    return f"The orders add up to {value}"


@dag(schedule=None, tags=["example"])
def first_dag():
    """extract, then total, then report."""
    report(total(extract()))


first_dag()

"""Results: a DAG returns a value, and can be called like a function: by REST, on the command line, from another DAG.

`tradewind dags trigger results --conf '{"n": 20}' --wait` prints it; `call_dag("results", {"n": 20})` gives it to a task.
"""

from tradewind import Param, dag, task


@task
def double(params=None) -> int:
    """Of the number that the run was asked with."""
    return params["n"] * 2


@task
def add_one(number: int) -> int:
    """A second step."""
    return number + 1


@dag(schedule=None, params={"n": Param(20, type="integer")}, tags=["example"])
def results():
    """What the function returns is the result of the run."""
    return add_one(double())


results()

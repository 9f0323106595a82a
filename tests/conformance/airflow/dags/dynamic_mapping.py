"""Dynamic mapping: expand over a list and an output, partial, expand_kwargs, zip, map with skips, mapped groups, reduce."""

from datetime import datetime

from airflow.exceptions import AirflowSkipException
from airflow.sdk import dag, task, task_group
from airflow.providers.standard.operators.bash import BashOperator


@dag(schedule=None, start_date=datetime(2024, 1, 1), catchup=False)
def dynamic_mapping():
    @task
    def files():
        return ["a.csv", "b.csv", "c.txt"]

    @task
    def count(name: str, factor: int):
        return len(name) * factor

    @task
    def total(values):
        return sum(values)

    def only_csv(name):
        if not name.endswith(".csv"):
            raise AirflowSkipException(f"{name} is no CSV")
        return name

    names = files()
    counts = count.partial(factor=2).expand(name=names.map(only_csv))
    total.override(task_id="total", trigger_rule="all_done")(counts)

    BashOperator.partial(task_id="echo").expand_kwargs(
        [{"bash_command": "echo one"}, {"bash_command": "echo $X", "env": {"X": "two"}}]
    )

    @task(map_index_template="{{ task.op_kwargs['pair'][0] }}")
    def join(pair):
        return "-".join(map(str, pair))

    @task
    def numbers():
        return [1, 2]

    join.expand(pair=names.zip(numbers(), fillvalue=0))

    @task_group
    def region(name):
        @task
        def load(where):
            return f"loaded {where}"

        @task
        def check(what):
            return what.upper()

        return check(load(name))

    @task
    def report(lines):
        return list(lines)

    report(region.expand(name=["north", "south"]))


dynamic_mapping()

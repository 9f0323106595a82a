from __future__ import annotations
from datetime import datetime
from airflow.sdk import dag, task, task_group, Param, Variable, Connection, get_current_context, chain, Label
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
@dag(start_date=datetime(2024, 1, 1), schedule=None, params={"n": Param(3, type="integer", minimum=1)}, max_active_tasks=4)
def mapping():
    @task
    def numbers(params=None): return list(range(params["n"]))
    @task(max_active_tis_per_dag=2)
    def add(x: int, y: int): return x + y
    @task
    def total(values): return sum(values)
    @task_group
    def proc(i):
        @task
        def dbl(i): return i * 2
        return dbl(i)
    n = numbers()
    s = add.partial(y=10).expand(x=n)
    t = total(s)
    g = proc.expand(i=n)
    total.override(task_id="total2")(g)
    BashOperator.partial(task_id="echo", map_index_template="{{ task.bash_command }}").expand(bash_command=["echo a", "echo b"])
    add.expand_kwargs([{"x": 1, "y": 2}, {"x": 3, "y": 4}])
    @task
    def combine(pair): return "-".join(map(str, pair))
    combine.expand(pair=n.zip(n.map(lambda v: v * v)))
    t >> EmptyOperator(task_id="end")
mapping()

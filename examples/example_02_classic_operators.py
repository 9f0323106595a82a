"""Operators as objects, ordered by `>>`: the style of DAGs that were written before `@task`."""

from datetime import datetime

from tradewind import DAG, chain, cross_downstream
from tradewind.providers.standard.operators.bash import BashOperator
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.python import PythonOperator


def greet(name, ti):
    """A plain function; it asks for `ti` by name and gets the running task instance."""
    ti.xcom_push("greeted", name)
    return f"Hello {name}"


with DAG("classic_operators", start_date=datetime(2026, 1, 1), schedule=None, tags=["example"]):
    start = EmptyOperator(task_id="start")
    hello = PythonOperator(
        task_id="hello", python_callable=greet, op_kwargs={"name": "{{ params.get('name', 'Ada') }}"}
    )
    shout = BashOperator(task_id="shout", bash_command="echo \"{{ ti.xcom_pull('hello') | upper }}\"")
    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    first, second = EmptyOperator(task_id="first"), EmptyOperator(task_id="second")

    start >> hello >> shout
    chain(shout, [left, right])
    cross_downstream([left, right], [first, second])

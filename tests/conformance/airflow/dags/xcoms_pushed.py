"""XComs: push and pull by key, several tasks at once, defaults, from templates, from Bash, return values left out."""

from datetime import datetime

from airflow import DAG
from airflow.models.xcom_arg import XComArg
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator


def push(**context):
    context["ti"].xcom_push(key="rows", value=[1, 2, 3])
    context["task_instance"].xcom_push(key="meta", value={"source": "api", "at": context["logical_date"].isoformat()})


def push_by_returning(ti):
    return {"a": 1, "b": [True, None, 2.5]}


def pull(ti, **_):
    rows = ti.xcom_pull(key="rows", task_ids="push")
    both = ti.xcom_pull(task_ids=["push_by_returning", "echo"])
    missing = ti.xcom_pull(key="nothing", task_ids="push", default="none")
    return {"sum": sum(rows), "both": list(both), "missing": missing}


with DAG("xcoms_pushed", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    first = PythonOperator(task_id="push", python_callable=push)
    second = PythonOperator(task_id="push_by_returning", python_callable=push_by_returning)
    echo = BashOperator(task_id="echo", bash_command="echo first; echo last")
    quiet = BashOperator(task_id="quiet", bash_command="echo not kept", do_xcom_push=False)
    pulled = PythonOperator(task_id="pull", python_callable=pull)
    templated = BashOperator(
        task_id="templated",
        bash_command="echo \"{{ ti.xcom_pull(task_ids='push', key='meta')['source'] }} $N\"",
        env={"N": "{{ ti.xcom_pull('pull')['sum'] }}"},
    )
    by_output = PythonOperator(task_id="by_output", python_callable=lambda value: value["sum"] * 2, op_args=[pulled.output])
    by_arg = PythonOperator(task_id="by_arg", python_callable=lambda v: v, op_kwargs={"v": XComArg(first, key="rows")})
    [first, second, echo, quiet] >> pulled >> templated

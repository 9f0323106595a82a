"""Classic operators with Jinja: Bash, Python, templated arguments, a template file, `>>` chains."""

import os
from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator

HERE = os.path.dirname(os.path.abspath(__file__))


def summarize(day, prefix, **context):
    ti = context["ti"]
    line = ti.xcom_pull(task_ids="make_line")
    print(f"run {context['run_id']} for {context['ds']}")
    return f"{prefix}:{day}:{line}:{context['task'].task_id}:{context['dag'].dag_id}"


dag = DAG(
    "classic_jinja",
    default_args={"owner": "airflow", "start_date": datetime(2023, 5, 1)},
    schedule="@daily",
    catchup=False,
    template_searchpath=[os.path.join(HERE, "include")],
)

make_line = BashOperator(
    task_id="make_line",
    bash_command="echo '{{ params.word }} {{ ds_nodash }} {{ macros.ds_add(ds, 7) }}'",
    params={"word": "week"},
    dag=dag,
)

from_file = BashOperator(task_id="from_file", bash_command="report.sh", env={"NAME": "report"}, append_env=True, dag=dag)

summary = PythonOperator(
    task_id="summary",
    python_callable=summarize,
    op_kwargs={"day": "{{ ds }}", "prefix": "{{ dag.dag_id | upper }}"},
    dag=dag,
)

make_line >> from_file >> summary

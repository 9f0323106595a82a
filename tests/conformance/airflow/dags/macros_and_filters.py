"""user_defined_macros, user_defined_filters, macros.*, templates_dict, nested fields, jinja options, literals."""

import json
from datetime import datetime, timedelta

from airflow import DAG
from airflow.decorators import task
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.sdk import literal


def quarter(date):
    return f"{date.year}Q{(date.month - 1) // 3 + 1}"


class Query:
    template_fields = ("sql",)

    def __init__(self, sql):
        self.sql = sql


def render(templates_dict, query, **_):
    return [templates_dict["when"], query.sql]


with DAG(
    "macros_and_filters",
    start_date=datetime(2024, 1, 1),
    schedule=None,
    user_defined_macros={"company": "ACME", "quarter": quarter, "add": lambda a, b: a + b},
    user_defined_filters={"shout": lambda text: text.upper() + "!"},
    jinja_environment_kwargs={"keep_trailing_newline": True},
) as dag:
    BashOperator(task_id="macro", bash_command="echo '{{ company }} {{ quarter(logical_date) }} {{ add(1, 2) }} {{ \"ok\" | shout }}'")
    BashOperator(
        task_id="dates",
        bash_command=(
            "echo {{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%Y') }} "
            "{{ (logical_date + macros.timedelta(days=1)) | ds }} {{ logical_date | ts_nodash }} "
            "{{ macros.datetime(2026, 1, 5).strftime('%j') }} {{ logical_date.add(months=1).format('YYYY-MM') }}"
        ),
    )
    PythonOperator(
        task_id="nested",
        python_callable=render,
        templates_dict={"when": "{{ ts }}"},
        op_kwargs={"query": Query("select '{{ ds }}'")},
    )
    BashOperator(task_id="as_is", bash_command=literal("echo '{{ not a template }}'"))

    @task
    def about(ts=None, prev_data_interval_end_success=None, task_instance_key_str=None, var=None, test_mode=None):
        later = datetime.fromisoformat(ts) + timedelta(days=1)
        return json.dumps([later.day, prev_data_interval_end_success, task_instance_key_str, var["value"].get("no_such", "?")])

    about()

"""Task groups inside groups, dependencies between groups, default_args of groups, trigger rules after failures."""

from datetime import datetime

from airflow.exceptions import AirflowFailException
from airflow.models import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.dummy import DummyOperator
from airflow.operators.python import PythonOperator
from airflow.utils.task_group import TaskGroup


def fails():
    raise AirflowFailException("on purpose")


with DAG(dag_id="groups_and_states", start_date=datetime(2024, 1, 1), schedule="@weekly", catchup=False) as dag:
    begin = DummyOperator(task_id="begin")
    with TaskGroup("extract", tooltip="all sources", default_args={"retries": 1, "retry_delay": 0.1}) as extract:
        with TaskGroup("databases") as databases:
            [DummyOperator(task_id=f"table_{n}") for n in range(2)]
        api = BashOperator(task_id="api", bash_command="exit 0")
        databases >> api
    with TaskGroup(group_id="checks", prefix_group_id=False) as checks:
        bad = PythonOperator(task_id="bad", python_callable=fails)
        good = DummyOperator(task_id="good")
    begin >> extract >> checks

    one_failed = DummyOperator(task_id="one_failed", trigger_rule="one_failed")
    all_done = DummyOperator(task_id="all_done", trigger_rule="all_done")
    none_failed = DummyOperator(task_id="none_failed", trigger_rule="none_failed")
    one_success = DummyOperator(task_id="one_success", trigger_rule="one_success")
    checks >> [one_failed, all_done, none_failed, one_success]
    skipped = BashOperator(task_id="skipped", bash_command="exit 99")
    skipped >> DummyOperator(task_id="none_skipped", trigger_rule="none_skipped")
    skipped >> DummyOperator(task_id="all_skipped", trigger_rule="all_skipped")

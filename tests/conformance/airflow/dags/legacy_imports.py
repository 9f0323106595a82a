"""A DAG file of Airflow 2 (and older): import paths that have moved since, days_ago, provide-by-kwargs, chain."""

from airflow import DAG
from airflow.exceptions import AirflowException
from airflow.hooks.base_hook import BaseHook
from airflow.models import BaseOperator, Variable
from airflow.models.baseoperator import chain, cross_downstream
from airflow.models.param import Param
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.python_operator import BranchPythonOperator, PythonOperator
from airflow.utils import timezone
from airflow.utils.dates import days_ago
from airflow.utils.decorators import apply_defaults
from airflow.utils.helpers import chunks
from airflow.utils.state import DagRunState, State, TaskInstanceState
from airflow.utils.weekday import WeekDay


class HelloOperator(BaseOperator):
    template_fields = ["name"]
    ui_color = "#abcdef"

    @apply_defaults
    def __init__(self, name: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def execute(self, context):
        if not self.name:
            raise AirflowException("no name")
        return f"Hello {self.name}"


class EnvHook(BaseHook):
    def get_conn(self):
        return self.get_connection("nowhere")


def setting(**kwargs):
    greeting = Variable.get("greeting_that_is_not_there", default_var="hi")
    return [greeting, kwargs["params"]["limit"], kwargs["ds"], str(State.SUCCESS), str(TaskInstanceState.FAILED)]


with DAG(
    dag_id="legacy_imports",
    default_args={"owner": "airflow", "start_date": days_ago(2000)},
    schedule="@once",
    catchup=False,
    params={"limit": Param(5, type="integer")},
) as dag:
    hello = HelloOperator(task_id="hello", name="{{ ds }}")
    settings = PythonOperator(task_id="settings", python_callable=setting)
    pick = BranchPythonOperator(task_id="pick", python_callable=lambda: "yes")
    yes, no = DummyOperator(task_id="yes"), DummyOperator(task_id="no")
    last = BashOperator(task_id="last", bash_command="echo {{ ti.xcom_pull(task_ids='hello') }}", trigger_rule="all_done")
    chain(hello, settings, pick, [yes, no])
    cross_downstream([yes, no], [last])

assert timezone.utcnow().tzinfo is not None
assert [list(piece) for piece in chunks([1, 2, 3], 2)] == [[1, 2], [3]]
assert WeekDay.MONDAY == 1
assert DagRunState.RUNNING == "running"

"""Branches by Python and by the day, short circuit, and a join that runs after whichever branch ran."""

import pendulum

from airflow.models.dag import DAG
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, ShortCircuitOperator
from airflow.providers.standard.operators.weekday import BranchDayOfWeekOperator
from airflow.utils.edgemodifier import Label
from airflow.utils.trigger_rule import TriggerRule


def choose(**kwargs):
    return ["small", "medium"] if kwargs["logical_date"].month == 1 else "large"


with DAG("branching_join", start_date=pendulum.datetime(2024, 1, 1, tz="UTC"), schedule=None, tags=["branch"]) as dag:
    start = EmptyOperator(task_id="start")
    pick = BranchPythonOperator(task_id="pick", python_callable=choose)
    sizes = [EmptyOperator(task_id=size) for size in ("small", "medium", "large")]
    join = EmptyOperator(task_id="join", trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)

    start >> pick
    pick >> Label("by month") >> sizes
    sizes >> join

    day = BranchDayOfWeekOperator(
        task_id="day",
        follow_task_ids_if_true="monday_work",
        follow_task_ids_if_false="other_work",
        week_day="Monday",
        use_task_logical_date=True,
    )
    start >> day >> [EmptyOperator(task_id="monday_work"), EmptyOperator(task_id="other_work")]

    gate = ShortCircuitOperator(task_id="gate", python_callable=lambda: False)
    join >> gate >> EmptyOperator(task_id="never") >> EmptyOperator(task_id="never_either")

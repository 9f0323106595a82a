import random
import pendulum
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.utils.edgemodifier import Label
from airflow.utils.task_group import TaskGroup

with DAG(dag_id="branch", start_date=pendulum.datetime(2021, 1, 1, tz="UTC"), catchup=False, schedule="@daily") as dag:
    run_this_first = EmptyOperator(task_id="run_this_first")
    options = ["branch_a", "branch_b"]
    branching = BranchPythonOperator(task_id="branching", python_callable=lambda: "group_x.branch_a")
    run_this_first >> branching
    join = EmptyOperator(task_id="join", trigger_rule="none_failed_min_one_success")
    with TaskGroup("group_x", tooltip="Tasks for x") as gx:
        for option in options:
            t = EmptyOperator(task_id=option)
            branching >> Label(option) >> t
    gx >> join
    cond_false = ShortCircuitOperator(task_id="condition_is_False", python_callable=lambda: False)
    ds_false = [EmptyOperator(task_id="false_" + str(i)) for i in [1, 2]]
    from airflow.models.baseoperator import chain, cross_downstream
    chain(join, cond_false, *ds_false)

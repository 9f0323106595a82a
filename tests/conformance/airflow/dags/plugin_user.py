"""Uses what plugins bring: macros, a module of the plugins folder, a timetable, a priority strategy by class."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from house_tools import EveryFullMoon, Patient, house_name

with DAG("plugin_user", start_date=datetime(2024, 1, 1), schedule=EveryFullMoon(), catchup=False) as dag:
    twice = BashOperator(task_id="twice", bash_command="echo {{ macros.house.twice(21) }}", weight_rule=Patient())
    name = PythonOperator(task_id="name", python_callable=house_name)
    twice >> name

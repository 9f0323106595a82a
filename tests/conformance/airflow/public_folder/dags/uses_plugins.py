from datetime import datetime
from airflow import DAG
from airflow.decorators import task
from my_plugin import AfterWorkday, CountSensor, MyHook
from operators.my_operators import HelloOperator
with DAG("plugins", start_date=datetime(2024, 1, 1), schedule=AfterWorkday(), catchup=False) as dag:
    hello = HelloOperator(task_id="hello", name="{{ macros.my_plugin.shout('bob') }}")
    @task
    def conn(task=None):
        return [MyHook("svc").get_conn(), task.owner]
    hello >> CountSensor(task_id="count", poke_interval=1, timeout=5, mode="reschedule") >> conn()

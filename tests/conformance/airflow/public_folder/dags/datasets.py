from datetime import datetime
from airflow.datasets import Dataset
from airflow.decorators import dag, task
from airflow.operators.bash import BashOperator
d1 = Dataset("s3://bucket/file.csv", extra={"team": "x"})
d2 = Dataset("file:///data/out.txt")
@dag(schedule=None, start_date=datetime(2024, 1, 1), catchup=False)
def producer():
    @task(outlets=[d1])
    def make(*, outlet_events=None):
        outlet_events[d1].extra = {"rows": 3}
        return 1
    BashOperator(task_id="b", bash_command="true", outlets=[d2])
    make()
@dag(schedule=[d1, d2], start_date=datetime(2024, 1, 1), catchup=False)
def consumer():
    @task
    def use(triggering_asset_events=None): return len(triggering_asset_events or {})
    use()
@dag(schedule=(d1 | d2), start_date=datetime(2024, 1, 1), catchup=False)
def either():
    @task(inlets=[d1])
    def use(inlet_events=None): return "ok"
    use()
producer(); consumer(); either()

import json
from datetime import datetime
from airflow.decorators import dag, task, task_group

@dag(dag_id="taskflow_etl", schedule=None, start_date=datetime(2021, 1, 1), catchup=False, tags=["example"], default_args={"retries": 0})
def tutorial_taskflow_api_etl():
    @task()
    def extract():
        return json.loads('{"1001": 301.27, "1002": 433.21, "1003": 502.22}')
    @task(multiple_outputs=True)
    def transform(order_data_dict: dict):
        return {"total_order_value": sum(order_data_dict.values())}
    @task()
    def load(total_order_value: float):
        print(f"Total order value is: {total_order_value:.2f}")
        return round(total_order_value, 2)
    @task_group
    def tg(x):
        @task
        def inner(y): return y + 1
        return inner(x)
    order_data = extract()
    order_summary = transform(order_data)
    v = load(order_summary["total_order_value"])
    tg(v)
    @task.bash
    def shout() -> str:
        return "echo HELLO"
    @task.branch(task_id="choose")
    def choose(s):
        return "yes"
    @task
    def yes(): ...
    @task
    def no(): ...
    choose(shout()) >> [yes(), no()]
tutorial_etl_dag = tutorial_taskflow_api_etl()

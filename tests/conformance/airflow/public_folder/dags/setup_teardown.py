import pendulum
from airflow.sdk import DAG, task, setup, teardown
with DAG("setup_teardown", schedule=None, start_date=pendulum.datetime(2024,1,1)) as dag:
    @setup
    def create(): return "cluster"
    @task
    def work(c): return c + "!"
    @teardown(on_failure_fail_dagrun=False)
    def delete(c): raise ValueError("x")
    c = create()
    with delete(c):
        work(c)

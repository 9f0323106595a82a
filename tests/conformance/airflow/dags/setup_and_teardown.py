"""Setup and teardown: a cluster that is always taken down, by decorators, by as_teardown, by a context manager."""

from datetime import datetime

from airflow.sdk import DAG, setup, task, task_group, teardown
from airflow.providers.standard.operators.bash import BashOperator

with DAG("setup_and_teardown", start_date=datetime(2024, 1, 1), schedule=None, catchup=False) as dag:

    @setup
    def start_cluster():
        return "cluster-7"

    @teardown
    def stop_cluster(name):
        return f"{name} stopped"

    @task
    def query(name):
        raise RuntimeError(f"{name} is out of memory")

    @task
    def after():
        return "never"

    name = start_cluster()
    work = query(name)
    name >> work >> after()
    work >> stop_cluster(name)

    create = BashOperator(task_id="create_table", bash_command="echo created").as_setup()
    drop = BashOperator(task_id="drop_table", bash_command="echo dropped")
    fill = BashOperator(task_id="fill_table", bash_command="echo filled")
    create >> fill >> drop.as_teardown(setups=create)

    @task_group
    def with_scratch():
        @setup
        def make_scratch():
            return "scratch"

        @teardown
        def remove_scratch():
            return "gone"

        @task
        def use_scratch():
            return "used"

        with make_scratch() >> remove_scratch():
            use_scratch()

    with_scratch()

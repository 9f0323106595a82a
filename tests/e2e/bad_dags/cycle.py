"""Two tasks that wait for each other."""

from tradewind import DAG, task

with DAG("cycle"):

    @task
    def a():
        pass

    @task
    def b():
        pass

    x, y = a(), b()
    x >> y >> x

import sys
from datetime import datetime
from airflow.decorators import dag, task
@dag(start_date=datetime(2024,1,1), schedule=None)
def virtual():
    @task.external_python(python=sys.executable, expect_airflow=False)
    def ext(x):
        import os
        return {"x": x, "pid": os.getpid() > 0}
    @task.sensor(poke_interval=1, timeout=10, mode="poke")
    def wait():
        from airflow.sensors.base import PokeReturnValue
        return PokeReturnValue(is_done=True, xcom_value=5)
    @task.short_circuit
    def go(x): return x == 5
    @task.skip_if(lambda ctx: True)
    @task.bash
    def skipped(): return "echo no"
    @task.run_if(lambda ctx: True)
    @task
    def runs(): return "ran"
    go(wait()) >> ext(3)
    skipped(); runs()
virtual()

"""Sensors: files by poke, a function in reschedule mode, a sensor of one's own, `@task.sensor`, soft failure."""

import os
import tempfile
from datetime import datetime, timedelta

from airflow import DAG
from airflow.decorators import task
from airflow.sensors.base import BaseSensorOperator, PokeReturnValue
from airflow.sensors.filesystem import FileSensor
from airflow.sensors.python import PythonSensor

FOLDER = os.environ.get("AIRFLOW_HOME", tempfile.gettempdir())
FLAG = os.path.join(FOLDER, "public_style_sensor_flag_{{ run_id | length }}.txt")


class CounterSensor(BaseSensorOperator):
    template_fields = ("target",)

    def __init__(self, target, **kwargs):
        super().__init__(**kwargs)
        self.target = target
        self.seen = 0

    def poke(self, context):
        self.seen += 1
        self.log.info("seen %s of %s", self.seen, self.target)
        return self.seen >= int(self.target)


with DAG("sensors_wait", start_date=datetime(2024, 1, 1), schedule=timedelta(hours=4), catchup=False) as dag:

    @task
    def make_flag(path):
        with open(path, "w") as file:
            file.write("here")
        return True

    wait_file = FileSensor(task_id="wait_file", filepath=FLAG, poke_interval=0.2, timeout=20)

    @task(trigger_rule="all_done")
    def remove_flag(path):
        os.unlink(path)

    make_flag(FLAG) >> wait_file >> remove_flag(FLAG)

    PythonSensor(
        task_id="reschedule",
        python_callable=lambda ti: ti.task_id == "reschedule",
        mode="reschedule",
        poke_interval=1,
        timeout=30,
    ) >> CounterSensor(task_id="counter", target="{{ 1 + 1 }}", poke_interval=0.1, timeout=20)

    PythonSensor(
        task_id="gives_up", python_callable=lambda: False, poke_interval=0.1, timeout=0.3, soft_fail=True, mode="poke"
    )

    @task.sensor(poke_interval=0.1, timeout=10, mode="poke")
    def found() -> PokeReturnValue:
        return PokeReturnValue(is_done=True, xcom_value="what was found")

    @task
    def use(value):
        return value

    use(found())

"""Sensors: tasks that wait for something. `poke` holds its slot while it waits, `reschedule` gives it back in between."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from tradewind import DAG, PokeReturnValue, task
from tradewind.providers.standard.sensors.bash import BashSensor
from tradewind.providers.standard.sensors.date_time import DateTimeSensor
from tradewind.providers.standard.sensors.python import PythonSensor

FLAG = Path(tempfile.gettempdir()) / "tradewind-example-flag"

with DAG("sensors", start_date=datetime(2026, 1, 1), schedule=None, tags=["example"]):

    @task
    def drop_file():
        """What the sensors wait for."""
        FLAG.touch()

    @task.sensor(poke_interval=0.1, timeout=30, mode="poke")
    def file_is_there() -> PokeReturnValue:
        """A sensor may hand over what it found."""
        return PokeReturnValue(is_done=FLAG.exists(), xcom_value=FLAG.name)

    by_function = PythonSensor(task_id="by_function", python_callable=FLAG.exists, poke_interval=0.1, timeout=30)
    by_command = BashSensor(task_id="by_command", bash_command=f"test -e {FLAG}", poke_interval=0.1, timeout=30)
    by_clock = DateTimeSensor(
        task_id="by_clock",
        target_time="{{ (logical_date - macros.timedelta(minutes=1)).isoformat() }}",
        poke_interval=0.1,
    )
    never = PythonSensor(
        task_id="never", python_callable=lambda: False, poke_interval=0.05, timeout=0.2, soft_fail=True,
        doc="Gives up after its time-out, and is skipped since it is soft.",
    )  # fmt: skip

    @task(trigger_rule="none_failed", execution_timeout=timedelta(seconds=30))
    def clean_up():
        """Takes the file away again."""
        FLAG.unlink(missing_ok=True)

    drop_file() >> [file_is_there(), by_function, by_command, by_clock, never] >> clean_up()

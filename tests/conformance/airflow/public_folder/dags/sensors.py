import datetime as dt
from airflow import DAG
from airflow.sensors.filesystem import FileSensor
from airflow.sensors.python import PythonSensor
from airflow.sensors.bash import BashSensor
from airflow.sensors.time_delta import TimeDeltaSensor
from airflow.sensors.date_time import DateTimeSensor
from airflow.sensors.external_task import ExternalTaskSensor, ExternalTaskMarker
from airflow.sensors.weekday import DayOfWeekSensor
from airflow.utils.weekday import WeekDay
from airflow.operators.weekday import BranchDayOfWeekOperator
from airflow.operators.latest_only import LatestOnlyOperator
from airflow.operators.datetime import BranchDateTimeOperator
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
try:
    from airflow.operators.email import EmailOperator
except ImportError as e:
    print("no email", e)
with DAG("sensors", start_date=dt.datetime(2024, 1, 1), schedule=None, catchup=False, dagrun_timeout=dt.timedelta(minutes=5), max_active_runs=1) as dag:
    a = PythonSensor(task_id="py", python_callable=lambda: True, poke_interval=1)
    b = BashSensor(task_id="bash", bash_command="exit 0")
    c = TimeDeltaSensor(task_id="delta", delta=dt.timedelta(seconds=0))
    d = DateTimeSensor(task_id="at", target_time="{{ macros.datetime(2020,1,1).isoformat() }}")
    e = FileSensor(task_id="file", filepath=__file__, fs_conn_id="fs_default")
    f = LatestOnlyOperator(task_id="latest")
    a >> b >> c >> d >> e >> f

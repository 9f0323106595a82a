import pendulum
from datetime import timedelta
from airflow.models.dag import DAG
from airflow.models.param import Param
from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable, MultipleCronTriggerTimetable
from airflow.timetables.events import EventsTimetable
from airflow.timetables.datasets import DatasetOrTimeSchedule
from airflow.datasets import Dataset
from airflow.operators.empty import EmptyOperator
from airflow.timetables.simple import NullTimetable, OnceTimetable, ContinuousTimetable
for i, tt in enumerate([CronDataIntervalTimetable("0 1 * * 3", timezone="UTC"), CronTriggerTimetable("0 1 * * 3", timezone="UTC", interval=timedelta(days=4)), EventsTimetable(event_dates=[pendulum.datetime(2024,4,5,8,27)], description="x", restrict_to_events=False), DatasetOrTimeSchedule(timetable=CronTriggerTimetable("0 1 * * 3", timezone="UTC"), datasets=(Dataset("a") & Dataset("b"))), "@continuous", "@hourly", timedelta(hours=3), MultipleCronTriggerTimetable("1 1 * * *", "2 2 * * *", timezone="UTC")]):
    with DAG(f"timetable_{i}", start_date=pendulum.datetime(2024,1,1), schedule=tt, catchup=False, max_active_runs=1) as d:
        EmptyOperator(task_id="e")

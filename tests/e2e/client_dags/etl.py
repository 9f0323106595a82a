"""What clients work with: plain, mapped and grouped tasks, a link, a question, days to fill, assets, partitions."""

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.sdk import (
    DAG,
    Asset,
    AssetAlias,
    BaseOperator,
    BaseOperatorLink,
    CronPartitionTimetable,
    Metadata,
    TaskGroup,
    task,
)
from pendulum import datetime

orders, closed = Asset("orders", "s3://shop/orders"), Asset("closed", "s3://shop/closed")
urgent = AssetAlias("urgent")


class Report(BaseOperatorLink):
    """Where the report of a run is."""

    name = "Report"

    def get_link(self, operator, *, ti_key):
        """The address."""
        return f"https://reports.example/{ti_key.run_id}"


class Publish(BaseOperator):
    """Has a link."""

    operator_extra_links = (Report(),)

    def execute(self, context):
        """Nothing to do."""
        return context["dag_run"].run_id


with DAG("etl", schedule=None, tags=["shop"], params={"n": 1}, description="Loads the shop"):

    @task
    def extract(dag_run):
        return {"rows": dag_run.conf.get("rows", 7)}

    @task
    def double(number):
        return number * 2

    with TaskGroup("checks"):
        first = task(lambda: 1, task_id="first")()
        second = task(lambda: 2, task_id="second")()

    extracted = extract()
    extracted >> [first, second] >> Publish(task_id="publish")
    extracted >> double.expand(number=[1, 2])

with DAG("people", schedule=None):
    ApprovalOperator(task_id="approve", subject="Ship it?", body="There is more to say")

with DAG("waits", schedule=None):
    DateTimeSensorAsync(task_id="wait", target_time="2100-01-01T00:00:00+00:00")

with DAG("daily", schedule="0 0 * * *", start_date=datetime(2026, 1, 1), catchup=False):
    task(lambda: "done", task_id="work")()

with DAG("parts", schedule=CronPartitionTimetable("0 0 * * *", timezone="UTC")):
    task(lambda: "done", task_id="work")()

with DAG("load", schedule=None):

    @task(outlets=[orders, urgent])
    def fetch(*, outlet_events):
        yield Metadata(orders, {"rows": 7})
        outlet_events[urgent].add(Asset("paid", "s3://shop/paid"))

    fetch()

with DAG("books", schedule=[orders, closed]):
    task(lambda: "closed", task_id="close")()

with DAG("spare", schedule=None):
    task(lambda: None, task_id="nothing")()

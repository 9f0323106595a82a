"""Data-aware scheduling with Airflow 2's names: a producer with outlets, a consumer by Dataset, one by both."""

from datetime import datetime

from airflow import DAG, Dataset
from airflow.datasets import Dataset as SameDataset
from airflow.decorators import task
from airflow.operators.bash import BashOperator

orders = Dataset("s3://warehouse/public_style/orders.parquet", extra={"team": "retail"})
customers = SameDataset("s3://warehouse/public_style/customers.parquet")

with DAG("datasets_producer", start_date=datetime(2024, 1, 1), schedule=None, tags=["dataset"]):

    @task(outlets=[orders])
    def write_orders(outlet_events=None):
        outlet_events[orders].extra = {"rows": 3}
        return 3

    write_orders() >> BashOperator(task_id="write_customers", outlets=[customers], bash_command="echo ok")

with DAG("datasets_consumer", start_date=datetime(2024, 1, 1), schedule=[orders, customers]):

    @task
    def read(triggering_asset_events=None):
        return sorted(asset.uri for asset in triggering_asset_events)

    read()

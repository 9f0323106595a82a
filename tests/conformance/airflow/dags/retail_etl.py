"""ETL by TaskFlow: three functions, a dict with several outputs, retries by default_args."""

import json
from datetime import datetime, timedelta

from airflow.decorators import dag, task

default_args = {
    "owner": "data-team",
    "depends_on_past": False,
    "email_on_failure": False,
    "retries": 2,
    "retry_delay": timedelta(seconds=1),
}


@dag(
    dag_id="retail_etl",
    default_args=default_args,
    description="Orders in, totals out",
    schedule="0 6 * * *",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    tags=["etl", "retail"],
    max_active_runs=1,
)
def retail_etl():
    @task()
    def extract() -> list[dict]:
        orders = '[{"id": 1, "amount": 30.5, "country": "DE"}, {"id": 2, "amount": 12.0, "country": "FR"}, {"id": 3, "amount": 7.5, "country": "DE"}]'
        return json.loads(orders)

    @task(multiple_outputs=True)
    def transform(orders: list[dict]) -> dict:
        by_country: dict = {}
        for order in orders:
            by_country[order["country"]] = by_country.get(order["country"], 0) + order["amount"]
        return {"total": sum(by_country.values()), "by_country": by_country}

    @task
    def load(total: float, by_country: dict):
        print(f"Total is {total:.2f}")
        return sorted(by_country)

    summary = transform(extract())
    load(summary["total"], summary["by_country"])


retail_etl()

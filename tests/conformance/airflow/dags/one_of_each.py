"""A generated DAG for each entry of a table (as public repositories do), one with globals(), custom operators, hooks."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Sequence

from airflow.configuration import conf
from airflow.models import DAG, Connection
from airflow.models.baseoperator import BaseOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.utils.log.logging_mixin import LoggingMixin

if TYPE_CHECKING:
    from airflow.utils.context import Context

log = logging.getLogger(__name__)
SOURCES = {"crm": {"table": "accounts", "rows": 3}, "erp": {"table": "orders", "rows": 5}}


class Extractor(LoggingMixin):
    def run(self, rows):
        self.log.info("extracting %s rows", rows)
        return list(range(rows))


class CopyOperator(BaseOperator):
    """Copies a table."""

    template_fields: Sequence[str] = ("table", "where")
    template_ext: Sequence[str] = (".sql",)
    ui_color = "#f0ede4"

    def __init__(self, *, table: str, where: str = "day = '{{ ds }}'", rows: int = 1, conn_id: str = "warehouse", **kwargs: Any):
        super().__init__(**kwargs)
        self.table, self.where, self.rows, self.conn_id = table, where, rows, conn_id

    def execute(self, context: Context) -> dict:
        log.info("copy %s", self.table)
        return {"sql": f"select * from {self.table} where {self.where}", "rows": len(Extractor().run(self.rows))}

    def on_kill(self) -> None:
        self.log.info("killed")


def create_dag(name: str, table: str, rows: int) -> DAG:
    with DAG(f"one_of_each_{name}", start_date=datetime(2024, 1, 1), schedule=timedelta(days=1), catchup=False) as dag:
        CopyOperator(task_id="copy", table=table, rows=rows)
    return dag


for source, options in SOURCES.items():
    globals()[f"dag_{source}"] = create_dag(source, **options)

assert conf.getint("core", "parallelism") > 0
assert conf.getboolean("core", "load_examples", fallback=False) is False
assert Connection(uri="postgres://me:secret@db:5432/main").host == "db"
assert TriggerDagRunOperator is not None

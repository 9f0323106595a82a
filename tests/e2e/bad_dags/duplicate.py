"""Two tasks of one name."""

from tradewind import DAG
from tradewind.providers.standard.operators.empty import EmptyOperator

with DAG("duplicate"):
    EmptyOperator(task_id="same")
    EmptyOperator(task_id="same")

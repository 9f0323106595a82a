"""Types that annotations name, and the identity of a task instance."""

from __future__ import annotations

from typing import NamedTuple

from airflow._forward import forward

__all__ = ["TaskInstanceKey"]


class TaskInstanceKey(NamedTuple):
    """DAG, task, run, try and map index."""

    dag_id: str
    task_id: str
    run_id: str
    try_number: int = 1
    map_index: int = -1

    @property
    def key(self) -> TaskInstanceKey:
        """Itself."""
        return self


PLACES = {
    "RuntimeTaskInstanceProtocol": "tradewind.sdk.task_instance:RuntimeTaskInstance",
    "DagRunProtocol": "tradewind.sdk.context:DagRun",
    "Operator": "tradewind.sdk.operator:BaseOperator",
    "Logger": "logging:Logger",
}

__getattr__, __dir__ = forward(__name__, "Context", places=PLACES)

"""Types that annotations name, and the identity of a task instance."""

from __future__ import annotations

from airflow._forward import forward

PLACES = {
    "TaskInstanceKey": "tradewind.sdk.task_instance:TaskInstanceKey",
    "RuntimeTaskInstanceProtocol": "tradewind.sdk.task_instance:RuntimeTaskInstance",
    "DagRunProtocol": "tradewind.sdk.context:DagRun",
    "Operator": "tradewind.sdk.operator:BaseOperator",
    "Logger": "logging:Logger",
}

__getattr__, __dir__ = forward(__name__, "Context", places=PLACES)

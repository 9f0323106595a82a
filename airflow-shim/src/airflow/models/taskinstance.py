"""Task instances as Airflow's models have them: names for annotations and `isinstance`."""

from __future__ import annotations

from typing import Any, NoReturn

from airflow._forward import forward
from airflow._refusals import Table, refuse

__all__ = ["TaskInstance", "clear_task_instances"]

INSTEAD = "the context's `ti`, its `get_ti_count` and `get_task_states`, or the REST API"


class TaskInstance(metaclass=Table):
    """A row of Airflow's database. There is none here: what running code gets is `airflow.sdk.types.RuntimeTaskInstance`,
    which is no instance of this, as in Airflow."""

    instead = INSTEAD


def clear_task_instances(*_: Any, **__: Any) -> NoReturn:
    """Clear task instances: refused.

    Raises:
        RuntimeError: always.
    """
    refuse("clear_task_instances changes the database", "the REST API or `tradewind tasks clear`")


PLACES = {
    "set_current_context": "tradewind.sdk.context:entered",
    "TaskInstanceKey": "airflow.sdk.types:TaskInstanceKey",
    "TaskInstanceState": "airflow.utils.state:TaskInstanceState",
    "State": "airflow.utils.state:State",
}

__getattr__, __dir__ = forward(__name__, "get_current_context", places=PLACES)

"""Task instances as Airflow's models have them: names for annotations and `isinstance`."""

from __future__ import annotations

from airflow._forward import forward

__all__ = ["TaskInstance"]


class TaskInstance:
    """A row of Airflow's database. There is none here: what running code gets is `airflow.sdk.types.RuntimeTaskInstance`,
    which is no instance of this, as in Airflow."""


PLACES = {"TaskInstanceKey": "airflow.sdk.types:TaskInstanceKey"}

__getattr__, __dir__ = forward(__name__, "get_current_context", places=PLACES)

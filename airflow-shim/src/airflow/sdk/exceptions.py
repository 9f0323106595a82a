"""The task SDK's exceptions: the same classes as in `airflow.exceptions`."""

from __future__ import annotations

from airflow._forward import forward
from tradewind.sdk import exceptions as ours

PLACES = {name: f"{ours.__name__}:{name}" for name in ours.__all__} | {
    "RemovedInAirflow4Warning": "airflow.exceptions:RemovedInAirflow4Warning",
    "TaskInstanceNotFound": "airflow.exceptions:TaskInstanceNotFound",
    "AirflowInternalRuntimeError": "airflow.exceptions:AirflowInternalRuntimeError",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)

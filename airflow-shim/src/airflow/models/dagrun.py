"""Runs as Airflow's models have them: a table that is not here, and how ids of runs are made."""

from __future__ import annotations

from typing import Any, NoReturn

from airflow._forward import forward
from airflow._refusals import Table, refuse
from airflow.sdk.timezone import utcnow
from airflow.utils.types import DagRunType

__all__ = ["DagRun"]

INSTEAD = "the context's `dag_run`, `ti.get_dr_count`, `ti.get_dagrun_state`, or the REST API"


class DagRun(metaclass=Table):
    """A row of Airflow's database. What running code gets is the context's `dag_run`, which is no instance of this."""

    instead = INSTEAD

    @staticmethod
    def generate_run_id(
        run_type: DagRunType | str, logical_date: Any = None, run_after: Any = None, *_: Any, **__: Any
    ) -> str:
        """An id for a run, such as ``manual__2026-01-05T00:00:00+00:00``."""
        return DagRunType(run_type).generate_run_id((logical_date or run_after or utcnow()).isoformat())

    @staticmethod
    def find(*_: Any, **__: Any) -> NoReturn:
        """Runs by their columns: refused.

        Raises:
            RuntimeError: always.
        """
        refuse("DagRun.find asks the database", INSTEAD)

    @staticmethod
    def get_log_template(*_: Any, **__: Any) -> NoReturn:
        """How Airflow names the log of a task of a run: refused. Log handlers look whether it is there.

        Raises:
            RuntimeError: always.
        """
        refuse("DagRun.get_log_template asks the database", INSTEAD)


__getattr__, __dir__ = forward(__name__, places={"DagRunType": "airflow.utils.types:DagRunType"})

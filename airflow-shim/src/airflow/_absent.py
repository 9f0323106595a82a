"""Says why a part of Airflow is not here, where somebody imports it: what serves Airflow's own server and its database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

__all__ = ["AbsentFinder"]

SERVER = "Tradewind has a server of its own, whose public API is the REST API"
DATABASE = "Tradewind has a database of its own, which tasks and DAG files have no access to"
RUNS = "start runs with TriggerDagRunOperator or the REST API"
ABSENT = {
    "airflow.api.client": RUNS,
    "airflow.api.common.experimental": RUNS,
    "airflow.api_connexion": SERVER,
    "airflow.api_fastapi": SERVER,
    "airflow.auth": SERVER,
    "airflow.cli": "the command line is `tradewind`",
    "airflow.contrib": "what it was is in a provider package now, or is gone",
    "airflow.dag_processing": "DAG files are read by Tradewind's own parser",
    "airflow.executors": "executors are Tradewind's own; choose one with the setting `executor`",
    "airflow.jobs": SERVER,
    "airflow.kubernetes": "use airflow.providers.cncf.kubernetes, and kubernetes.client.models for volumes, ports and resources",
    "airflow.migrations": DATABASE,
    "airflow.models": DATABASE,
    "airflow.operators.subdag": "Airflow 3 has no SubDAGs; use task groups",
    "airflow.operators.subdag_operator": "Airflow 3 has no SubDAGs; use task groups",
    "airflow.serialization": "Tradewind describes DAGs in another way, in `tradewind.spec`",
    "airflow.ti_deps": "what a task waits for is decided in Tradewind's core",
    "airflow.utils.dag_processing": "DAG files are read by Tradewind's own parser",
    "airflow.www": SERVER,
}


class AbsentFinder(MetaPathFinder):
    """Asked last: it finds nothing, and says why."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> None:
        """Nothing.

        Raises:
            ModuleNotFoundError: it is a part that Tradewind has not.
        """
        if not fullname.startswith("airflow.") or fullname.startswith("airflow.providers."):
            return
        parts = fullname.split(".")
        for end in range(len(parts), 1, -1):
            if why := ABSENT.get(".".join(parts[:end])):
                raise ModuleNotFoundError(f"Tradewind has no {fullname}: {why}", name=fullname)

    def find_distributions(self, context: Any) -> Iterator[Any]:
        """For who asks Python's metadata for the version of Airflow: the one whose surface this is."""
        from tradewind.base.airflow_distribution import airflow_distributions  # noqa: PLC0415 - few ask

        return airflow_distributions(context)

"""Finds the run that a word on the command line means: a run's id, or a logical date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradewind.base.errors import NotFound
from tradewind.cli.dates import parse_moment

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["find_run"]


def find_run(client: Client, dag_id: str, run_id_or_date: str) -> dict[str, Any]:
    """The run as the API shows it.

    Raises:
        NotFound: there is no such DAG, or no such run.
    """
    moment = parse_moment(run_id_or_date)
    if moment is None:
        return client.get("dags", dag_id, "dagRuns", run_id_or_date)
    date = moment.isoformat()
    found = client.get("dags", dag_id, "dagRuns", logical_date_gte=date, logical_date_lte=date)["dag_runs"]
    if not found:
        raise NotFound(f"{dag_id} has no run with the logical date {date}", dag_id=dag_id, logical_date=date)
    return found[0]

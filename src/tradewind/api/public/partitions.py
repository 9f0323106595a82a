"""Runs of DAGs with partitions: which ones a request means, and making them forget their partition."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.runs import ClearPartitionsBody, ClearPartitionsResponse, PartitionBody
from tradewind.api.runs import clear_events, clear_runs
from tradewind.api.wire import reply
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.core.events import Event
from tradewind.db import dags, versions
from tradewind.db.engine import Tx
from tradewind.db.listing import DateRange, Range
from tradewind.db.partitions import Partitions, forget_partitions, runs_of_partitions
from tradewind.db.runs import RunRecord
from tradewind.timetables import parse_zone

__all__ = ["days_of", "meant_by", "router"]

router = APIRouter(tags=["DagRun"])


def _zone(tx: Tx, call: Call, dag_id: str) -> tzinfo:
    """The zone of the clock that a DAG's schedule goes by.

    Raises:
        NotFound: there is no such DAG.
    """
    dag = dags.get_dag(tx, call.dag(dag_id))
    if dag.version_id is None:
        raise NotFound(f"DAG {dag_id!r} has no version", dag_id=dag_id)
    return parse_zone(versions.spec_of_version(tx, call.services.specs, dag.version_id).schedule.timezone)


def days_of(tx: Tx, call: Call, dag_id: str, first: date | None, last: date | None) -> DateRange | None:
    """The moments of these days, the last one whole, on the clock of a DAG's schedule.

    Raises:
        InvalidInput: no DAG is named, so there is no clock.
    """
    if first is None and last is None:
        return None
    if dag_id == "~":
        raise InvalidInput("partition_date_gte and partition_date_lte are days of one DAG: the path must name it")
    zone = _zone(tx, call, dag_id)

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    try:
        return Range(
            gte=None if first is None else midnight(first), lt=None if last is None else midnight(last + timedelta(1))
        )
    except OverflowError as error:
        raise InvalidInput(
            "partition_date_gte and partition_date_lte must be days that have a day after them"
        ) from error


def meant_by(tx: Tx, call: Call, dag_id: str, body: PartitionBody, run_id: str | None = None) -> list[RunRecord]:
    """The runs that a body picks by partition, or by id.

    Raises:
        NotFound: there is no such DAG.
    """
    zone = _zone(tx, call, dag_id)

    def on_its_clock(moment: datetime | None) -> datetime | None:
        try:
            return None if moment is None else moment.replace(tzinfo=zone).astimezone(UTC)
        except OverflowError as error:
            raise InvalidInput(f"{moment} is out of the years that can be") from error

    wanted = Partitions(
        run_id=run_id,
        key=body.partition_key,
        start=on_its_clock(body.partition_date_start),
        end=on_its_clock(body.partition_date_end),
    )
    return runs_of_partitions(tx, call.workspace, dag_id, wanted)


@router.post(
    "/dags/{dag_id}/clearPartitions", operation_id="clear_dag_run_partitions", response_model=ClearPartitionsResponse
)
async def clear_dag_run_partitions(
    dag_id: str, body: ClearPartitionsBody, call: Annotated[Call, may("edit", "dag_run")]
) -> Response:
    """Make runs forget their partition, and where asked for run them again; a dry run (the default) counts only."""

    def change(tx: Tx) -> tuple[dict[str, object], list[Event]]:
        found = meant_by(tx, call, dag_id, body, body.run_id)
        about = [run for run in found if run.partition_key is not None or run.partition_date is not None]
        what = clear_runs(tx, found if body.clear_task_instances else [], only_failed=False)
        counts: dict[str, object] = {
            "dag_runs_cleared": len(about),
            "task_instances_cleared": len(what.instances),
            "dry_run": body.dry_run,
        }
        if body.dry_run:
            return counts, []
        forget_partitions(tx, [run.uid for run in about], call.now)
        return counts, clear_events(what)

    if body.dry_run:
        counts, _ = await call.read(change)
        return reply(counts)
    audit = Audit(event="clear_dag_run_partitions", dag_id=dag_id, extra=body.model_dump(exclude_unset=True))
    counts, _ = await call.act(audit, change)
    return reply(counts)

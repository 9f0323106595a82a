"""Runs of DAGs with partitions: which ones a request means, and making them forget their partition."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.runs import ClearPartitionsBody, ClearPartitionsResponse, PartitionBody
from tradewind.api.runs import clear_events, clear_runs
from tradewind.api.wire import reply
from tradewind.base.errors import NotFound
from tradewind.core.events import Event
from tradewind.db import dags, versions
from tradewind.db.engine import Tx
from tradewind.db.partitions import Partitions, forget_partitions, runs_of_partitions
from tradewind.db.runs import RunRecord
from tradewind.timetables import parse_zone

__all__ = ["meant_by", "router"]

router = APIRouter(tags=["DagRun"])


def meant_by(tx: Tx, call: Call, dag_id: str, body: PartitionBody, run_id: str | None = None) -> list[RunRecord]:
    """The runs that a body picks by partition, or by id.

    Raises:
        NotFound: there is no such DAG.
    """
    dag = dags.get_dag(tx, call.dag(dag_id))
    if dag.version_id is None:
        raise NotFound(f"DAG {dag_id!r} has no version", dag_id=dag_id)
    zone = parse_zone(versions.spec_of_version(tx, call.services.specs, dag.version_id).schedule.timezone)

    def on_its_clock(date: datetime | None) -> datetime | None:
        return None if date is None else date.replace(tzinfo=zone).astimezone(UTC)

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

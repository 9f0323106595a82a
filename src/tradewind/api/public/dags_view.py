"""What the pages of all DAGs and of all runs show, each in one answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.dags_views import DagsViewQuery, DagsViewResponse, RunsViewQuery, RunsViewResponse
from tradewind.api.wire import reply
from tradewind.core.states import RunState
from tradewind.db import dag_views, runs
from tradewind.db.dag_views import DagRow, DagSearch, StripRun
from tradewind.db.engine import Tx
from tradewind.db.listing import Page, Range
from tradewind.db.runs import RunFilter, RunRecord

router = APIRouter(tags=["UI"])

TAGS_SHOWN = 500


@router.get("/ui/dags", operation_id="ui_dags", response_model=DagsViewResponse)
async def ui_dags(query: Annotated[DagsViewQuery, Query()], call: Annotated[Call, may("read", "dag")]) -> Response:
    """A page of DAGs with their last runs."""
    wanted = DagSearch(
        workspace=call.workspace,
        username=call.actor.username,
        text=query.q.strip() or None,
        tags=query.tags,
        owners=query.owners,
        is_paused=query.paused,
        last_state=query.state,
        only_favorites=query.favorites,
    )
    page = Page(query.limit, query.offset, (query.order_by,))

    def find(tx: Tx) -> dict[str, object]:
        found, total = dag_views.dag_rows(tx, wanted, page)
        names = [dag.dag_id for dag in found]
        strips = dag_views.strips(tx, call.workspace, names)
        active = dag_views.unfinished(tx, call.workspace, names)
        ill = [strip[-1].uid for strip in strips.values() if strip and strip[-1].state == RunState.FAILED]
        failed = dag_views.failed_tasks(tx, ill)
        return {
            "dags": [_dag(dag, strips[dag.dag_id], active.get(dag.dag_id, {}), failed) for dag in found],
            "tags": dag_views.tags_in_use(tx, call.workspace, TAGS_SHOWN) if query.offset == 0 else [],
            "total_entries": total,
        }

    return reply(await call.read(find))


def _dag(dag: DagRow, strip: list[StripRun], active: dict[str, int], failed: dict[str, int]) -> dict[str, object]:
    return {
        "dag_id": dag.dag_id,
        "display_name": dag.display_name,
        "tags": dag.tags,
        "owners": dag.owners,
        "schedule": dag.schedule,
        "schedule_text": dag.schedule_text,
        "is_paused": dag.is_paused,
        "is_favorite": dag.is_favorite,
        "has_import_errors": dag.has_import_errors,
        "next_run_after": dag.next_run_after,
        "queued": active.get(RunState.QUEUED, 0),
        "running": active.get(RunState.RUNNING, 0),
        "failed_tasks": failed.get(strip[-1].uid, 0) if strip else 0,
        "runs": [(run.run_id, run.state, run.run_after, run.start, run.duration) for run in strip],
    }


@router.get("/ui/runs", operation_id="ui_runs", response_model=RunsViewResponse)
async def ui_runs(query: Annotated[RunsViewQuery, Query()], call: Annotated[Call, may("read", "dag_run")]) -> Response:
    """A page of the runs of all DAGs."""
    wanted = RunFilter(
        dag_id_pattern=query.dag.strip() or None,
        states=[RunState(state) for state in query.states],
        run_types=query.types,
        run_after=Range(gte=query.after, lte=query.before),
    )
    page = Page(query.limit, query.offset, (query.order_by,))
    found, known = await call.read(lambda tx: runs.list_runs(tx, call.workspace, wanted, page))
    return reply({"runs": [_run(run) for run in found], "total_entries": known.total})


def _run(run: RunRecord) -> dict[str, object]:
    return {
        "dag_id": run.dag_id,
        "dag_display_name": run.dag_display_name,
        "run_id": run.run_id,
        "run_type": run.run_type,
        "state": run.state,
        "run_after": run.run_after,
        "queued_at": run.queued_at,
        "start_date": run.start_date,
        "end_date": run.end_date,
        "duration": run.duration,
        "triggering_user": run.triggering_user,
        "note": run.note,
        "partition_key": run.partition_key,
        "version": None if run.version is None else run.version.number,
    }

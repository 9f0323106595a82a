"""What the pages of one DAG show, one request a view: its head, grid, graph, calendar and durations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.grid import STATES, grid_of, slowest
from tradewind.api.models.one_dag_views import (
    CalendarQuery,
    DagCalendarResponse,
    DagDurationsResponse,
    DagGridResponse,
    DagPageResponse,
    DagStructureResponse,
    GridQuery,
    RunStatesResponse,
)
from tradewind.api.public.dag_shapes import dag_out, params_out
from tradewind.api.wire import reply
from tradewind.base.errors import NotFound
from tradewind.base.policy import Action, Resource
from tradewind.core.states import RunState
from tradewind.db import dags, one_dag, runs, versions
from tradewind.db.dags import DagRecord
from tradewind.db.engine import Tx
from tradewind.db.listing import Page
from tradewind.db.one_dag import BarFilter, RunBar
from tradewind.db.versions import VersionFilter, VersionRecord
from tradewind.spec import DagSpec, TaskSpec
from tradewind.spec.assets import asset_references

router = APIRouter(tags=["UI"], prefix="/ui/dags/{dag_id}")

BARS = 40
VERSIONS = 100
TASKS_TIMED = 200
DEEDS: tuple[tuple[str, Action, Resource], ...] = (
    ("trigger", "create", "dag_run"),
    ("edit", "edit", "dag"),
    ("backfill", "create", "backfill"),
    ("delete", "delete", "dag"),
)
"""What buttons of the page do, and what it takes."""


def bar_out(bar: RunBar) -> dict[str, object]:
    """`UiRunBar`."""
    return {
        "run_id": bar.run_id,
        "state": bar.state,
        "run_type": bar.run_type,
        "run_after": bar.run_after,
        "logical_date": bar.logical_date,
        "queued_at": bar.queued_at,
        "start_date": bar.start_date,
        "end_date": bar.end_date,
        "duration": bar.duration,
        "version_number": bar.version_number,
        "has_note": bool(bar.has_note),
    }


def _newest(tx: Tx, call: Call, dag_id: str) -> tuple[DagRecord, VersionRecord, DagSpec]:
    dag = dags.get_dag(tx, call.dag(dag_id), call.actor.username)
    version = versions.version_of_dag(tx, dag.dag)
    return dag, version, versions.spec_of_version(tx, call.services.specs, version.id)


# -- the head --------------------------------------------------------------------------------------------------------


@router.get("", operation_id="get_dag_page", response_model=DagPageResponse)
async def get_dag_page(dag_id: str, call: Annotated[Call, may("read", "dag")]) -> Response:
    """A DAG with its last runs, and with the parameters that a run of it takes."""

    def find(tx: Tx) -> dict[str, object]:
        dag, version, spec = _newest(tx, call, dag_id)
        bars, _ = one_dag.run_bars(tx, dag.dag, BARS)
        counts = runs.count_by_state(tx, call.workspace, dag_id)
        return {
            **_head(dag, version, spec),
            "unfinished_runs": counts[RunState.RUNNING] + counts[RunState.QUEUED],
            "runs": [bar_out(bar) for bar in bars],
            "may": [name for name, action, kind in DEEDS if call.actor.rights.decide(action, kind, dag_id).allowed],
        }

    return reply(await call.read(find))


def _head(dag: DagRecord, version: VersionRecord, spec: DagSpec) -> dict[str, object]:
    same = (
        "dag_id", "display_name", "description", "is_paused", "is_stale", "is_favorite", "has_import_errors",
        "timetable_kind", "timezone", "next_run_after", "next_logical_date", "next_interval_start", "next_interval_end",
        "owners", "owner_links", "bundle_name", "bundle_version", "fileloc", "allowed_run_types", "catchup",
        "max_active_runs", "max_active_tasks", "last_parsed_at", "last_parse_duration_s",
    )  # fmt: skip
    return {
        **{name: getattr(dag, name) for name in same},
        "doc_md": spec.doc_md,
        "schedule": dag.timetable_summary,
        "schedule_description": dag.timetable_description,
        "tags": list(dag.tags),
        "version_number": version.version_number,
        "version_created_at": version.created_at,
        "file_token": dag_out(dag)["file_token"],
        "is_backfillable": dag.timetable_periodic,
        "start_date": spec.start_date,
        "end_date": spec.end_date,
        "run_timeout_s": spec.dagrun_timeout_s,
        "max_consecutive_failed_runs": dag.max_consecutive_failed_dag_runs,
        "default_args": dict(spec.default_args),
        "task_count": len(spec.tasks),
        "params": params_out(spec.params),
    }


def _wanted(query: GridQuery) -> BarFilter:
    states = [one.value for one in query.state]
    return BarFilter(before=query.before, before_run=query.before_run, states=states, run_types=query.run_type)


# -- the grid --------------------------------------------------------------------------------------------------------


@router.get("/grid", operation_id="get_dag_grid", response_model=DagGridResponse)
async def get_dag_grid(
    dag_id: str, query: Annotated[GridQuery, Query()], call: Annotated[Call, may("read", "task_instance")]
) -> Response:
    """The last runs of a DAG, and the states of all tasks in them."""
    wanted = _wanted(query)

    def find(tx: Tx) -> dict[str, object]:
        dag, _, spec = _newest(tx, call, dag_id)
        bars, has_older = one_dag.run_bars(tx, dag.dag, query.limit, wanted)
        uids = [bar.uid for bar in bars]
        task_ids = [task.task_id for task in spec.tasks]
        grid = grid_of(uids, task_ids, one_dag.columns(tx, uids), one_dag.uneven_cells(tx, uids))
        return {
            "runs": [bar_out(bar) for bar in bars],
            "tasks": [*map(_row, spec.tasks), *map(_gone_row, grid.gone)],
            "groups": _groups(spec),
            "states": STATES,
            "cells": grid.cells,
            "mapped": grid.mapped,
            "tries": grid.tries,
            "has_older": has_older,
        }

    return reply(await call.read(find))


def _row(task: TaskSpec) -> dict[str, object]:
    return {
        "id": task.task_id,
        "label": _label(task),
        "group": task.group_id,
        "operator": task.operator_name or task.task_type,
        "is_mapped": task.mapped is not None,
        "is_gone": False,
    }


def _gone_row(task_id: str) -> dict[str, object]:
    shown: dict[str, object] = {"id": task_id, "label": task_id, "group": None, "operator": ""}
    return {**shown, "is_mapped": False, "is_gone": True}


def _label(task: TaskSpec) -> str:
    """What it is called inside of its group."""
    name = task.display_name or task.label or task.task_id
    return _last_part(name, task.group_id) if name == task.task_id else name


def _groups(spec: DagSpec) -> list[dict[str, object]]:
    return [
        {
            "id": group.group_id,
            "label": group.display_name or _last_part(group.group_id, group.parent_id),
            "parent": group.parent_id,
            "is_mapped": group.mapped is not None,
        }
        for group in spec.groups
    ]


def _last_part(group_id: str, parent_id: str | None) -> str:
    return group_id.removeprefix(f"{parent_id}.") if parent_id else group_id


# -- the graph -------------------------------------------------------------------------------------------------------


@router.get("/structure", operation_id="get_dag_structure", response_model=DagStructureResponse)
async def get_dag_structure(
    dag_id: str,
    call: Annotated[Call, may("read", "task")],
    version: int | None = None,
    run_id: str | None = None,
) -> Response:
    """Tasks, groups and edges of a version; without one, of a run's, or of the newest."""

    def find(tx: Tx) -> dict[str, object]:
        dag = dags.get_dag(tx, call.dag(dag_id))
        number = version
        if number is None and run_id is not None:
            number = _bar_of(tx, call, dag_id, run_id).version_number
        one = versions.version_of_dag(tx, dag.dag, number)
        newest = Page(limit=VERSIONS, order_by=("-version_number",))
        known, _ = versions.list_versions(tx, VersionFilter(dag=dag.dag, workspace=call.workspace), newest)
        spec = versions.spec_of_version(tx, call.services.specs, one.id)
        return {
            "version_number": one.version_number,
            "versions": [{"version_number": each.version_number, "created_at": each.created_at} for each in known],
            **_structure(spec),
        }

    return reply(await call.read(find))


def _structure(spec: DagSpec) -> dict[str, object]:
    labels = {(edge.upstream, edge.downstream): edge.label for edge in spec.edge_labels}
    edges: list[Sequence[str]] = []
    for task in spec.tasks:
        for upstream in task.upstream:
            label = labels.get((upstream, task.task_id))
            edges.append((upstream, task.task_id, label) if label else (upstream, task.task_id))
    return {
        "tasks": [
            {
                "id": task.task_id,
                "label": _label(task),
                "group": task.group_id,
                "operator": task.operator_name or task.task_type,
                "kind": "setup" if task.is_setup else "teardown" if task.is_teardown else "task",
                "trigger_rule": task.trigger_rule,
                "is_mapped": task.mapped is not None,
            }
            for task in spec.tasks
        ],
        "groups": _groups(spec),
        "edges": edges,
        "assets": [
            {
                "name": one.leaf.name or one.leaf.uri,
                "uri": one.leaf.uri,
                "direction": one.kind,
                "task_id": one.task_id or None,
            }
            for one in asset_references(spec)
        ],
    }


def _bar_of(tx: Tx, call: Call, dag_id: str, run_id: str) -> RunBar:
    found, _ = one_dag.run_bars(tx, call.dag(dag_id), 1, BarFilter(run_id=run_id))
    if not found:
        raise NotFound(f"DAG {dag_id!r} has no run {run_id!r}", dag_id=dag_id, run_id=run_id)
    return found[0]


@router.get("/runs/{run_id}/states", operation_id="get_run_states", response_model=RunStatesResponse)
async def get_run_states(dag_id: str, run_id: str, call: Annotated[Call, may("read", "task_instance")]) -> Response:
    """How the tasks of a run stand."""

    def find(tx: Tx) -> dict[str, object]:
        bar = _bar_of(tx, call, dag_id, run_id)
        states: dict[str, dict[str, int]] = {}
        for count in one_dag.cells(tx, [bar.uid]):
            states.setdefault(count.task_id, {})[count.state or "none"] = count.count
        return {"run": bar_out(bar), "states": states}

    return reply(await call.read(find))


# -- over time -------------------------------------------------------------------------------------------------------


@router.get("/calendar", operation_id="get_dag_calendar", response_model=DagCalendarResponse)
async def get_dag_calendar(
    dag_id: str, query: Annotated[CalendarQuery, Query()], call: Annotated[Call, may("read", "dag_run")]
) -> Response:
    """How many runs there were in which hour, by state."""

    def find(tx: Tx) -> dict[str, object]:
        dags.get_dag(tx, call.dag(dag_id))
        found, is_cut = one_dag.hours(tx, call.dag(dag_id), query.start, query.end)
        return {"hours": [(one.hour, one.state, one.count) for one in found], "is_cut": is_cut}

    return reply(await call.read(find))


@router.get("/durations", operation_id="get_dag_durations", response_model=DagDurationsResponse)
async def get_dag_durations(
    dag_id: str, query: Annotated[GridQuery, Query()], call: Annotated[Call, may("read", "task_instance")]
) -> Response:
    """How long the last runs took, and their slowest tasks."""
    wanted = _wanted(query)

    def find(tx: Tx) -> dict[str, object]:
        dag = dags.get_dag(tx, call.dag(dag_id))
        bars, _ = one_dag.run_bars(tx, dag.dag, query.limit, wanted)
        uids = [bar.uid for bar in bars]
        tasks, count = slowest(uids, one_dag.task_spans(tx, uids), TASKS_TIMED)
        return {"runs": [bar_out(bar) for bar in bars], "tasks": tasks, "task_count": count}

    return reply(await call.read(find))

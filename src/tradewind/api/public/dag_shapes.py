"""DAG records in the shape that Airflow's clients expect."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta

import msgspec

from tradewind.db.dags import DagRecord
from tradewind.db.versions import VersionRecord
from tradewind.spec import DagSpec, ParamSpec
from tradewind.spec.assets import asset_expression, asset_schedule

__all__ = ["dag_out", "details_out", "params_out", "version_record_out"]

PARTITIONED = frozenset({("assets", "Partitioned Asset"), ("none", "PartitionedAtRuntime")})
"""Timetables that share their kind with others, by their summaries."""


def params_out(params: tuple[ParamSpec, ...]) -> dict[str, object]:
    """Params by name, in Airflow's form."""
    return {
        param.name: {
            "value": param.default if param.has_default else None,
            "schema": param.schema,
            "description": param.description,
            "source": param.source,
        }
        for param in params
    }


def _file_token(dag: DagRecord) -> str:
    """Names the file, for clients that hand it back."""
    named = msgspec.json.encode({"bundle_name": dag.bundle_name, "relative_fileloc": dag.relative_fileloc})
    return urlsafe_b64encode(named).decode()


def _is_partitioned(dag: DagRecord) -> bool:
    """Whether the runs of a DAG are about parts of its data."""
    return dag.timetable_kind == "cron_partition" or (dag.timetable_kind, dag.timetable_summary) in PARTITIONED


def dag_out(dag: DagRecord) -> dict[str, object]:
    """`DAGResponse`."""
    dag_id = dag.dag.dag_id
    return {
        "dag_id": dag_id,
        "dag_display_name": dag.display_name,
        "is_paused": dag.is_paused,
        "is_stale": dag.is_stale,
        "last_parsed_time": dag.last_parsed_at,
        "last_parse_duration": dag.last_parse_duration_s,
        "last_expired": dag.last_expired_at,
        "bundle_name": dag.bundle_name,
        "bundle_version": dag.bundle_version,
        "relative_fileloc": dag.relative_fileloc,
        "fileloc": dag.fileloc,
        "description": dag.description,
        "timetable_summary": dag.timetable_summary,
        "timetable_description": dag.timetable_description,
        "timetable_partitioned": _is_partitioned(dag),
        "timetable_periodic": dag.timetable_periodic,
        "tags": [{"name": tag, "dag_id": dag_id, "dag_display_name": dag.display_name} for tag in dag.tags],
        "max_active_tasks": dag.max_active_tasks,
        "max_active_runs": dag.max_active_runs,
        "max_consecutive_failed_dag_runs": dag.max_consecutive_failed_dag_runs,
        "has_task_concurrency_limits": dag.has_task_concurrency_limits,
        "has_import_errors": dag.has_import_errors,
        "next_dagrun_logical_date": dag.next_logical_date,
        "next_dagrun_data_interval_start": dag.next_interval_start,
        "next_dagrun_data_interval_end": dag.next_interval_end,
        "next_dagrun_run_after": dag.next_run_after,
        "allowed_run_types": list(dag.allowed_run_types) if dag.allowed_run_types is not None else None,
        "owners": list(dag.owners),
        "is_backfillable": dag.timetable_periodic,
        "file_token": _file_token(dag),
    }


def version_record_out(version: VersionRecord, dag_display_name: str) -> dict[str, object]:
    """`DagVersionResponse`."""
    return {
        "id": version.id,
        "version_number": version.version_number,
        "dag_id": version.dag.dag_id,
        "dag_display_name": dag_display_name,
        "bundle_name": version.bundle_name,
        "bundle_version": version.bundle_version,
        "bundle_url": None,
        "created_at": version.created_at,
    }


def _iso_duration(seconds: float | None) -> str | None:
    """ISO 8601, e.g. ``P1DT2H``, as pydantic writes durations."""
    if seconds is None:
        return None
    delta = timedelta(seconds=seconds)
    rest = delta.seconds + delta.microseconds / 1e6
    hours, minutes = int(rest // 3600), int(rest % 3600 // 60)
    left = rest % 60
    time = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{left:g}S" * bool(left)
    return "P" + f"{delta.days}D" * bool(delta.days) + f"T{time}" * bool(time) if seconds else "PT0S"


def expression_out(spec: DagSpec) -> object:
    """What the DAG waits for, where assets start it."""
    schedule = asset_schedule(spec.schedule)
    return None if schedule is None else asset_expression(schedule.condition)


def details_out(dag: DagRecord, spec: DagSpec, version: VersionRecord, *, active_runs: int) -> dict[str, object]:
    """`DAGDetailsResponse`."""
    return {
        **dag_out(dag),
        "catchup": dag.catchup,
        "dag_run_timeout": _iso_duration(spec.dagrun_timeout_s),
        "asset_expression": expression_out(spec),
        "doc_md": spec.doc_md,
        "start_date": spec.start_date,
        "end_date": spec.end_date,
        "is_paused_upon_creation": spec.is_paused_upon_creation,
        "params": params_out(spec.params),
        "render_template_as_native_obj": spec.render_template_as_native_obj,
        "rerun_with_latest_version": spec.rerun_with_latest_version,
        "template_search_path": list(spec.template_searchpath),
        "timezone": dag.timezone,
        "last_parsed": dag.last_parsed_at,
        "default_args": spec.default_args,
        "owner_links": spec.owner_links,
        "is_favorite": dag.is_favorite,
        "active_runs_count": active_runs,
        "concurrency": dag.max_active_tasks,
        "latest_dag_version": version_record_out(version, dag.display_name),
    }

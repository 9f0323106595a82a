"""Why no new run of a DAG starts."""

from __future__ import annotations

from datetime import datetime

from tradewind.base.headline import headline
from tradewind.core.why.causes import Cause, ago, ahead, listed
from tradewind.core.why.scene import DagScene

__all__ = ["paused", "server", "why_dag"]


def why_dag(scene: DagScene) -> list[Cause]:
    """Why no new run of the DAG starts now, the most decisive cause first; never empty."""
    found = [*server(scene), *_file(scene), *paused(scene), *_schedule(scene), *_room(scene)]
    if found:
        return found
    return [
        Cause(
            code="due_later",
            sentence=f"Nothing holds {scene.dag_id} back: its next run starts {ahead(scene.next_run_after, scene.now)}.",
            fix=f"To run it now: tradewind dags trigger {scene.dag_id}",
            facts={"next_run_after": _iso(scene.next_run_after)},
        )
    ]


def server(scene: DagScene) -> list[Cause]:
    if scene.is_scheduler_alive:
        return []
    beat = (
        "none has ever reported"
        if scene.scheduler_beat is None
        else f"last seen {ago(scene.scheduler_beat, scene.now)}"
    )
    return [
        Cause(
            code="no_scheduler",
            sentence=f"No scheduler is running ({beat}).",
            fix="Start one: tradewind standalone (or look at its log, if it should be running).",
        )
    ]


def _file(scene: DagScene) -> list[Cause]:
    if scene.import_error is not None:
        return [
            Cause(
                code="import_error",
                sentence=f"{scene.relative_fileloc} can't be imported: {headline(scene.import_error)}",
                fix="Correct the file; the last good version stays in use meanwhile. "
                "Traceback: tradewind dags list-import-errors",
            )
        ]
    if scene.is_stale:
        return [
            Cause(
                code="dag_gone",
                sentence=f"No file of the DAGs folder holds {scene.dag_id} any more (it was in {scene.relative_fileloc}).",
                fix="Put the file back, or delete the DAG: tradewind dags delete " + scene.dag_id,
            )
        ]
    return []


def paused(scene: DagScene) -> list[Cause]:
    if not scene.is_paused:
        return []
    limit = scene.spec.max_consecutive_failed_dag_runs
    unpause = f"tradewind dags unpause {scene.dag_id}"
    if limit and scene.failed_in_a_row >= limit:
        return [
            Cause(
                code="paused_after_failures",
                sentence=f"{scene.dag_id} was paused by the scheduler: its last {scene.failed_in_a_row} runs failed "
                f"(max_consecutive_failed_dag_runs={limit}).",
                fix=f"Find out why they failed (tradewind why {scene.dag_id} RUN), then: {unpause}",
            )
        ]
    who = ""
    if scene.paused is not None:
        who = f", by {scene.paused.by or 'somebody'} {ago(scene.paused.at, scene.now)}"
    return [Cause(code="dag_paused", sentence=f"{scene.dag_id} is paused{who}.", fix=unpause)]


def _schedule(scene: DagScene) -> list[Cause]:
    spec, now = scene.spec, scene.now
    kind = spec.schedule.kind
    if kind == "none":
        return [
            Cause(
                code="no_schedule",
                sentence=f"{scene.dag_id} has no schedule: it runs only when somebody asks for it.",
                fix=f"tradewind dags trigger {scene.dag_id}, or give the DAG a schedule",
            )
        ]
    if spec.allowed_run_types is not None and "scheduled" not in spec.allowed_run_types and not scene.assets:
        return [
            Cause(
                code="run_type_not_allowed",
                sentence=f"The DAG allows only runs of type {listed(list(spec.allowed_run_types))}.",
                fix="Add 'scheduled' to allowed_run_types.",
            )
        ]
    if spec.start_date is not None and spec.start_date > now:
        sentence = (
            f"The DAG's start_date lies in the future ({spec.start_date.isoformat()}, {ago(spec.start_date, now)})."
        )
        return [Cause(code="starts_later", sentence=sentence, fix="Wait, or move start_date.")]
    if scene.assets:
        return _assets(scene)
    if scene.next_run_after is None:
        return [_no_next(scene)]
    return []


def _assets(scene: DagScene) -> list[Cause]:
    missing = [wait for wait in scene.assets if wait.arrived_at is None]
    there = [wait for wait in scene.assets if wait.arrived_at is not None]
    if not missing:
        return []
    arrived = "".join(
        f"; {w.name} arrived {ago(w.arrived_at, scene.now)}{w.source and f' from {w.source}'}" for w in there
    )
    refused = f" The last event was refused: {scene.refused}." if scene.refused else ""
    clock = f" Its clock starts a run {ahead(scene.next_run_after, scene.now)}." if scene.is_clocked else ""
    return [
        Cause(
            code="waiting_for_assets",
            sentence=f"The schedule waits for an update of {listed([wait.name for wait in missing])}{arrived}.{clock}{refused}",
            fix=f"Run what updates it, or: tradewind assets materialize --name {missing[0].name}",
            facts={"missing": [wait.name for wait in missing], "arrived": [wait.name for wait in there]},
        )
    ]


def _no_next(scene: DagScene) -> Cause:
    spec = scene.spec
    if spec.end_date is not None and spec.end_date <= scene.now:
        return Cause(
            code="ended",
            sentence=f"The DAG's end_date has passed ({spec.end_date.isoformat()}).",
            fix="Move end_date, or trigger it by hand.",
        )
    if spec.schedule.kind == "once":
        return Cause(code="ran_once", sentence="Its schedule is @once, and it has had its run.", fix="")
    return Cause(
        code="schedule_exhausted",
        sentence=f"Its schedule ({spec.schedule.summary or spec.schedule.kind}) has no further run.",
        fix=f"Look at what it plans: tradewind dags next-execution {scene.dag_id}",
    )


def _room(scene: DagScene) -> list[Cause]:
    limit = 1 if scene.spec.schedule.kind == "continuous" else scene.spec.max_active_runs
    if len(scene.active_runs) < limit:
        return []
    return [
        Cause(
            code="max_active_runs",
            sentence=f"{len(scene.active_runs)} of at most {limit} runs are active ({listed(sorted(scene.active_runs))}).",
            fix="Wait for one of them, or raise max_active_runs.",
            facts={"active": [*sorted(scene.active_runs)], "limit": limit},
        )
    ]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()

"""What the home page shows, in one answer: what needs a person now, health, and the hours around the present moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.home_views import HomeViewResponse
from tradewind.api.wire import reply
from tradewind.core.asking import is_asked
from tradewind.core.failure_causes import FailureGroup, grouped
from tradewind.core.planning import bounds
from tradewind.db import home_views, import_errors, versions
from tradewind.db.engine import Tx
from tradewind.db.home_views import Firing, NightRun
from tradewind.db.import_errors import ImportErrorRecord
from tradewind.db.listing import Page
from tradewind.spec import DagSpec
from tradewind.timetables import Interval, NextRun, build

router = APIRouter(tags=["UI"])

DAY = timedelta(days=1)
BACK, AHEAD = timedelta(hours=6), timedelta(hours=2)
LATE_AFTER = timedelta(minutes=1)
STUCK_AFTER = timedelta(minutes=5)
CAUSES_SHOWN = 20
FEW_SHOWN = 20
ROWS_SHOWN = 30
BARS_READ = 1500
BARS_SHOWN = 80
FIRINGS_SHOWN = 12


@router.get("/ui/home", operation_id="ui_home", response_model=HomeViewResponse)
async def ui_home(call: Annotated[Call, may("read", "dag")]) -> Response:
    """What needs a person now, how the system is, what has run lately and what comes next."""
    body = await call.read(lambda tx: _found(tx, call))
    parts = call.services.health()
    health = [
        {"name": name, "is_healthy": part.is_healthy, "heartbeat": part.heartbeat}
        for name in ("scheduler", "dag_processor", "triggerer")
        if (part := parts.get(name)) is not None
    ]
    return reply({**body, "health": health})


def _found(tx: Tx, call: Call) -> dict[str, object]:
    now, workspace = call.now, call.workspace
    counts = home_views.counts(tx, workspace, now - DAY)
    causes = grouped(home_views.failures(tx, workspace, now - DAY))[:CAUSES_SHOWN]
    failing = home_views.still_failing(tx, workspace, sorted({dag for cause in causes for dag in cause.dag_ids}))
    broken, broken_total = import_errors.list_import_errors(tx, workspace, Page(FEW_SHOWN, 0, ("-timestamp",)))
    since, until = now - BACK, now + AHEAD
    return {
        "now": now,
        "since": since,
        "until": until,
        "counts": {
            "dags": counts.dags,
            "active_dags": counts.active_dags,
            "running_tasks": counts.running_tasks,
            "parallelism": call.services.settings.executor.parallelism,
            "queued_runs": counts.queued_runs,
            "running_runs": counts.running_runs,
            "succeeded_runs": counts.ended_runs.get("success", 0),
            "failed_runs": counts.ended_runs.get("failed", 0),
        },
        "causes": [_cause(cause, failing) for cause in causes],
        "questions": home_views.questions(tx, workspace, FEW_SHOWN),
        "deadlines": home_views.missed_deadlines(tx, workspace, now - DAY, FEW_SHOWN),
        "late": home_views.late_dags(tx, workspace, now - LATE_AFTER, FEW_SHOWN),
        "stuck": home_views.stuck_runs(tx, workspace, now - STUCK_AFTER, FEW_SHOWN),
        "import_errors": [_broken(one) for one in broken],
        "total_import_errors": broken_total,
        "night": _night(tx, call, since, until),
    }


def _cause(cause: FailureGroup, failing: set[str]) -> dict[str, object]:
    newest = cause.newest
    return {
        "kind": cause.kind,
        "message": newest.reason.strip().partition("\n")[0],
        "place": cause.place,
        "count": cause.count,
        "dag_ids": cause.dag_ids,
        "is_over": not failing.intersection(cause.dag_ids),
        "first_at": cause.first_at,
        "at": newest.at,
        "dag_id": newest.dag_id,
        "run_id": newest.run_id,
        "task_id": newest.task_id,
        "map_index": newest.map_index,
    }


def _broken(error: ImportErrorRecord) -> dict[str, object]:
    lines = error.stacktrace.strip().splitlines()
    message = lines[-1].strip() if lines else ""
    return {"id": error.id, "file": error.relative_fileloc, "message": message, "at": error.timestamp}


def _night(tx: Tx, call: Call, since: datetime, until: datetime) -> list[dict[str, object]]:
    """A row for each DAG that did something lately or will do so soon; those that fail or run come first."""
    bars: dict[str, list[NightRun]] = {}
    for run in home_views.night_runs(tx, call.workspace, since, BARS_READ):
        bars.setdefault(run.dag_id, []).append(run)
    soon = home_views.firings(tx, call.workspace, until, ROWS_SHOWN)
    names = sorted(bars, key=lambda dag_id: _urgency(bars[dag_id]))
    names = (names + [one.dag_id for one in soon if one.dag_id not in bars])[:ROWS_SHOWN]
    nexts = home_views.firings(tx, call.workspace, until, ROWS_SHOWN, names)
    specs = versions.specs_of_versions(tx, call.services.specs, [one.version_id for one in nexts if one.version_id])
    comes = {one.dag_id: _moments(one, specs.get(one.version_id or ""), call.now, until) for one in nexts}
    return [
        {
            "dag_id": dag_id,
            "runs": [(run.run_id, run.state, run.start, run.end) for run in _latest(bars.get(dag_id, ()))],
            "next": comes.get(dag_id, []),
        }
        for dag_id in names
    ]


def _urgency(runs: Sequence[NightRun]) -> tuple[int, str]:
    newest = max(runs, key=lambda run: (run.start is None, run.start))
    order = {"failed": 0, "running": 1}
    return order.get(newest.state, 2), newest.dag_id


def _latest(runs: Iterable[NightRun]) -> list[NightRun]:
    with_start = sorted((run for run in runs if run.start is not None), key=lambda run: str(run.start))
    return with_start[-BARS_SHOWN:]


def _moments(firing: Firing, spec: DagSpec | None, now: datetime, until: datetime) -> list[datetime]:
    """When the schedule fires between now and then: as it was planned, and then as the timetable says."""
    found = [firing.at]
    if spec is None or is_asked(spec) or spec.schedule.kind in {"assets", "continuous"}:
        return found
    timetable = build(spec.schedule.kind, spec.schedule.args, spec.schedule.timezone)
    earliest, latest = bounds(spec)
    last = NextRun(firing.at, Interval(*firing.interval) if firing.interval else None).span
    while len(found) < FIRINGS_SHOWN:
        run = timetable.next_run(last, earliest=earliest, latest=latest, catchup=True, now=now)
        if run is None or run.run_after > until or run.run_after <= found[-1]:
            break
        found.append(run.run_after)
        last = run.span
    return found

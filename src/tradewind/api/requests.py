"""From what somebody asks for to the facts of a run: id, dates, interval, conf; pure, and the same for every way in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewind.base.errors import InvalidInput
from tradewind.core.events import RunFacts
from tradewind.sdk.json_schemas import SchemaBroken, mistakes
from tradewind.spec import DagKey, DagSpec, ParamSpec
from tradewind.timetables import CronPartition, build

__all__ = ["RunWish", "check_conf", "plan_run"]

RUN_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.~:+\-]{1,250}")
"""Clients leave `.` and `..` out of a URL before they send it, and folders are named by run ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWish:
    """What somebody says about the run they want; None: not said."""

    run_id: str | None = None
    logical_date: datetime | None = None
    interval_start: datetime | None = None
    interval_end: datetime | None = None
    run_after: datetime | None = None
    conf: Mapping[str, object] | None = None
    note: str | None = None
    partition_key: str | None = None
    run_type: str = "manual"
    triggered_by: str = "rest_api"
    user: str | None = None


def plan_run(dag: DagKey, spec: DagSpec, wish: RunWish, uid: str, now: datetime) -> RunFacts:
    """The facts of a run that somebody asks for.

    With a logical date the data interval comes from the timetable, unless it is given; without one the run has none.

    Raises:
        InvalidInput: the run type is not allowed, half an interval, a partition key that the schedule has not, an id that can't be, or a conf that the params refuse.
    """
    _check_type(spec, wish.run_type)
    if (wish.interval_start is None) != (wish.interval_end is None):
        raise InvalidInput("data_interval_start and data_interval_end must be given together")
    conf = dict(wish.conf or {})
    check_conf(spec.params, conf)
    start, end, run_after = wish.interval_start, wish.interval_end, wish.run_after
    if start is not None and end is not None and start > end:
        raise InvalidInput("data_interval_start is after data_interval_end", start=start, end=end)
    if wish.logical_date is not None and start is None:
        schedule = spec.schedule
        interval = build(schedule.kind, schedule.args, schedule.timezone).manual_interval(wish.logical_date)
        start, end = interval.start, interval.end
    partition_date = _partition_date(spec, wish.partition_key)
    moment = run_after or (wish.logical_date and end) or now
    run_id = wish.run_id or f"{wish.run_type}__{(wish.logical_date or moment).isoformat()}"
    if RUN_ID.fullmatch(run_id) is None:
        raise InvalidInput(
            f"the run id {run_id!r} has to consist of letters, digits and . _ ~ : + -, up to 250 of them, "
            "and can't be . or ..",
            run_id=run_id,
        )
    if wish.run_type == "manual" and run_id.startswith(("scheduled__", "backfill__", "asset_triggered__")):
        kind = run_id.partition("__")[0]
        raise InvalidInput(f"a {wish.run_type} run can't have an id that begins with {kind}__", run_id=run_id)
    return RunFacts(
        uid=uid,
        dag=dag,
        run_id=run_id,
        run_type=wish.run_type,
        logical_date=wish.logical_date,
        interval_start=start,
        interval_end=end,
        run_after=moment,
        queued_at=now,
        version_id="",
        conf=conf,
        triggered_by=wish.triggered_by,
        triggering_user=wish.user,
        note=wish.note,
        partition_key=wish.partition_key,
        partition_date=partition_date,
    )


def _partition_date(spec: DagSpec, key: str | None) -> datetime | None:
    """The moment that names the part of the data a run is asked for, where the schedule knows it."""
    if key is None:
        return None
    schedule = spec.schedule
    args = {name: value for name, value in schedule.args.items() if name != "jitter_s"}
    timetable = build(schedule.kind, args, schedule.timezone)
    if isinstance(timetable, CronPartition):
        return timetable.date_of_key(key)
    if "partitions" not in args and not args.get("partitioned_at_runtime"):
        raise InvalidInput(f"partition_key is for DAGs with a partitioned timetable, which {spec.dag_id} has not")
    return None


def _check_type(spec: DagSpec, run_type: str) -> None:
    allowed = spec.allowed_run_types
    if allowed is not None and run_type not in allowed:
        raise InvalidInput(
            f"DAG with dag_id: '{spec.dag_id}' does not allow {run_type} runs, only {', '.join(allowed)}",
            allowed_run_types=list(allowed),
        )


def check_conf(params: tuple[ParamSpec, ...], conf: Mapping[str, object]) -> None:
    """Check a conf, with the defaults filled in, against the params' JSON schemas.

    Raises:
        InvalidInput: a value is missing or not allowed; the sentence names the param.
    """
    for param in params:
        given = param.name in conf
        if not given and not param.has_default:
            raise InvalidInput(f"Invalid input for param {param.name}: it has no default, so conf must give a value",
                               param=param.name)  # fmt: skip
        if not param.schema:
            continue
        value: Any = conf[param.name] if given else param.default
        try:
            error = next(mistakes(value, param.schema), None)
        except SchemaBroken as broken:
            raise InvalidInput(
                f"The schema of param {param.name} can't be used: {broken}; correct it in the DAG", param=param.name
            ) from broken
        if error is not None:
            raise InvalidInput(
                f"Invalid input for param {param.name}: {error.message}", param=param.name, path=list(error.path)
            )

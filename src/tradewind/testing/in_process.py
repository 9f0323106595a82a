# ruff: noqa: PT028 - `test_dag` is no test
"""The doors of `dag.test()` and `dag.run()`."""

from __future__ import annotations

import getpass
import logging
import os
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tradewind.base.ids import UuidSource
from tradewind.base.settings import load_settings
from tradewind.core.events import RunFacts
from tradewind.sdk.authoring_errors import ParamValidationError
from tradewind.sdk.notset import NOTSET
from tradewind.sdk.param import ParamsDict
from tradewind.sdk.serialize import serialize_dag
from tradewind.sdk.timetable_base import BaseTimetable, is_written_by_user, pendulum_moment
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec
from tradewind.spec import DagKey, DagSpec
from tradewind.testing.clock import JumpingClock
from tradewind.testing.inline import InlineRun, Plan, Progress
from tradewind.testing.inputs import Answers
from tradewind.testing.memory import MemoryServer, read_connections, read_variables
from tradewind.testing.result import DagResult
from tradewind.timetables import build
from tradewind.worker.secrets_masking import MaskedFormatter, MaskedStream, add_mask
from tradewind.worker.xcom import open_artifacts

__all__ = ["golden", "run_dag", "test_dag"]

WORKSPACE = "default"


def test_dag(
    dag: Any,
    *,
    run_after: datetime | None = None,
    logical_date: datetime | Any | None = NOTSET,
    run_conf: dict[str, Any] | None = None,
    conn_file_path: str | Path | None = None,
    variable_file_path: str | Path | None = None,
    use_executor: bool = False,  # noqa: ARG001 - Airflow's argument: the run is in this process whatever it says
    mark_success_pattern: str | re.Pattern[str] | None = None,
    progress: Progress | None = None,
    answers: Answers | None = None,
) -> DagResult:
    """Run a DAG once, here and now; nothing is stored. Retries follow at once; sensors wait as they would.

    Args:
        dag: the DAG.
        run_after: when the run may start, as its facts have it; None: now.
        logical_date: of the run; not given: now; None: a run without one.
        run_conf: what the run is started with.
        conn_file_path, variable_file_path: files with connections and variables.
        use_executor: accepted.
        mark_success_pattern: tasks whose id it matches are not run, and count as success.
        progress: called with ``(task_id, map_index), state`` on each move.
        answers: what people answer to tasks that ask them, by task id: an option, several, or
            ``{"chosen_options": [...], "params_input": {...}}``. Without: asked on the terminal, else their defaults.

    Returns:
        the state of the run and of its tasks, and what they pushed.

    Raises:
        AuthoringError: the DAG is wrong.
        ParamValidationError: a param has no value, or not one that its schema allows.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    _check_params(dag, run_conf)
    spec = serialize_dag(dag)
    clock = JumpingClock()
    facts = _facts(dag, spec, clock.now(), run_after=run_after, logical_date=logical_date, conf=run_conf)
    server = MemoryServer(spec.dag_id, facts.run_id)
    if variable_file_path:
        server.variables.update(read_variables(variable_file_path))
    if conn_file_path:
        server.connections.update(read_connections(conn_file_path))
    artifacts = MemoryArtifacts()
    plan = Plan(
        dag=dag,
        spec=spec,
        facts=facts,
        server=server,
        artifacts=artifacts,
        clock=clock,
        progress=progress,
        mark_success=re.compile(mark_success_pattern) if mark_success_pattern else None,
        mask=add_mask,
        answers=answers or {},
    )
    return _run(plan)


test_dag.__test__ = False  # pyright: ignore[reportFunctionMemberAccess] - its name is no test


def golden(dag: Any, **options: Any) -> dict[str, Any]:
    """Run a DAG as `test_dag` does, and give what came of it as plain JSON: state, instances and XComs."""
    return test_dag(dag, **options).as_golden()


def run_dag(
    dag: Any,
    *,
    logical_date: datetime | None = None,
    conf: dict[str, Any] | None = None,
    home: str | Path | None = None,
    progress: Progress | None = None,
) -> DagResult:
    """Run a DAG once, here and now, and record the run in the database and logs of the home folder, where a server on
    the same home shows it once it has ended. Retries follow at once; sensors wait as they would.

    Args:
        dag: the DAG.
        logical_date: of the run; None: now.
        conf: what the run is started with.
        home: the home folder; None: `TRADEWIND_HOME`, else ``~/.tradewind``.
        progress: called with ``(task_id, map_index), state`` on each move.

    Raises:
        AuthoringError: the DAG is wrong.
        ParamValidationError: a param has no value, or not one that its schema allows.
        Conflict: there is a run for this logical date already.
        KeyboardInterrupt: somebody pressed Ctrl-C; the run is recorded as failed.
    """
    from tradewind.testing.record import HomeRecorder, RecordedApi  # noqa: PLC0415 - the database: `dag.test()` needs none

    _check_params(dag, conf)
    settings = load_settings(os.environ, home=None if home is None else Path(home))
    file = Path(dag.fileloc or "")
    spec = serialize_dag(dag, file.name if file.is_file() else "")
    clock = JumpingClock()
    recorder = HomeRecorder(settings)
    try:
        asked = _facts(dag, spec, clock.now(), run_after=None, logical_date=logical_date or NOTSET, conf=conf)
        facts = recorder.open(dag, spec, replace(asked, triggered_by="cli", triggering_user=getpass.getuser()))
        plan = Plan(
            dag=dag,
            spec=spec,
            facts=facts,
            server=MemoryServer(spec.dag_id, facts.run_id),
            artifacts=open_artifacts(settings.artifact_url),
            recorder=recorder,
            api=lambda server, task_id, map_index: RecordedApi(server, task_id, map_index, recorder),
            clock=clock,
            progress=progress,
            mask=add_mask,
            inline_kb=settings.worker.xcom_inline_kb,
        )
        return _run(plan)
    finally:
        recorder.close()


def _check_params(dag: Any, conf: dict[str, Any] | None) -> None:
    """As a server does before it takes a run: a run that lacks what all its tasks need is not begun."""
    params = ParamsDict(dag.params)
    try:
        params.update({name: value for name, value in (conf or {}).items() if name in params})
        params.validate()
    except ParamValidationError as error:
        raise ParamValidationError(
            f"DAG {dag.dag_id!r} can't run with this conf: {error.message}. Give the value by `run_conf` or `--conf`, "
            "or a default where the DAG declares the param",
            **error.facts,
        ) from None


def _run(plan: Plan) -> DagResult:
    facts = plan.facts
    plan.server.groups = _group_members(plan.spec)
    plan.server.results = [task.task_id for task in plan.spec.tasks if task.returns_dag_result]
    plan.server.logical_date = facts.logical_date
    result = DagResult(
        dag_id=plan.spec.dag_id,
        run_id=facts.run_id,
        run_type=facts.run_type,
        logical_date=facts.logical_date,
        data_interval=(facts.interval_start, facts.interval_end),
        codec=XComCodec(plan.artifacts, plan.inline_kb * 1024),
        conf=dict(facts.conf),
        stored=plan.server.xcoms,
        result_tasks=tuple(plan.server.results),
    )
    with _masked_terminal(), _log_on_terminal():
        return InlineRun(plan, result).run()


def _facts(
    dag: Any,
    spec: DagSpec,
    now: datetime,
    *,
    run_after: datetime | None,
    logical_date: Any,
    conf: dict[str, Any] | None,
) -> RunFacts:
    date = (run_after or now) if logical_date is NOTSET else logical_date
    date = _aware(date)
    after = _aware(run_after) or date or now
    start = end = None
    if date is not None:
        start, end = _interval(dag, spec, date)
    return RunFacts(
        uid=UuidSource().new(),
        dag=DagKey(WORKSPACE, spec.dag_id),
        run_id=f"manual__{after.isoformat()}",
        run_type="manual",
        logical_date=date,
        interval_start=start,
        interval_end=end,
        run_after=after,
        queued_at=now,
        version_id="in-process",
        conf=dict(conf or {}),
        triggered_by="test",
    )


def _interval(dag: Any, spec: DagSpec, date: datetime) -> tuple[datetime, datetime]:
    """What a run by hand is about; a timetable that the user wrote is asked itself."""
    timetable = dag.schedule
    if isinstance(timetable, BaseTimetable) and is_written_by_user(timetable):
        try:
            found = timetable.infer_manual_data_interval(run_after=pendulum_moment(date))
        except NotImplementedError:
            return date, date
        return found.start.astimezone(UTC), found.end.astimezone(UTC)
    schedule = spec.schedule
    interval = build(schedule.kind, schedule.args, schedule.timezone).manual_interval(date)
    return interval.start, interval.end


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _group_members(spec: DagSpec) -> dict[str, set[str]]:
    parents = {group.group_id: group.parent_id for group in spec.groups}
    members: dict[str, set[str]] = {group_id: set() for group_id in parents}
    for task in spec.tasks:
        group = task.group_id
        while group is not None:
            members.setdefault(group, set()).add(task.task_id)
            group = parents.get(group)
    return members


@contextmanager
def _masked_terminal() -> Generator[None]:
    """What tasks print is shown without secrets, as in the log of a server."""
    before = (sys.stdout, sys.stderr)
    sys.stdout, sys.stderr = MaskedStream(before[0]), MaskedStream(before[1])  # pyright: ignore[reportAttributeAccessIssue] - the rest is the stream's own
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


@contextmanager
def _log_on_terminal() -> Generator[None]:
    """Show the tasks' log, unless the user has set up logging."""
    log = logging.getLogger("tradewind.task")
    if log.hasHandlers():
        yield
        return
    handler, level = logging.StreamHandler(sys.stderr), log.level
    handler.setFormatter(MaskedFormatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)

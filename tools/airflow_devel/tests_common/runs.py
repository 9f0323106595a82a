"""DAGs, runs and task instances in memory, as the fixtures of Airflow's tests hand them out; our own runner runs them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from airflow.sdk import DAG

from tests_common.doors import needs_orm
from tradewind.protocol.messages import DagFacts, Ended, RunInfo, Workload
from tradewind.sdk.task_api import bound
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec
from tradewind.testing.clock import JumpingClock
from tradewind.testing.memory import MemoryApi, MemoryServer
from tradewind.worker.client import to_stored
from tradewind.worker.runner import Surroundings, run_attempt

EXTRA_STATES = {"failed": "up_for_retry"}


RUNS: WeakValueDictionary[tuple[int, str], DagRun] = WeakValueDictionary()
"""Runs that tests have made, by the DAG's identity and the run's id: tests find them again by their rows."""


class DagRun:
    """A run of a DAG, and what its tasks left behind."""

    def __init__(self, dag: DAG, **facts: Any) -> None:
        self.dag, self.dag_id = dag, dag.dag_id
        now = datetime.now(UTC)
        start = dag.start_date or now
        logical_date = facts.get("logical_date", start)
        self.run_type = str(getattr(facts.get("run_type"), "value", facts.get("run_type")) or "manual")
        interval = facts.get("data_interval") or (logical_date, logical_date)
        self.logical_date = self.execution_date = logical_date
        self.data_interval_start, self.data_interval_end = (
            interval if isinstance(interval, tuple) else (interval.start, interval.end)
        )
        self.run_after = facts.get("run_after") or self.data_interval_end or now
        self.start_date = facts.get("start_date") or now
        self.end_date: datetime | None = None
        self.run_id = facts.get("run_id") or f"{self.run_type}__{(logical_date or now).isoformat()}"
        self.conf = facts.get("conf") or {}
        self.state = facts.get("state") or "running"
        self.server = MemoryServer(dag.dag_id, self.run_id)
        self.artifacts = MemoryArtifacts()
        self.instances: dict[tuple[str, int], TaskInstance] = {}
        RUNS[id(dag), self.run_id] = self
        for task_id, task in dag.task_dict.items():
            if not task.is_mapped:
                self.instances[task_id, -1] = TaskInstance(task, self)

    def get_task_instances(self, *args: Any, **kwargs: Any) -> list[TaskInstance]:
        """All that are there."""
        for task_id, task in self.dag.task_dict.items():
            if not task.is_mapped and (task_id, -1) not in self.instances:
                self.instances[task_id, -1] = TaskInstance(task, self)
        return list(self.instances.values())

    @property
    def task_instances(self) -> list[TaskInstance]:
        """All that are there."""
        return self.get_task_instances()

    def get_task_instance(self, task_id: str, session: object = None, *, map_index: int = -1) -> TaskInstance:
        """One of them."""
        key = (task_id, map_index)
        if key not in self.instances:
            self.instances[key] = TaskInstance(self.dag.task_dict[task_id], self, map_index)
        return self.instances[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        needs_orm(f"DagRun.{name}")


class TaskInstance:
    """An instance of a task, which can be run here and now."""

    def __init__(self, task: Any, run: DagRun, map_index: int = -1) -> None:
        self.task, self.dag_run, self.map_index = task, run, map_index
        self.task_id, self.dag_id, self.run_id = task.task_id, run.dag_id, run.run_id
        self.id = str(uuid.uuid4())
        self.state: str | None = None
        self.try_number, self.max_tries = 0, task.retries
        self.start_date: datetime | None = None
        self.end_date: datetime | None = None
        self.error: BaseException | None = None
        self.ended: Ended | None = None
        self.first_start: datetime | None = None
        self.reschedules = 0
        self.test_mode = False
        self._ran: Any = None

    @property
    def logical_date(self) -> datetime | None:
        """Of its run."""
        return self.dag_run.logical_date

    @property
    def key(self) -> Any:
        """DAG, task, run, try and map index."""
        from airflow.sdk.types import TaskInstanceKey

        return TaskInstanceKey(self.dag_id, self.task_id, self.run_id, self.try_number, self.map_index)

    def run(self, **options: Any) -> TaskInstance:
        """Run one attempt, unless it has been skipped; what the task raised is raised."""
        if self.state == "skipped":
            return self
        self.attempt()
        if self.error is not None and self.state in {"failed", "up_for_retry"}:
            raise self.error
        return self

    def attempt(self) -> Ended:
        """Run one attempt, with our runner."""
        run = self.dag_run
        task = self.task
        dag = run.dag
        caught: list[BaseException] = []
        saved = {name: getattr(task, name, None) for name in _CALLBACKS} if not task.is_mapped else {}
        for name, old in saved.items():
            setattr(task, name, [*_as_list(old), lambda context: _catch(caught, context)])
        if self.state != "up_for_reschedule":
            self.try_number += 1
        now = datetime.now(UTC)
        self.start_date = self.first_start = self.first_start or now
        try:
            self.ended = ended = run_attempt(
                self._workload(), dag, MemoryApi(run.server, self.task_id, self.map_index), self._around()
            )
        finally:
            for name, old in saved.items():
                setattr(task, name, old)
        self.error = caught[0] if caught else None
        if self.error is None and ended.outcome == "failed":
            self.error = RuntimeError(ended.error or ended.reason)
        self.end_date = ended.at
        run.server.keep(self.task_id, self.map_index, {value.key: to_stored(value) for value in ended.xcoms})
        can_retry = ended.outcome == "failed" and ended.retryable and self.try_number <= self.max_tries
        self.state = "up_for_retry" if can_retry else ended.outcome
        for other in ended.skip:
            run.get_task_instance(other).state = "skipped"
        return ended

    def xcom_pull(self, task_ids: Any = None, key: str = "return_value", **options: Any) -> Any:
        """What tasks of the run left."""
        context = self.get_template_context()
        with bound(MemoryApi(self.dag_run.server, self.task_id, self.map_index)):
            names = {} if task_ids is None else {"task_ids": task_ids}
            options.pop("session", None)
            if task_ids is None:
                names = {"task_ids": self.task_id}
            return context["ti"].xcom_pull(key=key, **names, **options)

    def xcom_push(self, key: str, value: Any, **options: Any) -> None:
        """Leave a value behind."""
        with bound(MemoryApi(self.dag_run.server, self.task_id, self.map_index)):
            self.get_template_context()["ti"].xcom_push(key, value)

    def get_template_context(self, **options: Any) -> Any:
        """What a template of the task sees."""
        from tradewind.sdk.context import build_context
        from tradewind.sdk.task_instance import RuntimeTaskInstance
        from tradewind.worker.surroundings import dag_run_of

        ti = RuntimeTaskInstance(id=self.id, task=self.task, dag_id=self.dag_id, task_id=self.task_id, run_id=self.run_id,
                                 map_index=self.map_index, try_number=max(self.try_number, 1), max_tries=self.max_tries,
                                 codec=XComCodec(self.dag_run.artifacts, 1 << 20), start_date=self.start_date)  # fmt: skip
        ti.dag_run = dag_run_of(self._workload())
        ti.context = context = build_context(ti, ti.dag_run, reschedules=0)
        return context

    def render_templates(self, context: Any = None, **options: Any) -> Any:
        """The task with its fields rendered."""
        task = self.task.prepare_for_execution() if not self.task.is_mapped else self.task
        context = context or self.get_template_context()
        with bound(MemoryApi(self.dag_run.server, self.task_id, self.map_index)):
            task.render_template_fields(context)
        self.task = task
        return task

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """It is what it is."""

    def refresh_from_task(self, task: Any, *args: Any, **kwargs: Any) -> None:
        """Go on with this task."""
        self.task = task

    def set_state(self, state: Any, *args: Any, **kwargs: Any) -> None:
        """Say that it is in this state."""
        self.state = state

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        needs_orm(f"TaskInstance.{name}")

    def _around(self) -> Surroundings:
        return Surroundings(clock=JumpingClock(), artifacts=self.dag_run.artifacts, is_in_process=True)

    def _workload(self) -> Workload:
        run, task = self.dag_run, self.task
        facts = DagFacts(workspace="default", dag_id=run.dag_id, version_id="1", bundle_path="", relative_fileloc="")
        info = RunInfo(uid=self.id, run_id=run.run_id, run_type=run.run_type, run_after=run.run_after, logical_date=run.logical_date,
                       interval_start=run.data_interval_start, interval_end=run.data_interval_end, start_date=run.start_date,
                       conf=dict(run.conf))  # fmt: skip
        limit = None if task.is_mapped else task.execution_timeout
        return Workload(attempt=self.id, dag=facts, run=info, task_id=self.task_id, map_index=self.map_index,
                        try_number=max(self.try_number, 1), max_tries=self.max_tries + 1, isolation="fork", log_path="",
                        first_start=self.first_start, reschedules=self.reschedules,
                        execution_timeout_s=None if limit is None else limit.total_seconds())  # fmt: skip


_CALLBACKS = ("on_failure_callback", "on_retry_callback", "on_skipped_callback")


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _catch(caught: list[BaseException], context: Mapping[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException):
        caught.append(error)


class DagMaker:
    """Makes a DAG as a context manager, then runs of it."""

    def __init__(self, start_date: datetime, file: str = "") -> None:
        self.start_date, self.file = start_date, file
        self.dag: Any = None
        self.dag_run: Any = None
        self.serialized_model: Any = None

    def __call__(self, dag_id: str = "test_dag", schedule: Any = timedelta(days=1), **options: Any) -> DagMaker:
        for name in ("serialized", "session", "bundle_name", "bundle_version", "activate_assets", "processor_subdir",
                     "fileloc", "relative_fileloc"):  # fmt: skip
            options.pop(name, None)
        options.setdefault(
            "start_date", None if "start_date" in (options.get("default_args") or {}) else self.start_date
        )
        if options["start_date"] is None:
            options["start_date"] = (options.get("default_args") or {}).get("start_date")
        self.start_date = options["start_date"] or self.start_date
        self.dag = DAG(dag_id, schedule=schedule, **options)
        if self.file:
            self.dag.fileloc = self.file
        self.dag_run = None
        return self

    def __enter__(self) -> Any:
        if self.dag is None:
            self()
        return self.dag.__enter__()

    def __exit__(self, *error: object) -> Any:
        return self.dag.__exit__(*error)

    @property
    def session(self) -> Any:
        """A session that keeps nothing."""
        from tests_common.doors import Session

        return Session()

    def create_dagrun(self, **facts: Any) -> DagRun:
        """A run of the DAG."""
        facts.setdefault("logical_date", self.start_date)
        if "run_type" not in facts:
            facts.setdefault("run_id", "test")
        self.dag_run = DagRun(self.dag, **facts)
        return self.dag_run

    def run_ti(
        self,
        task_id: str,
        dag_run: DagRun | None = None,
        dag_run_kwargs: Any = None,
        map_index: int = -1,
        **options: Any,
    ) -> TaskInstance:
        """Run one task of a run."""
        run = dag_run or self.dag_run or self.create_dagrun(**(dag_run_kwargs or {}))
        return run.get_task_instance(task_id, map_index=map_index).run()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        needs_orm(f"dag_maker.{name}")


class RunTask:
    """Runs a task by itself and keeps what came of it."""

    def __init__(self) -> None:
        self.runs: dict[tuple[str, str], DagRun] = {}
        self.xcom = PushedXComs(self)
        self.ti: Any = None
        self.dagrun: Any = None
        self.state: Any = None
        self.error: BaseException | None = None

    def __call__(
        self,
        task: Any,
        dag_id: str | None = None,
        run_id: str | None = None,
        map_index: int | None = None,
        **facts: Any,
    ) -> Any:
        dag = task.get_dag() if hasattr(task, "get_dag") else task.dag
        if dag is None:
            dag = DAG(dag_id or "test_dag", schedule=None)
            dag.add_task(task)
        facts.setdefault("logical_date", datetime(2024, 12, 1, 1, tzinfo=UTC))
        run_id = run_id or "test_run"
        run = self.runs.setdefault((dag.dag_id, run_id), DagRun(dag, run_id=run_id, **facts))
        self.dagrun = run
        self.ti = run.get_task_instance(task.task_id, map_index=-1 if map_index is None else map_index)
        self.ti.attempt()
        self.state, self.error = self.ti.state, self.ti.error
        return self.state, self.ti.ended, self.error

    @property
    def context(self) -> Any:
        """What the task saw."""
        return self.ti.get_template_context()


class PushedXComs:
    """What tasks pushed."""

    def __init__(self, runner: RunTask) -> None:
        self._runner = runner

    def get(self, key: str, task_id: str | None = None, map_index: int | None = None, **where: Any) -> Any:
        """One value."""
        ti = self._runner.ti
        return ti.xcom_pull(task_ids=task_id or ti.task_id, key=key)

    def assert_pushed(self, key: str, value: Any, **where: Any) -> None:
        """That it is there."""
        assert self.get(key, **where) == value

"""DAG: the tasks of a workflow, how they hang together, and when they run."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, MutableMapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from tradewind.sdk.authoring_errors import (
    DuplicateTaskIdFound,
    InvalidArgument,
    InvalidArgumentType,
    TaskNotFound,
)
from tradewind.sdk.dag_args import count, duration, params_of, parse_dates, run_types, tags_of, texts
from tradewind.sdk.graph import check_cycle, topological_order
from tradewind.sdk.group import TaskGroup
from tradewind.sdk.node import TaskNode, validate_key
from tradewind.sdk.notset import NOTSET, ArgNotSet
from tradewind.sdk.operator_args import aware, check_callbacks
from tradewind.sdk.param import DagParam, ParamsDict
from tradewind.sdk.results import ResultT, add_result
from tradewind.sdk.setup_teardown import validate_setup_teardown
from tradewind.sdk.stack import call_site, enter, leave, register_dag
from tradewind.sdk.zones import zone_name

if TYPE_CHECKING:
    from typing import Self

    from tradewind.sdk.decorators import TaskDecorators
    from tradewind.sdk.timetable_base import BaseTimetable
    from tradewind.spec import ScheduleSpec

__all__ = ["DAG"]

MAX_ACTIVE_TASKS = 16
MAX_ACTIVE_RUNS = 16
RUN_RETRY_DELAY = timedelta(minutes=5)


class DAG:
    """A workflow. The arguments are Airflow's.

    Args:
        dag_id: unique; letters, digits, dashes, dots and underscores.
        schedule: None (runs on demand), a cron expression or preset, ``@once``, ``@continuous``, a timedelta, a
            timetable, or assets.
        start_date, end_date: runs are scheduled between these only.
        default_args: arguments for all operators that do not give them themselves.
        catchup: whether runs that are past due are made up for, or only the latest of them; None: as the server is set.
        params: defaults and schemas of values that a run may set.
        fail_fast: whether the first failure stops the run.
        deadline: by when runs must have succeeded, as one or several `DeadlineAlert`s.
        run_retries: not in Airflow: how often a run whose tasks failed tries these again by itself, each time
            `run_retry_delay` after the last of its tasks has ended.

    Raises:
        InvalidArgumentType: an unknown argument, or one of the wrong type.
        InvalidArgument: a value that can't be.
        InvalidSchedule: the schedule can't be understood.
    """

    def __init__(
        self,
        dag_id: str,
        *,
        description: str | None = None,
        default_args: Mapping[str, Any] | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        schedule: Any = None,
        template_searchpath: str | Iterable[str] | None = None,
        template_undefined: type | None = None,
        user_defined_macros: dict[str, Any] | None = None,
        user_defined_filters: dict[str, Any] | None = None,
        max_active_tasks: int = MAX_ACTIVE_TASKS,
        max_active_runs: int = MAX_ACTIVE_RUNS,
        max_consecutive_failed_dag_runs: int = 0,
        dagrun_timeout: timedelta | None = None,
        deadline: Any = None,
        sla_miss_callback: Any = None,
        catchup: bool | None = None,
        on_success_callback: Any = None,
        on_failure_callback: Any = None,
        doc_md: str | None = None,
        params: MutableMapping[str, Any] | None = None,
        access_control: Mapping[str, Any] | None = None,
        is_paused_upon_creation: bool | None = None,
        jinja_environment_kwargs: dict[str, Any] | None = None,
        render_template_as_native_obj: bool = False,
        tags: Collection[str] | None = None,
        owner_links: Mapping[str, str] | None = None,
        auto_register: bool = True,
        fail_fast: bool = False,
        allowed_run_types: str | Collection[str] | None = None,
        dag_display_name: str | None = None,
        task_group: TaskGroup | None = None,
        disable_bundle_versioning: bool = False,
        rerun_with_latest_version: bool | None = None,
        run_retries: int = 0,
        run_retry_delay: timedelta = RUN_RETRY_DELAY,
    ) -> None:
        self.dag_id = validate_key(dag_id)
        self.description = description
        self.fileloc, self.line = call_site()
        self.default_args: dict[str, Any] = dict(default_args or {})
        self._set_dates(start_date, end_date)
        self.params = ParamsDict(
            {**(self.default_args.pop("params", None) or {}), **dict(params_of(params))}
        ).with_source("dag")
        self.template_searchpath = texts(template_searchpath)
        self.template_undefined = template_undefined
        self.user_defined_macros = user_defined_macros
        self.user_defined_filters = user_defined_filters
        self.jinja_environment_kwargs = jinja_environment_kwargs
        self.render_template_as_native_obj = render_template_as_native_obj
        self.max_active_tasks = count(max_active_tasks, "max_active_tasks")
        self.max_active_runs = count(max_active_runs, "max_active_runs")
        self.max_consecutive_failed_dag_runs = count(max_consecutive_failed_dag_runs, "max_consecutive_failed_dag_runs")
        self.dagrun_timeout = duration(dagrun_timeout, "dagrun_timeout")
        self.deadline = deadline
        self.run_retries = count(run_retries, "run_retries")
        self.run_retry_delay = duration(run_retry_delay, "run_retry_delay") or RUN_RETRY_DELAY
        if sla_miss_callback is not None:
            _warn_sla(self.dag_id)
        self.sla_miss_callback = sla_miss_callback
        self.catchup = bool(catchup)
        self.is_catchup_given = catchup is not None
        check_callbacks(on_success_callback, "on_success_callback")
        check_callbacks(on_failure_callback, "on_failure_callback")
        self.on_success_callback = on_success_callback
        self.on_failure_callback = on_failure_callback
        self.doc_md = doc_md
        self.access_control = access_control
        self.is_paused_upon_creation = is_paused_upon_creation
        self.tags = tags_of(tags)
        self.owner_links = dict(owner_links or {})
        self.auto_register = auto_register
        self.fail_fast = fail_fast
        self.allowed_run_types = run_types(allowed_run_types)
        self.dag_display_name = dag_display_name or dag_id
        self.disable_bundle_versioning = disable_bundle_versioning
        self.rerun_with_latest_version = rerun_with_latest_version
        self.task_dict: dict[str, TaskNode] = {}
        self.used_ids: dict[str, TaskNode | TaskGroup] = {}
        self.last_suffix: dict[str, int] = {}
        self.edge_info: dict[str, dict[str, Mapping[str, Any]]] = {}
        self.task_group = task_group or TaskGroup(None, dag=self)
        self.task_group.dag = self
        self.schedule = schedule
        self._schedule_spec: ScheduleSpec | None = None
        if schedule is not None:
            self._check_schedule()

    def _set_dates(self, start_date: datetime | None, end_date: datetime | None) -> None:
        parse_dates(self.default_args)
        inherited_start, inherited_end = self.default_args.get("start_date"), self.default_args.get("end_date")
        for name, moment in (("start_date", start_date), ("end_date", end_date)):
            if moment is not None and not isinstance(moment, datetime):
                raise InvalidArgumentType(f"Dag {self.dag_id!r}: {name} must be a datetime, not {moment!r}")
        first = start_date or inherited_start
        self.timezone: tzinfo = first.tzinfo if first is not None and first.tzinfo is not None else UTC
        self.start_date = aware(first, self.timezone)
        self.end_date = aware(end_date or inherited_end, self.timezone)
        for name in ("start_date", "end_date"):
            if self.default_args.get(name) is not None:
                self.default_args[name] = aware(self.default_args[name], self.timezone)

    def _check_schedule(self) -> None:
        if self.schedule_spec.kind == "continuous" and self.max_active_runs > 1:
            raise InvalidArgument("Invalid max_active_runs: ContinuousTimetable requires max_active_runs <= 1")

    @property
    def schedule_spec(self) -> ScheduleSpec:
        """The schedule as it is stored, where texts and timedeltas mean moments."""
        if self._schedule_spec is None:
            from tradewind.sdk.schedule import schedule_spec  # noqa: PLC0415 - DAGs that run on demand need no calendar

            self._schedule_spec = schedule_spec(self.schedule, zone_name(self.timezone), seed=self.dag_id)
        return self._schedule_spec

    @property
    def timetable(self) -> BaseTimetable:
        """What says when the DAG runs, as an object that can be asked."""
        from tradewind.sdk.schedule import timetable_of_dag  # noqa: PLC0415 - few ask

        return timetable_of_dag(self.schedule, zone_name(self.timezone))

    # -- tasks -----------------------------------------------------------------------------------------------------

    def add_task(self, task: TaskNode) -> None:
        """Take in a task.

        Raises:
            DuplicateTaskIdFound: its id is taken.
        """
        taken = self.used_ids.get(task.task_id)
        if taken is not None and taken is not task:
            first = f", first in {taken.origin[0]}:{taken.origin[1]}" if isinstance(taken, TaskNode) else ""
            raise DuplicateTaskIdFound(
                f"Task id {task.task_id!r} has already been added to the Dag {self.dag_id!r}{first}, "
                f"again in {task.origin[0]}:{task.origin[1]}",
                dag_id=self.dag_id,
                task_id=task.task_id,
            )
        if task.task_group is None or task.task_group.dag is not self:
            task.task_group = self.task_group
        task.task_group.children[task.task_id] = task
        task.position = len(self.task_dict)
        self.used_ids[task.task_id] = task
        self.task_dict[task.task_id] = task
        task._dag = self  # noqa: SLF001 - the setter of `dag` ends up here

    def add_tasks(self, tasks: Iterable[TaskNode]) -> None:
        """Take in tasks."""
        for task in tasks:
            self.add_task(task)

    @property
    def tasks(self) -> list[TaskNode]:
        """All tasks, in the order of the file."""
        return list(self.task_dict.values())

    @property
    def task_ids(self) -> list[str]:
        """The ids of all tasks, in the order of the file."""
        return list(self.task_dict)

    def has_task(self, task_id: str) -> bool:
        """Whether there is such a task."""
        return task_id in self.task_dict

    def get_task(self, task_id: str) -> TaskNode:
        """The task of this id.

        Raises:
            TaskNotFound: there is none.
        """
        try:
            return self.task_dict[task_id]
        except KeyError:
            raise TaskNotFound(f"Task {task_id} not found in Dag {self.dag_id}", task_id=task_id) from None

    @property
    def task(self) -> TaskDecorators:
        """The task decorators, as `@dag.task` and `@dag.task.bash`: their tasks are this DAG's outside its `with`, too."""
        from tradewind.sdk.decorators import TaskDecorators  # noqa: PLC0415 - a DAG of operators needs none

        return TaskDecorators(self)

    @property
    def task_group_dict(self) -> dict[str, TaskGroup]:
        """All groups but the root, by id."""
        return {group.node_id: group for group in self.task_group.iter_groups() if not group.is_root}

    def has_task_group(self, task_group_id: str) -> bool:
        """Whether there is such a group."""
        return task_group_id in self.task_group_dict

    @property
    def roots(self) -> list[TaskNode]:
        """The tasks that wait for none."""
        return [task for task in self.task_dict.values() if not task.upstream_task_ids]

    @property
    def leaves(self) -> list[TaskNode]:
        """The tasks that none waits for."""
        return [task for task in self.task_dict.values() if not task.downstream_task_ids]

    @property
    def teardowns(self) -> list[TaskNode]:
        """The tasks that clean up."""
        return [task for task in self.task_dict.values() if task.is_teardown]

    @property
    def tasks_upstream_of_teardowns(self) -> list[TaskNode]:
        """The tasks that teardowns wait for, but teardowns."""
        found = {one.task_id: one for task in self.teardowns for one in task.upstream_list if not one.is_teardown}
        return list(found.values())

    @property
    def owner(self) -> str:
        """The owners of the tasks, comma separated."""
        return ", ".join(sorted({task.owner for task in self.task_dict.values()}))  # type: ignore[attr-defined]

    @property
    def folder(self) -> str:
        """The folder of the DAG's file."""
        return os.path.dirname(self.fileloc)  # noqa: PTH120 - a string for Jinja's loader

    def topological_sort(self) -> list[TaskNode]:
        """The tasks such that each comes after all it waits for.

        Raises:
            DagCycle: there is no such order.
        """
        return topological_order(self.task_dict)

    def set_dependency(self, upstream_task_id: str, downstream_task_id: str) -> None:
        """Let one task wait for another, by ids."""
        self.get_task(upstream_task_id).set_downstream(self.get_task(downstream_task_id))

    def get_edge_info(self, upstream_task_id: str, downstream_task_id: str) -> Mapping[str, Any]:
        """What is said about an arrow, such as its label."""
        return self.edge_info.get(upstream_task_id, {}).get(downstream_task_id, {})

    def set_edge_info(self, upstream_task_id: str, downstream_task_id: str, info: Mapping[str, Any]) -> None:
        """Say something about an arrow."""
        self.edge_info.setdefault(upstream_task_id, {})[downstream_task_id] = info

    def param(self, name: str, default: Any = NOTSET) -> DagParam:
        """A stand-in for a param's value, to be passed to tasks."""
        return DagParam(self, name, default)

    # -- checks ----------------------------------------------------------------------------------------------------

    def add_result(self, xcom_arg: ResultT) -> ResultT:
        """Say that what this task returns is what the DAG returns; of several tasks, a dict by task id.

        Raises:
            InvalidArgument: it is not the plain output of a task.
        """
        return add_result(xcom_arg)

    def check_cycle(self) -> None:
        """Check that no tasks wait for each other.

        Raises:
            DagCycle: some do; the sentence shows the circle.
        """
        check_cycle(self.task_dict, self.dag_id)

    def validate_setup_teardown(self) -> None:
        """Check the rules between setups, teardowns and work.

        Raises:
            InvalidArgument: one is broken.
        """
        validate_setup_teardown(self.tasks)

    def validate(self) -> None:
        """Check what can only be checked once all tasks are there.

        Raises:
            AuthoringError: a kind of it, for the first thing that is wrong.
        """
        self.check_cycle()
        self.validate_setup_teardown()
        self._validate_params()

    def _validate_params(self) -> None:
        if self.schedule is None:
            return
        missing = [name for name, param in self.params.items() if not param.has_default]
        if missing:
            raise InvalidArgument(
                f"Dag {self.dag_id!r} has a schedule, so each param needs a default; {missing[0]!r} has none"
            )
        self.params.validate()

    # -- running ---------------------------------------------------------------------------------------------------

    def test(  # noqa: PLR0917 - Airflow's signature
        self,
        run_after: datetime | None = None,
        logical_date: datetime | ArgNotSet | None = NOTSET,
        run_conf: dict[str, Any] | None = None,
        conn_file_path: str | None = None,
        variable_file_path: str | None = None,
        use_executor: bool = False,
        mark_success_pattern: str | None = None,
    ) -> Any:
        """Run the DAG once in this process, where breakpoints work; nothing is stored."""
        from tradewind.testing import test_dag  # noqa: PLC0415 - the one door up, named in the import contract

        given: dict[str, Any] = {} if isinstance(logical_date, ArgNotSet) else {"logical_date": logical_date}
        return test_dag(
            self,
            run_after=run_after,
            run_conf=run_conf,
            conn_file_path=conn_file_path,
            variable_file_path=variable_file_path,
            use_executor=use_executor,
            mark_success_pattern=mark_success_pattern,
            **given,
        )

    def run(
        self,
        *,
        logical_date: datetime | None = None,
        conf: dict[str, Any] | None = None,
        home: Any = None,
        progress: Any = None,
    ) -> Any:
        """Run the DAG once in this process, and record the run where the UI will find it."""
        from tradewind.testing import run_dag  # noqa: PLC0415 - the one door up, named in the import contract

        return run_dag(self, logical_date=logical_date, conf=conf, home=home, progress=progress)

    def get_template_env(self, *, force_sandboxed: bool = False) -> Any:  # noqa: ARG002 - ours always is
        """The Jinja environment of the DAG's templates."""
        from tradewind.sdk.template import make_environment  # noqa: PLC0415 - Jinja is loaded where tasks run

        return make_environment(self, native=self.render_template_as_native_obj)

    # -- blocks ----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        enter(self, self.task_group)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        leave()
        if self.auto_register and kind is None:
            register_dag(self)

    def __repr__(self) -> str:
        return f"<DAG: {self.dag_id}>"


def _warn_sla(dag_id: str) -> None:
    import warnings  # noqa: PLC0415 - only old DAG files get here

    warnings.warn(f"Dag {dag_id!r}: 'sla_miss_callback' has no effect; use `deadline`", stacklevel=3)

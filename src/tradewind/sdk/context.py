"""The task context: what a task's code and its templates may know, built for little and filled in when asked.

Values that cost a request or an import are `Lazy` and are worked out when a key is first read. Keys that need a
logical date are absent, not None, in a run that has none.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pendulum

from tradewind.sdk.connection import ConnectionAccessor
from tradewind.sdk.exceptions import AirflowException
from tradewind.sdk.task_api import PreviousRun, task_api
from tradewind.sdk.variable import VariableAccessor

if TYPE_CHECKING:
    from tradewind.sdk.task_instance import RuntimeTaskInstance

__all__ = ["CONTEXT_KEYS", "Context", "DagRun", "Lazy", "build_context", "entered", "get_current_context"]

CONTEXT_KEYS = frozenset(
    [
        "asset_state_store",
        "conn",
        "dag",
        "dag_run",
        "data_interval_end",
        "data_interval_start",
        "ds",
        "ds_nodash",
        "exception",
        "expanded_ti_count",
        "inlet_events",
        "inlets",
        "logical_date",
        "macros",
        "map_index_template",
        "outlet_events",
        "outlets",
        "params",
        "partition_date",
        "partition_key",
        "prev_data_interval_end_success",
        "prev_data_interval_start_success",
        "prev_end_date_success",
        "prev_start_date_success",
        "reason",
        "run_id",
        "task",
        "task_instance",
        "task_instance_key_str",
        "task_reschedule_count",
        "task_state_store",
        "templates_dict",
        "test_mode",
        "ti",
        "triggering_asset_events",
        "try_number",
        "ts",
        "ts_nodash",
        "ts_nodash_with_tz",
        "var",
    ]
)
"""All keys of Airflow's context; parameters of these names are filled from it."""


class Lazy:
    """A value that is worked out when it is first read."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


class Context(dict[str, Any]):
    """A dict whose lazy values are worked out when they are read, by whatever way of reading."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        value = dict.__getitem__(self, key)
        if type(value) is Lazy:
            value = value.make()
            dict.__setitem__(self, key, value)
        return value

    def __iter__(self) -> Iterator[str]:
        # An own __iter__ makes `dict(context)` and `f(**context)` read through __getitem__.
        return dict.__iter__(self)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - this is get

    def items(self) -> Any:
        return {key: self[key] for key in dict.keys(self)}.items()

    def values(self) -> Any:
        return {key: self[key] for key in dict.keys(self)}.values()

    def pop(self, key: str, *default: Any) -> Any:
        if key in self:
            value = self[key]
            del self[key]
            return value
        return dict.pop(self, key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def copy(self) -> Context:
        copied = Context()
        dict.update(copied, {key: dict.__getitem__(self, key) for key in dict.keys(self)})
        return copied


def _moment(value: datetime | None) -> Any:
    return None if value is None else pendulum.instance(value)


@dataclass(slots=True, kw_only=True)
class DagRun:
    """The run, as a task sees it. Moments are pendulum DateTimes."""

    dag_id: str
    run_id: str
    run_type: str
    run_after: Any
    logical_date: Any = None
    data_interval_start: Any = None
    data_interval_end: Any = None
    start_date: Any = None
    end_date: Any = None
    queued_at: Any = None
    conf: dict[str, Any] = field(default_factory=dict)
    state: str = "running"
    triggering_user_name: str | None = None
    note: str | None = None
    clear_number: int = 0
    partition_key: str | None = None
    partition_date: Any = None
    dag: Any = field(default=None, repr=False, compare=False)
    """The DAG that the code defines; told to callbacks and listeners of the run."""

    def get_dag(self) -> Any:
        """The DAG that the code defines.

        Raises:
            AirflowException: this is not the run that a callback or listener was given.
        """
        if self.dag is None:
            raise AirflowException(f"the code of DAG {self.dag_id!r} is not at hand here")
        return self.dag

    @property
    def consumed_asset_events(self) -> list[Any]:
        """The events of assets that the run was started by."""
        return _asset_module().TriggeringAssetEvents().all_events()

    def __post_init__(self) -> None:
        made: dict[datetime, Any] = {}  # the dates of a run are often one and the same moment
        for name in _RUN_MOMENTS:
            value = getattr(self, name)
            if value is not None and not isinstance(value, pendulum.DateTime):
                if value not in made:
                    made[value] = pendulum.instance(value)
                setattr(self, name, made[value])


_RUN_MOMENTS = ("run_after", "logical_date", "data_interval_start", "data_interval_end", "start_date", "queued_at")


def build_context(ti: RuntimeTaskInstance, run: DagRun, *, reschedules: int = 0) -> Context:
    """The context of one attempt."""
    task = ti.task
    context = build_run_context(task.dag, run)
    dict.update(
        context,
        expanded_ti_count=Lazy(lambda: _instance_count(ti)),
        inlet_events=Lazy(lambda: _asset_module().InletEvents(getattr(task, "inlets", None) or [])),
        inlets=getattr(task, "inlets", None) or [],
        map_index_template=task.map_index_template,
        outlet_events=Lazy(lambda: _asset_module().OutletEvents()),
        outlets=getattr(task, "outlets", None) or [],
        params=_params(task.params, run.conf),
        asset_state_store=Lazy(lambda: _stores().AssetStateStores(context["inlets"], context["outlets"])),
        task=task,
        task_state_store=Lazy(lambda: _stores().TaskStateStore()),
        task_instance=ti,
        task_instance_key_str=f"{ti.dag_id}__{ti.task_id}__{context.get('ds_nodash', run.run_id)}",
        task_reschedule_count=reschedules,
        templates_dict=getattr(task, "templates_dict", None),
        test_mode=False,  # Airflow's is True only for `airflow tasks test`
        ti=ti,
        try_number=ti.try_number,
    )
    return context


def build_run_context(dag: Any, run: DagRun) -> Context:
    """What is known of a run: the context of the callbacks of a DAG, and the greater part of that of a task."""
    context = Context(
        conn=_CONNECTIONS,
        dag=dag,
        dag_run=run,
        macros=_MACROS,
        params=run.conf,
        partition_key=run.partition_key,
        partition_date=_moment(run.partition_date),
        run_id=run.run_id,
        triggering_asset_events=Lazy(lambda: _asset_module().TriggeringAssetEvents()),
        var={"json": _JSON_VARIABLES, "value": _VARIABLES},
    )
    _add_previous(context, has_dates=run.logical_date is not None)
    if run.logical_date is not None:
        _add_dates(context, run)
    return context


_CONNECTIONS = ConnectionAccessor()
_VARIABLES, _JSON_VARIABLES = VariableAccessor(deserialize_json=False), VariableAccessor(deserialize_json=True)
_MACROS = Lazy(lambda: import_module("tradewind.sdk.macros"))


def _asset_module() -> Any:
    return import_module("tradewind.sdk.asset_events")


def _add_dates(context: Context, run: DagRun) -> None:
    logical_date = run.logical_date
    ds, ts = logical_date.strftime("%Y-%m-%d"), logical_date.isoformat()
    context["logical_date"] = logical_date
    context["ds"], context["ds_nodash"] = ds, ds.replace("-", "")
    context["ts"] = ts
    context["ts_nodash"] = logical_date.strftime("%Y%m%dT%H%M%S")
    context["ts_nodash_with_tz"] = ts.replace("-", "").replace(":", "")
    context["data_interval_start"] = run.data_interval_start
    context["data_interval_end"] = run.data_interval_end


def _add_previous(context: Context, *, has_dates: bool) -> None:
    found: list[PreviousRun | None] = []

    def previous() -> PreviousRun | None:
        if not found:
            api = task_api()
            found.append(None if api is None else api.previous_run("success"))
        return found[0]

    def value(name: str) -> Lazy:
        return Lazy(lambda: _moment(getattr(previous(), name, None)))

    context["prev_start_date_success"] = value("start_date")
    context["prev_end_date_success"] = value("end_date")
    if has_dates:
        context["prev_data_interval_start_success"] = value("interval_start")
        context["prev_data_interval_end_success"] = value("interval_end")


def _stores() -> Any:
    return import_module("tradewind.sdk.state_store")


def _instance_count(ti: RuntimeTaskInstance) -> int | None:
    api = task_api()
    if ti.map_index < 0 or api is None:
        return None
    return sum(api.task_counts(ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id]).values())


def _params(params: Any, conf: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the DAG and the task, then what the run was started with; checked against their schemas."""
    if not params:
        return dict(conf)
    if conf:
        params = type(params)(params)
        params.update(conf)
    return params.validate()


_current: ContextVar[Context | None] = ContextVar("current_context", default=None)


@contextmanager
def entered(context: Context) -> Generator[Context]:
    """Make `context` the one that `get_current_context` returns."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def get_current_context() -> Context:
    """The context of the task that is running here.

    Raises:
        RuntimeError: no task is.
    """
    context = _current.get()
    if context is None:
        raise RuntimeError(
            "Current context was requested but no context was found: get_current_context() works only in code "
            "that a running task calls (a thread of its own needs the context handed over)"
        )
    return context

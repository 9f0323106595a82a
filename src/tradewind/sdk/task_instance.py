"""The task instance that running code sees as `ti`: who it is, and the door to XComs and facts about runs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, overload
from urllib.parse import quote

from tradewind.sdk.exceptions import AirflowRuntimeError, DagNotFound
from tradewind.sdk.notset import NOTSET
from tradewind.sdk.task_api import EncodedXCom, PreviousRun, TaskApi, XComAddress, task_api
from tradewind.sdk.xcom_codec import XComCodec
from tradewind.sdk.xcom_items import PushedItems

if TYPE_CHECKING:
    from tradewind.sdk.context import Context

__all__ = ["RETURN_KEY", "LazyXComSequence", "RuntimeTaskInstance", "TaskInstanceKey"]

RETURN_KEY = "return_value"


class LazyXComSequence(Sequence[Any]):
    """What all instances of a mapped task pushed, by map index: fetched when first looked at, decoded item by item."""

    def __init__(self, api: TaskApi, codec: XComCodec, where: XComAddress) -> None:
        self._api, self._codec, self._where = api, codec, where
        self._stored: list[EncodedXCom] | None = None

    def _items(self) -> list[EncodedXCom]:
        if self._stored is None:
            self._stored = [stored for _, stored in self._api.xcoms(self._where)]
        return self._stored

    def __len__(self) -> int:
        return len(self._items())

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self._codec.decode(stored) for stored in self._items()[index]]
        return self._codec.decode(self._items()[index])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence) and not isinstance(other, str | bytes):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # pyright: ignore[reportAssignmentType] - its items may be anything

    def __repr__(self) -> str:
        state = "not fetched" if self._stored is None else f"{len(self._stored)} items"
        return f"LazyXComSequence({self._where.task_id!r}, key={self._where.key!r}, {state})"


class TaskInstanceKey(NamedTuple):
    """DAG, task, run, try and map index."""

    dag_id: str
    task_id: str
    run_id: str
    try_number: int = 1
    map_index: int = -1

    @property
    def primary(self) -> tuple[str, str, str, int]:
        """All but the try."""
        return self.dag_id, self.task_id, self.run_id, self.map_index

    @property
    def key(self) -> TaskInstanceKey:
        """Itself."""
        return self

    def with_try_number(self, try_number: int) -> TaskInstanceKey:
        """The same of another try."""
        return self._replace(try_number=try_number)


@dataclass(slots=True, kw_only=True, eq=False)
class RuntimeTaskInstance:
    """One attempt, from the inside."""

    id: str
    task: Any
    dag_id: str
    task_id: str
    run_id: str
    map_index: int = -1
    map_path: tuple[int, ...] = ()
    """In scopes inside of scopes: the numbers of its items, outermost first; see `path`."""
    try_number: int = 1
    max_tries: int = 0
    codec: XComCodec
    start_date: datetime | None = None
    first_start: datetime | None = None
    """Start of the first attempt of this try, where a sensor was rescheduled since."""
    end_date: datetime | None = None
    hostname: str = ""
    pid: int = 0
    queue: str = "default"
    pool: str = "default_pool"
    priority_weight: int = 1
    dag_version_id: str = ""
    state: str = "running"
    rendered_map_index: str | None = None
    pushed: dict[str, EncodedXCom] = field(default_factory=dict)
    """What this attempt has pushed so far; it travels with the report of its end."""
    context: Context | None = None
    dag_run: Any = None
    question: Any = None
    """What it asks a person, once it does; see `tradewind.sdk.hitl`."""

    # -- who --------------------------------------------------------------------------------------------------------

    @property
    def is_mapped(self) -> bool:
        """Whether this is one of several instances of the task."""
        return self.map_index >= 0

    @property
    def path(self) -> tuple[int, ...]:
        """The number of its item in each mapped scope around it, outermost first; of an unmapped instance nothing."""
        return self.map_path or ((self.map_index,) if self.map_index >= 0 else ())

    @property
    def operator(self) -> str:
        """Name of the operator's class."""
        return getattr(self.task, "task_type", type(self.task).__name__)

    @property
    def key(self) -> TaskInstanceKey:
        """DAG, task, run, try and map index."""
        return TaskInstanceKey(self.dag_id, self.task_id, self.run_id, self.try_number, self.map_index)

    @property
    def logical_date(self) -> datetime | None:
        """The run's logical date."""
        return self.dag_run.logical_date if self.dag_run is not None else None

    @property
    def log_url(self) -> str:
        """Where people see the log of this attempt, for mails and messages."""
        from tradewind.sdk.operator_settings import server_address  # noqa: PLC0415 - few tasks send links

        index = f"/mapped/{self.map_index}" if self.is_mapped else ""
        dag_id, run_id, task_id = (quote(part, safe="") for part in (self.dag_id, self.run_id, self.task_id))
        return f"{server_address()}/dags/{dag_id}/runs/{run_id}/tasks/{task_id}{index}?try_number={self.try_number}"

    @property
    def log(self) -> logging.Logger:
        """The task's log."""
        return logging.getLogger("tradewind.task")

    @property
    def duration(self) -> float | None:
        """Seconds it ran, once it has ended."""
        if self.start_date is None or self.end_date is None:
            return None
        return (self.end_date - self.start_date).total_seconds()

    def __repr__(self) -> str:
        index = f" [{self.map_index}]" if self.map_index >= 0 else ""
        return f"<TaskInstance {self.dag_id}.{self.task_id} {self.run_id}{index} try {self.try_number}>"

    def get_template_context(self) -> Context:
        """The context of this attempt."""
        if self.context is None:
            raise AirflowRuntimeError("this task instance has no context yet")
        return self.context

    def render_templates(self, context: Context | None = None, jinja_env: Any = None) -> Any:
        """Render the task's template fields; returns the task."""
        self.task.render_template_fields(context or self.get_template_context(), jinja_env)
        return self.task

    # -- XComs -------------------------------------------------------------------------------------------------------

    def xcom_push(self, key: str, value: Any) -> None:
        """Leave a value for other tasks, stored at once.

        Raises:
            SerializationError: there is no way to store a value of this type.
        """
        _api().push_xcom(key, self.keep(key, value))

    def keep(self, key: str, value: Any) -> EncodedXCom:
        """Encode a value that travels with the report of this attempt's end."""
        if not isinstance(key, str) or not key:
            raise ValueError(f"the key of an XCom is a text, not {key!r}")
        encoded = self.codec.encode(value, f"XCom {key!r} of task {self.task_id!r}")
        self.pushed[key] = encoded
        return encoded

    def xcom_pull(
        self,
        task_ids: str | Iterable[str] | None = None,
        dag_id: str | None = None,
        key: str = RETURN_KEY,
        include_prior_dates: bool = False,
        *,
        map_indexes: int | Iterable[int] | Any | None = NOTSET,
        default: Any = None,
        run_id: str | None = None,
    ) -> Any:
        """Values that tasks pushed.

        Args:
            task_ids: a task, or several: then a list comes back. None: this one.
            dag_id: another DAG than this one.
            key: the XCom's key.
            include_prior_dates: look into earlier runs too, where this one has none.
            map_indexes: an instance of a mapped task, or several. Not given: all of them, as a sequence.
            default: where there is no such value.
            run_id: another run than this one.
        """
        many_tasks = task_ids is not None and not isinstance(task_ids, str)
        names = [self.task_id] if task_ids is None else [task_ids] if isinstance(task_ids, str) else list(task_ids)
        here = "" if dag_id in (None, self.dag_id) else str(dag_id)
        there = "" if run_id in (None, self.run_id) and not here else run_id or self.run_id

        def where(name: str) -> XComAddress:
            return XComAddress(key, name, -1, here, there, include_prior_dates)

        if map_indexes is NOTSET or map_indexes is None:
            if not many_tasks:
                return self._pull_all(where(names[0]), default, is_self=task_ids is None)
            values: list[Any] = []
            for name in names:
                found = self._pull_all(where(name), default, is_self=False)
                values.extend(found) if isinstance(found, LazyXComSequence) else values.append(found)
            return values
        if isinstance(map_indexes, int):
            found = [self._pull(where(name), map_indexes, default) for name in names]
            return found if many_tasks else found[0]
        indexes = list(map_indexes)
        return [self._pull(where(name), index, default) for name in names for index in indexes]

    def _pull_all(self, where: XComAddress, default: Any, *, is_self: bool) -> Any:
        if is_self:
            return self._pull(where, self.map_index, default)
        if not where.dag_id and self._is_mapped_task(where.task_id):
            return LazyXComSequence(_api(), self.codec, where)
        if not where.dag_id:
            return self._pull(where, -1, default)
        found = _api().xcoms(where)  # another DAG: its rows tell whether the task is mapped
        if not found:
            return self._pull(where, -1, default) if where.include_prior_dates else default
        if len(found) == 1 and found[0][0] < 0:
            return self.codec.decode(found[0][1])
        return LazyXComSequence(_api(), self.codec, where)

    def _is_mapped_task(self, task_id: str) -> bool:
        dag = getattr(self.task, "dag_or_none", None)
        task = dag.task_dict.get(task_id) if dag is not None else None
        return task is not None and (task.is_mapped or task.get_closest_mapped_task_group() is not None)

    def xcom_items(self, *, task_ids: str, dag_id: str, key: str, default: Any, map_indexes: int | None) -> Any:
        """As `xcom_pull` of one task, for whoever wants few items of it: a list comes as a sequence that reads each
        item when it is taken, a dict as one of its pairs.
        """
        if dag_id != self.dag_id:
            return self.xcom_pull(task_ids=task_ids, dag_id=dag_id, key=key, default=default, map_indexes=map_indexes)
        where = XComAddress(key, task_ids)
        if map_indexes is None:
            return PushedItems(_api(), self.codec, where)
        stored = self._stored(where, map_indexes)
        return default if stored is None else self.codec.items(stored)

    def xcom_under(self, task_ids: str, key: str, path: str, default: Any, *, is_one: bool, by_item: bool) -> Any:
        """What instances of a task in scopes inside of scopes pushed: those under a path, or (`is_one`) the one at it.

        Args:
            by_item: for whoever wants few items of one value: a list comes as a sequence that reads each when taken.
        """
        where = XComAddress(key, task_ids, path=path)
        if not is_one:
            return PushedItems(_api(), self.codec, where) if by_item else LazyXComSequence(_api(), self.codec, where)
        stored, _ = _api().xcom_at(where, 0)
        if stored is None:
            return default
        return self.codec.items(stored) if by_item else self.codec.decode(stored)

    def _pull(self, where: XComAddress, map_index: int, default: Any) -> Any:
        stored = self._stored(where, map_index)
        return default if stored is None else self.codec.decode(stored)

    def _stored(self, where: XComAddress, map_index: int) -> EncodedXCom | None:
        is_own = where.task_id == self.task_id and map_index == self.map_index and not where.dag_id and not where.run_id
        stored = self.pushed.get(where.key) if is_own else None
        if stored is None:
            place = XComAddress(
                where.key, where.task_id, map_index, where.dag_id, where.run_id, where.include_prior_dates
            )
            stored = _api().xcom(place)
        return stored

    async def axcom_pull(self, *args: Any, **kwargs: Any) -> Any:
        """`xcom_pull` for async code."""
        import asyncio  # noqa: PLC0415 - async code has it

        return await asyncio.to_thread(self.xcom_pull, *args, **kwargs)

    async def axcom_push(self, key: str, value: Any) -> None:
        """`xcom_push` for async code."""
        import asyncio  # noqa: PLC0415 - as above

        await asyncio.to_thread(self.xcom_push, key, value)

    # -- facts about runs ----------------------------------------------------------------------------------------------

    def get_first_reschedule_date(self, context: Mapping[str, Any]) -> datetime | None:  # noqa: ARG002 - Airflow's shape
        """When this try of the sensor first started, if it was rescheduled since."""
        return self.first_start

    def get_previous_dagrun(self, state: str | None = None) -> PreviousRun | None:
        """The run before this one, of those in `state`."""
        return _api().previous_run(state)

    def get_previous_ti(self, state: str | None = None) -> Any:
        """This task in the run before this one (`run_id`, `state`, `task_id`, `dag_id`, `logical_date`); None: there was
        none, or not in this state."""
        run = _api().previous_run(None)
        if run is None:
            return None
        name = self.task_id if self.map_index < 0 else f"{self.task_id}_{self.map_index}"
        found = _api().task_states(self.dag_id, task_ids=[self.task_id], run_ids=[run.run_id]).get(run.run_id, {})
        if name not in found or (state is not None and found[name] != state):
            return None
        return SimpleNamespace(
            dag_id=self.dag_id,
            task_id=self.task_id,
            map_index=self.map_index,
            run_id=run.run_id,
            logical_date=run.logical_date,
            state=found[name],
        )

    @staticmethod
    def get_ti_count(  # noqa: PLR0917 - Airflow's shape
        dag_id: str,
        map_index: int | None = None,
        task_ids: list[str] | None = None,
        task_group_id: str | None = None,
        logical_dates: list[datetime] | None = None,
        run_ids: list[str] | None = None,
        states: list[str] | None = None,
    ) -> int:
        """How many instances there are, in any of the states."""
        if map_index is not None:
            found = RuntimeTaskInstance.get_task_states(
                dag_id, map_index, task_ids, task_group_id, logical_dates, run_ids
            )
            return sum(not states or state in states for one in found.values() for state in one.values())
        counts = _api().task_counts(
            dag_id,
            task_ids=task_ids or (),
            group_id=task_group_id or "",
            run_ids=run_ids or (),
            logical_dates=logical_dates or (),
        )
        return sum(count for state, count in counts.items() if not states or state in states)

    @staticmethod
    def get_task_states(  # noqa: PLR0917 - Airflow's shape
        dag_id: str,
        map_index: int | None = None,
        task_ids: list[str] | None = None,
        task_group_id: str | None = None,
        logical_dates: list[datetime] | None = None,
        run_ids: list[str] | None = None,
    ) -> dict[str, dict[str, str | None]]:
        """Run id -> task id (with ``_index`` behind it where it is mapped) -> state."""
        states = _api().task_states(
            dag_id,
            task_ids=task_ids or (),
            group_id=task_group_id or "",
            run_ids=run_ids or (),
            logical_dates=logical_dates or (),
        )
        if map_index is None:
            return states
        facts = _api().dag_facts(dag_id) or {}
        known: Any = task_ids or facts.get("task_ids") or ()
        end = f"_{map_index}" if map_index >= 0 else ""
        return {
            run: {
                name: state
                for name, state in found.items()
                if name.endswith(end) and (not known or name.removesuffix(end) in known)
            }
            for run, found in states.items()
        }

    @staticmethod
    def get_dr_count(
        dag_id: str,
        logical_dates: list[datetime] | None = None,
        run_ids: list[str] | None = None,
        states: list[str] | None = None,
    ) -> int:
        """How many runs there are, in any of the states."""
        counts = _api().task_counts(dag_id, run_ids=run_ids or (), logical_dates=logical_dates or ())
        return sum(count for state, count in counts.items() if not states or state in states)

    @staticmethod
    def get_dag(dag_id: str) -> Any:
        """What there is to know of a DAG: `dag_id`, `is_paused`, `bundle_name`, `owners`, `tags`, ...

        Raises:
            DagNotFound: there is no such DAG.
        """
        facts = _api().dag_facts(dag_id)
        if facts is None:
            raise DagNotFound(f"there is no DAG {dag_id!r}")
        return SimpleNamespace(**facts)

    @staticmethod
    def get_dagrun_state(dag_id: str, run_id: str) -> str | None:
        """The state of a run; None: no such run."""
        return _api().run_state(dag_id, run_id)


def _api() -> TaskApi:
    api = task_api()
    if api is None:
        raise AirflowRuntimeError("XComs and runs can be asked for only while a task runs")
    return api

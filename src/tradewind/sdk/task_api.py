"""What a running task may ask of the outside, and how `Variable`, `Connection` and `ti` find it.

The worker binds a `TaskApi` around each attempt (`bound`). It is looked up in a context variable; threads that user
code starts have no copy of it, so that the binding of the process, which runs one attempt at a time, stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tradewind.base.errors import TradewindError
from tradewind.sdk.exceptions import AirflowRuntimeError

__all__ = [
    "AssetEventFacts",
    "AssetEventQuery",
    "AssetFacts",
    "EncodedXCom",
    "Mask",
    "NoTaskApi",
    "PreviousRun",
    "StatePlace",
    "TaskApi",
    "XComAddress",
    "bound",
    "current_task_api",
    "mask_secret",
    "task_api",
]

Mask = Callable[[Any, str | None], None]
"""Takes a secret text, or a structure of them, and the name it goes by; from now on it is starred in the logs."""


class NoTaskApi(TradewindError, AirflowRuntimeError):
    """Something was asked that only a running task can be told; code of others catches the second name."""

    code = "no_task_api"


@dataclass(frozen=True, slots=True)
class EncodedXCom:
    """A value as it is stored: `tradewind.sdk.xcom_codec` makes and reads them."""

    value: str
    kind: str = "json"
    length: int | None = None
    is_none: bool = False


@dataclass(frozen=True, slots=True)
class XComAddress:
    """Which value is meant; empty `dag_id` and `run_id`: those of the running attempt."""

    key: str
    task_id: str
    map_index: int = -1
    dag_id: str = ""
    run_id: str = ""
    include_prior_dates: bool = False
    path: str = ""
    """Of a task in scopes inside of scopes, asked for as a whole: only instances with this path, or under it; ``*``:
    all, in the order of their paths. With ``$`` behind it: the last of each innermost scope, that of a loop."""


@dataclass(frozen=True, slots=True)
class StatePlace:
    """Whose state is meant: an asset's, by name or URI; neither: that of the running task instance."""

    asset_name: str = ""
    asset_uri: str = ""


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """The run before this one."""

    run_id: str
    logical_date: datetime | None
    interval_start: datetime | None
    interval_end: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    state: str | None
    run_type: str = "scheduled"
    run_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class AssetEventQuery:
    """Which events of an asset, or of an alias, are asked for."""

    name: str = ""
    uri: str = ""
    alias: str = ""
    after: datetime | None = None
    before: datetime | None = None
    ascending: bool = True
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """An asset as the server knows it."""

    name: str
    uri: str
    group: str = "asset"
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetEventFacts:
    """An update of an asset as the server knows it."""

    name: str
    uri: str
    timestamp: datetime
    group: str = "asset"
    extra: Mapping[str, Any] = field(default_factory=dict)
    source_dag_id: str | None = None
    source_run_id: str | None = None
    source_task_id: str | None = None
    source_map_index: int | None = None
    partition_key: str | None = None
    aliases: Sequence[str] = ()
    id: int | None = None
    source_run_type: str | None = None
    source_logical_date: datetime | None = None
    source_interval_start: datetime | None = None
    source_interval_end: datetime | None = None


class TaskApi(Protocol):
    """The requests of a task, in plain values. Methods raise `AirflowRuntimeError` where the server refuses."""

    def xcom(self, where: XComAddress) -> EncodedXCom | None: ...

    def xcoms(self, where: XComAddress) -> list[tuple[int, EncodedXCom]]: ...

    def xcom_at(self, where: XComAddress, place: int) -> tuple[EncodedXCom | None, int]:
        """Of the values that instances of a task pushed, in order: the one at a place, and how many there are."""
        ...

    def push_xcom(self, key: str, value: EncodedXCom) -> None: ...

    def delete_xcom(self, key: str) -> None: ...

    def variable(self, key: str) -> str | None: ...

    def set_variable(self, key: str, value: str, description: str | None) -> None: ...

    def delete_variable(self, key: str) -> None: ...

    def variable_keys(self, prefix: str | None) -> list[str]: ...

    def connection(self, conn_id: str) -> Mapping[str, Any] | None: ...

    def state(self, where: StatePlace, key: str) -> str | None:
        """A stored value as JSON; None: not there."""
        ...

    def set_state(
        self, where: StatePlace, key: str, value: str, retention_s: float | None, *, never_expires: bool
    ) -> None: ...

    def delete_state(self, where: StatePlace, key: str | None) -> None:
        """Forget a value; None: all of them."""
        ...

    def state_keys(self, where: StatePlace) -> list[str]: ...

    def tell_deadline(self, alert: int, task_id: str | None, at: datetime | None) -> None:
        """Say when a deadline is that only the code knows."""
        ...

    def asset(self, name: str, uri: str) -> AssetFacts | None:
        """The asset of this name, or of this URI where the name is empty; None: there is none."""
        ...

    def asset_events(self, query: AssetEventQuery) -> list[AssetEventFacts]: ...

    def triggering_events(self) -> list[AssetEventFacts]:
        """The events that this run was started by."""
        ...

    def task_counts(
        self,
        dag_id: str,
        *,
        task_ids: Sequence[str] = (),
        group_id: str = "",
        run_ids: Sequence[str] = (),
        logical_dates: Sequence[datetime] = (),
    ) -> dict[str, int]: ...

    def task_states(
        self,
        dag_id: str,
        *,
        task_ids: Sequence[str] = (),
        group_id: str = "",
        run_ids: Sequence[str] = (),
        logical_dates: Sequence[datetime] = (),
    ) -> dict[str, dict[str, str | None]]:
        """Run -> task (with ``_index`` behind it where it is mapped) -> state."""
        ...

    def dag_facts(self, dag_id: str) -> Mapping[str, Any] | None:
        """What there is to know of a DAG (`is_paused`, `task_ids`, `group_ids`, `results`, ...); None: there is none."""
        ...

    def run_state(self, dag_id: str, run_id: str) -> str | None: ...

    def previous_run(self, state: str | None) -> PreviousRun | None: ...

    def trigger_run(
        self,
        dag_id: str,
        *,
        run_id: str = "",
        logical_date: datetime | None = None,
        run_after: datetime | None = None,
        conf: Mapping[str, Any] | None = None,
        reset: bool = False,
        note: str | None = None,
    ) -> str: ...


class _ProcessBinding:
    """The binding that threads of user code fall back to."""

    def __init__(self) -> None:
        self.api: TaskApi | None = None
        self.mask: Mask | None = None


current_task_api: ContextVar[TaskApi | None] = ContextVar("current_task_api", default=None)
_process = _ProcessBinding()


@contextmanager
def bound(api: TaskApi, mask: Mask | None = None) -> Generator[None]:
    """Make `api` the one that this attempt's code reaches."""
    before = (_process.api, _process.mask)
    token = current_task_api.set(api)
    _process.api, _process.mask = api, mask
    try:
        yield
    finally:
        current_task_api.reset(token)
        _process.api, _process.mask = before


def task_api() -> TaskApi | None:
    """The API of the attempt that runs here; None outside of one."""
    return current_task_api.get() or _process.api


def mask_secret(secret: Any, name: str | None = None) -> None:
    """Star this text, or all texts in this structure, in the logs of this task from now on."""
    if _process.mask is not None:
        _process.mask(secret, name)

"""What events and commands speak of: runs, task instances, assets, backfills. Values that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tradewind.spec import DagKey

__all__ = ["AssetKey", "AssetUpdate", "BackfillFacts", "BackfillSlot", "RunFacts", "TaskRef"]


@dataclass(frozen=True, slots=True, order=True)
class TaskRef:
    """A task instance of a run. `map_index` -1: the one instance of an unmapped task, or of one not yet expanded."""

    task_id: str
    map_index: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Everything about a run that never changes, save the version that a clear may move it to."""

    uid: str
    dag: DagKey
    run_id: str
    run_type: str
    """``scheduled``, ``manual``, ``backfill``, ``operator_triggered``, ``asset_triggered``, ``asset_materialization``."""
    logical_date: datetime | None
    interval_start: datetime | None
    interval_end: datetime | None
    run_after: datetime
    queued_at: datetime
    version_id: str
    """The DAG version the run is bound to; empty in a request: the newest."""
    conf: Mapping[str, object] = field(default_factory=dict[str, object])
    triggered_by: str = "timetable"
    triggering_user: str | None = None
    note: str | None = None
    backfill: str | None = None
    """Uid of the backfill that the run is part of."""
    partition_key: str | None = None
    """The part of the data that the run is about, where its schedule names one."""
    partition_date: datetime | None = None
    retry_of: str | None = None
    """Uid of the failed run that this one tries again."""
    reason: str | None = None
    """Why it was made, in words, where that is not plain: the events of assets that started it."""


class AssetKey(NamedTuple):
    """What tells an asset from all others."""

    workspace: str
    name: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetUpdate:
    """That the data behind an asset is new."""

    uid: str
    """Made by whoever tells of it, so that telling twice counts once."""
    name: str
    uri: str
    """Either may be empty: then the asset is the one that is known by the other."""
    group: str = "asset"
    extra: Mapping[str, object] = field(default_factory=dict[str, object])
    aliases: tuple[str, ...] = ()
    """Aliases through which a task named the asset."""
    partition_key: str | None = None
    """The part of the data that is new; None: the partition of the run that tells of it, or all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillFacts:
    """A backfill as the core has to know it. Its dates stand in rows, in the order in which they come."""

    uid: str
    dag: DagKey
    max_active_runs: int
    conf: Mapping[str, object] | None = None
    """Of its new runs, and of those that it has run again; None: those keep theirs."""
    user: str | None = None
    on_newest: bool = True
    """Runs that it has run again move to the newest version of the DAG."""
    is_paused: bool = False
    next_ordinal: int = 0
    """The first date whose turn has not come."""
    awaited: tuple[str, ...] = ()
    """Runs that were ordered to run again, where that has not happened yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillSlot:
    """A date of a backfill: the run that is made for it, or the one that runs again."""

    ordinal: int
    run_uid: str
    is_rerun: bool
    logical_date: datetime | None
    interval_start: datetime | None
    interval_end: datetime | None
    run_after: datetime
    partition_key: str | None = None
    partition_date: datetime | None = None

"""What the stream of changes sends; for the description of the API, as the stream is written without models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

__all__ = ["StreamEvent"]


class DagRunEvent(BaseModel):
    """A run has another state; `new_state` null: it was deleted."""

    type: Literal["dag_run"]
    time: datetime
    dag_id: str
    dag_run_id: str
    old_state: str | None
    new_state: str | None


class TaskInstanceEvent(BaseModel):
    """A task instance has another state; null: it has none, as it waits for what comes before it."""

    type: Literal["task_instance"]
    time: datetime
    dag_id: str
    dag_run_id: str
    task_id: str
    map_index: int
    try_number: int
    old_state: str | None
    new_state: str | None


class ExpansionEvent(BaseModel):
    """Instances of a mapped task have come to be, or have gone."""

    type: Literal["expansion"]
    time: datetime
    dag_id: str
    dag_run_id: str
    task_id: str
    change: Literal["created", "removed"]
    first_map_index: int
    last_map_index: int | None
    """Null: all from the first on."""


class DagEvent(BaseModel):
    """Something about a DAG has changed; ``scheduled``: when it runs next."""

    type: Literal["dag"]
    time: datetime
    dag_id: str
    change: Literal["added", "updated", "stale", "paused", "unpaused", "scheduled", "deleted"]


class AssetStreamEvent(BaseModel):
    """An asset was updated."""

    type: Literal["asset_event"]
    time: datetime
    name: str
    uri: str
    partition_key: str | None
    source_dag_id: str | None
    source_run_id: str | None
    source_task_id: str | None
    source_map_index: int


class ImportErrorEvent(BaseModel):
    """A file can't be imported, or can be again."""

    type: Literal["import_error"]
    time: datetime
    filename: str
    bundle_name: str
    change: Literal["added", "removed"]


class BackfillEvent(BaseModel):
    """A backfill has another state."""

    type: Literal["backfill"]
    time: datetime
    backfill_id: int
    dag_id: str
    old_state: str | None
    new_state: Literal["running", "paused", "completed", "cancelled"]


class StartEvent(BaseModel):
    """The first one: from its id on nothing is missed."""

    type: Literal["start"]


class ResetEvent(BaseModel):
    """Something was missed that is not there any more: read again what you show. The stream goes on after it."""

    type: Literal["reset"]
    reason: str


class EndEvent(BaseModel):
    """The last one: the caller may not listen any more."""

    type: Literal["end"]
    reason: str


class StreamEvent(RootModel[
    Annotated[
        DagRunEvent | TaskInstanceEvent | ExpansionEvent | DagEvent | AssetStreamEvent | ImportErrorEvent
        | BackfillEvent | StartEvent | ResetEvent | EndEvent,
        Field(discriminator="type"),
    ]
]):  # fmt: skip
    """The data of one event."""

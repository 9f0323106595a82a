"""What travels with an attempt that waits without a process, goes on later, or tells of data: parts of other messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

__all__ = ["AssetEventInfo", "AssetTouch", "Deferral", "InputForm", "Resume"]


class Deferral(msgspec.Struct, frozen=True, kw_only=True):
    """What a task waits for, and how it goes on."""

    classpath: str
    """``module.Class`` of the trigger."""
    kwargs: str
    """Its arguments: JSON as the XCom codec writes it."""
    method: str
    """Method of the operator that takes `(context, event, **method_kwargs)` when the trigger fired."""
    method_kwargs: str = "{}"
    """JSON as the XCom codec writes it."""
    timeout_s: float | None = None


class InputForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a task asks a person (Airflow: a human-in-the-loop detail)."""

    subject: str
    options: list[str]
    body: str | None = None
    defaults: list[str] | None = None
    multiple: bool = False
    params: dict[str, Any] = {}
    """Fields of the form: JSON schema and default by name, as `Param.dump()` gives them."""
    assigned_users: list[dict[str, str]] = []
    """``{"id": ..., "name": ...}`` of those who may answer; empty: whoever may act on the DAG."""
    deadline: datetime | None = None
    method: str = "execute_complete"
    method_kwargs: str = "{}"
    """JSON as the XCom codec writes it."""


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt goes on after a wait."""

    kind: Literal["trigger", "input", "timeout", "failure"]
    """``timeout``: the trigger did not fire in time; ``failure``: it raised, `event` is the traceback."""
    method: str
    method_kwargs: str = "{}"
    event: str = "null"
    """What came of the wait: JSON as the XCom codec writes it. Of an input: ``{"chosen_options": [...],
    "params_input": {...}, "responded_by_user": {...} | null, "responded_at": ..., "timedout": bool}``."""


class AssetEventInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An update of an asset that was told of."""

    id: int
    name: str
    uri: str
    group: str
    timestamp: datetime
    extra: dict[str, Any] = {}
    source_dag_id: str | None = None
    source_run_id: str | None = None
    source_task_id: str | None = None
    source_map_index: int | None = None
    partition_key: str | None = None
    aliases: list[str] = []
    source_run_type: str | None = None
    source_logical_date: datetime | None = None
    source_interval_start: datetime | None = None
    source_interval_end: datetime | None = None


class AssetTouch(msgspec.Struct, frozen=True, kw_only=True):
    """An update of an asset."""

    uid: str
    """Made by whoever tells of it, so that telling twice counts once."""
    name: str
    uri: str
    group: str = "asset"
    extra: dict[str, Any] = {}
    aliases: list[str] = []
    """Aliases through which the task named the asset, if any."""
    partition_keys: list[str] = []

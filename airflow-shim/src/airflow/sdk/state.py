"""Airflow's `airflow.sdk.state`: states, and the interface of state-store backends, which provider packages implement.

Code may call such a backend; the server keeps state stores in its own database and asks none.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow.utils.state import DagRunState, TaskInstanceState

__all__ = ["AssetScope", "BaseStoreBackend", "DagRunState", "StoreScope", "TaskInstanceState", "TaskScope"]


@dataclass(frozen=True)
class TaskScope:
    """The state of a task instance."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1


@dataclass(frozen=True)
class AssetScope:
    """The state of an asset, known by one of these."""

    asset_id: int | None = None
    name: str | None = None
    uri: str | None = None

    def __post_init__(self) -> None:
        if self.asset_id is None and self.name is None and self.uri is None:
            raise ValueError("AssetScope requires at least one of: asset_id, name, or uri")


StoreScope = TaskScope | AssetScope


class BaseStoreBackend(ABC):
    """Where state stores are kept: values are JSON texts; `session` is of no use but to Airflow's own database."""

    @abstractmethod
    def get(self, scope: StoreScope, key: str, *, session: Any = None) -> str | None:
        """The value of a key; None: there is none."""

    @abstractmethod
    def set(
        self, scope: StoreScope, key: str, value: str, *, expires_at: datetime | None = None, session: Any = None
    ) -> None:
        """Store a value; from `expires_at` on it may be deleted."""

    @abstractmethod
    def delete(self, scope: StoreScope, key: str, *, session: Any = None) -> None:
        """Forget a key; nothing happens where it is not there."""

    @abstractmethod
    def clear(self, scope: StoreScope, *, all_map_indices: bool = False, session: Any = None) -> None:
        """Forget all keys of a scope; of a task also those of its other map indexes, where asked."""

    @abstractmethod
    async def aget(self, scope: StoreScope, key: str, *, session: Any = None) -> str | None:
        """`get`, for coroutines."""

    @abstractmethod
    async def aset(
        self, scope: StoreScope, key: str, value: str, *, expires_at: datetime | None = None, session: Any = None
    ) -> None:
        """`set`, for coroutines."""

    @abstractmethod
    async def adelete(self, scope: StoreScope, key: str, *, session: Any = None) -> None:
        """`delete`, for coroutines."""

    @abstractmethod
    async def aclear(self, scope: StoreScope, *, all_map_indices: bool = False, session: Any = None) -> None:
        """`clear`, for coroutines."""

    def cleanup(self) -> None:  # noqa: B027 - few backends have something to clean
        """Delete what is over; nothing, unless a backend says otherwise."""

    def serialize_task_state_store_to_ref(self, *, value: Any, key: str, scope: TaskScope) -> str:  # noqa: ARG002 - as called
        """What stands for a task's value in the database: JSON, or where the backend has put it."""
        return json.dumps(value)

    def deserialize_task_state_store_from_ref(self, stored: str) -> Any:
        """The value of what `serialize_task_state_store_to_ref` gave."""
        return json.loads(stored)

    def serialize_asset_state_store_to_ref(self, *, value: Any, key: str, scope: AssetScope) -> str:  # noqa: ARG002 - as called
        """What stands for an asset's value in the database: JSON, or where the backend has put it."""
        return json.dumps(value)

    def deserialize_asset_state_store_from_ref(self, stored: str) -> Any:
        """The value of what `serialize_asset_state_store_to_ref` gave."""
        return json.loads(stored)

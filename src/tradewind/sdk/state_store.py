"""State stores: small values that outlive an attempt, of a task instance across its tries, or of an asset across runs.

Values are JSON. A task's are kept through retries, restarts and clears, so that the next try finds what the last one
began; an asset's are kept for good.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tradewind.sdk.asset import Asset
from tradewind.sdk.task_api import NoTaskApi, StatePlace, TaskApi, task_api

__all__ = ["NEVER_EXPIRE", "AssetStateStore", "AssetStateStores", "StateStore", "TaskStateStore"]

NEVER_EXPIRE = timedelta.max
"""Retention of a value that is never cleaned away."""


class StateStore:
    """Values by key, in one place; each method has a twin for coroutines."""

    def __init__(self, where: StatePlace) -> None:
        self._where = where

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StateStore) and self._where == other._where

    def __hash__(self) -> int:
        return hash(self._where)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._where.asset_name or self._where.asset_uri or 'of this task'}>"

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default` where there is none."""
        stored = _api().state(self._where, str(key))
        return default if stored is None else json.loads(stored)

    def delete(self, key: str) -> None:
        """Forget a key; nothing happens where it is not there."""
        _api().delete_state(self._where, str(key))

    def keys(self) -> list[str]:
        """The keys that have a value, in order."""
        return _api().state_keys(self._where)

    def clear(self) -> None:
        """Forget all keys."""
        _api().delete_state(self._where, None)

    def _set(self, key: str, value: Any, retention: timedelta | None = None) -> None:
        if value is None:
            raise ValueError("Cannot set value as None; delete the key instead")
        try:
            text = json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"the state store takes JSON values (texts, numbers, lists, dicts), and {key!r} is none: {error}"
            ) from error
        retention_s = None if retention is None or retention == NEVER_EXPIRE else retention.total_seconds()
        _api().set_state(self._where, str(key), text, retention_s, never_expires=retention == NEVER_EXPIRE)

    async def aget(self, key: str, default: Any = None) -> Any:
        """`get`, without blocking the event loop."""
        return await asyncio.to_thread(self.get, key, default)

    async def adelete(self, key: str) -> None:
        """`delete`, without blocking the event loop."""
        await asyncio.to_thread(self.delete, key)

    async def akeys(self) -> list[str]:
        """`keys`, without blocking the event loop."""
        return await asyncio.to_thread(self.keys)

    async def aclear(self) -> None:
        """`clear`, without blocking the event loop."""
        await asyncio.to_thread(self.clear)


class TaskStateStore(StateStore):
    """What a task instance keeps for its next try: ``context["task_state_store"]``."""

    def __init__(self) -> None:
        super().__init__(StatePlace())

    def set(self, key: str, value: Any, *, retention: timedelta | None = None) -> None:
        """Store a value now.

        Args:
            retention: how long to keep it; `NEVER_EXPIRE`, or None: as the server is set (30 days).

        Raises:
            ValueError: the value is None.
            TypeError: the value is not JSON.
        """
        self._set(key, value, retention)

    async def aset(self, key: str, value: Any, *, retention: timedelta | None = None) -> None:
        """`set`, without blocking the event loop."""
        await asyncio.to_thread(self._set, key, value, retention)


class AssetStateStore(StateStore):
    """What is kept with an asset, across runs and DAGs."""

    def __init__(self, *, name: str | None = None, uri: str | None = None) -> None:
        if not name and not uri:
            raise ValueError("Either `name` or `uri` must be provided")
        super().__init__(StatePlace(name or "", "" if name else uri or ""))

    def set(self, key: str, value: Any) -> None:
        """Store a value now.

        Raises:
            ValueError: the value is None.
            TypeError: the value is not JSON.
        """
        self._set(key, value)

    async def aset(self, key: str, value: Any) -> None:
        """`set`, without blocking the event loop."""
        await asyncio.to_thread(self._set, key, value)


class AssetStateStores:
    """The stores of a task's inlets and outlets: ``context["asset_state_store"][ASSET]``.

    A task with one asset may leave out which: ``context["asset_state_store"].get("watermark")``.
    """

    def __init__(self, inlets: Iterable[Any], outlets: Iterable[Any] = ()) -> None:
        self._stores: dict[tuple[str, str], AssetStateStore] = {}
        for one in [*inlets, *outlets]:
            key = _name_of(one)
            if key is not None:
                self._stores.setdefault(key, AssetStateStore(**{key[0]: key[1]}))

    def __getitem__(self, asset: Any) -> AssetStateStore:
        key = _name_of(asset)
        if key is None:
            raise TypeError(f"an asset, or a reference to one, is wanted, not {type(asset).__name__}")
        if key not in self._stores:
            raise KeyError(f"{asset!r} is not in this task's inlets or outlets")
        return self._stores[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(AssetStateStore, name):
            raise AttributeError(name)
        if len(self._stores) != 1:
            raise ValueError(
                f"Task has {len(self._stores)} concrete inlets and outlets: say which one, as in "
                "context['asset_state_store'][MY_ASSET]"
            )
        return getattr(next(iter(self._stores.values())), name)

    def __repr__(self) -> str:
        return f"<AssetStateStores {[name for _, name in self._stores]}>"


def _name_of(asset: Any) -> tuple[str, str] | None:
    """How an asset is found: by its name, or by its URI where only that is known. Aliases stand for none."""
    if isinstance(asset, Asset):
        return ("name", asset.name)
    match type(asset).__name__:
        case "AssetNameRef":
            return ("name", asset.name)
        case "AssetUriRef":
            return ("uri", asset.uri)
        case _:
            return None


def _api() -> TaskApi:
    api = task_api()
    if api is None:
        raise NoTaskApi("state stores can be reached by a running task only")
    return api

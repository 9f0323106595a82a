"""What hooks tell of the data they read and write in a task, for the plugins that listen to it.

Hooks call the collector of the process (`get_hook_lineage_collector`). It keeps something only where a plugin names
`hook_lineage_readers`; elsewhere it costs nothing. Each attempt begins with an empty one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tradewind.sdk.asset import Asset
from tradewind.sdk.plugins import PLUGINS
from tradewind.sdk.provider_catalogue import catalogue, imported

__all__ = [
    "AssetLineageInfo",
    "ExtraLineageInfo",
    "HookLineage",
    "HookLineageCollector",
    "HookLineageReader",
    "NoOpCollector",
    "get_hook_lineage_collector",
]

MAX_ASSETS = 100
MAX_EXTRA = 200

log = logging.getLogger("tradewind.task.lineage")


@dataclass(slots=True)
class AssetLineageInfo:
    """An asset, how often it was read or written, and by which hook."""

    asset: Asset
    count: int
    context: Any


@dataclass(slots=True)
class ExtraLineageInfo:
    """Something else that a hook tells, such as the SQL it ran, and how often."""

    key: str
    value: Any
    count: int
    context: Any


@dataclass(slots=True)
class HookLineage:
    """All that was told."""

    inputs: list[AssetLineageInfo] = field(default_factory=list[AssetLineageInfo])
    outputs: list[AssetLineageInfo] = field(default_factory=list[AssetLineageInfo])
    extra: list[ExtraLineageInfo] = field(default_factory=list[ExtraLineageInfo])


class HookLineageCollector:
    """Keeps what hooks tell: each thing once for each hook, with how often it came."""

    def __init__(self) -> None:
        self._inputs: dict[str, AssetLineageInfo] = {}
        self._outputs: dict[str, AssetLineageInfo] = {}
        self._extra: dict[str, ExtraLineageInfo] = {}

    def create_asset(
        self,
        *,
        scheme: str | None = None,
        uri: str | None = None,
        name: str | None = None,
        group: str | None = None,
        asset_kwargs: Mapping[str, Any] | None = None,
        asset_extra: Mapping[str, Any] | None = None,
    ) -> Asset | None:
        """The asset of a URI or name; or of the scheme's own arguments, by the provider package that knows the scheme.
        None: it can't be made."""
        if uri or name:
            given = {"uri": uri, "name": name, "group": group, "extra": asset_extra}
            return Asset(**{key: value for key, value in given.items() if value})
        place = _factories().get(scheme or "")
        if place is None:
            log.debug("no asset without a URI, a name, or a known scheme (%s)", scheme)
            return None
        try:
            factory: Callable[..., Asset] = imported(place)
            return factory(**(asset_kwargs or {}), extra=asset_extra)
        except Exception:
            log.debug("the asset of scheme %s can't be made", scheme, exc_info=True)
            return None

    def add_input_asset(self, context: Any, scheme: str | None = None, uri: str | None = None, **about: Any) -> None:
        """A hook has read something."""
        self._add(self._inputs, context, scheme, uri, about)

    def add_output_asset(self, context: Any, scheme: str | None = None, uri: str | None = None, **about: Any) -> None:
        """A hook has written something."""
        self._add(self._outputs, context, scheme, uri, about)

    def _add(
        self,
        kept: dict[str, AssetLineageInfo],
        context: Any,
        scheme: str | None,
        uri: str | None,
        about: dict[str, Any],
    ) -> None:
        if len(kept) >= MAX_ASSETS:
            return
        asset = self.create_asset(scheme=scheme, uri=uri, **about)
        if asset is None:
            return
        key = f"{asset.uri}_{_hash(asset.extra)}_{id(context)}"
        kept.setdefault(key, AssetLineageInfo(asset, 0, context)).count += 1
        if len(kept) == MAX_ASSETS:
            log.warning("Lineage has %d assets: the rest of this attempt's are not kept", MAX_ASSETS)

    def add_extra(self, context: Any, key: str, value: Any) -> None:
        """A hook tells something else."""
        if len(self._extra) >= MAX_EXTRA or not key or not value:
            return
        entry = f"{key}_{_hash(value)}_{id(context)}"
        self._extra.setdefault(entry, ExtraLineageInfo(key, value, 0, context)).count += 1
        if len(self._extra) == MAX_EXTRA:
            log.warning("Lineage has %d extras: the rest of this attempt's are not kept", MAX_EXTRA)

    @property
    def has_collected(self) -> bool:
        """Whether anything was told."""
        return bool(self._inputs or self._outputs or self._extra)

    @property
    def collected_assets(self) -> HookLineage:
        """All that was told so far."""
        return HookLineage([*self._inputs.values()], [*self._outputs.values()], [*self._extra.values()])


class NoOpCollector(HookLineageCollector):
    """Keeps nothing: no plugin reads it."""

    def _add(self, *_: Any, **__: Any) -> None:
        return

    def add_extra(self, *_: Any, **__: Any) -> None:
        """Nothing."""


class HookLineageReader:
    """What plugins name in `hook_lineage_readers`; it reads what the collector has."""

    def __init__(self, **_: Any) -> None:
        self.lineage_collector = get_hook_lineage_collector()

    def retrieve_hook_lineage(self) -> HookLineage:
        """All that hooks told in this attempt so far."""
        return self.lineage_collector.collected_assets


@cache
def get_hook_lineage_collector() -> HookLineageCollector:
    """The collector of the attempt that runs here."""
    return HookLineageCollector() if PLUGINS.reads_lineage else NoOpCollector()


@cache
def _factories() -> dict[str, str]:
    """Scheme of a URI -> dotted name of the function that makes an asset of its parts."""
    return {
        scheme: entry["factory"]
        for section in ("dataset-uris", "asset-uris")
        for _, entry in catalogue().section(section)
        if entry.get("factory")
        for scheme in entry["schemes"]
    }


def _hash(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()

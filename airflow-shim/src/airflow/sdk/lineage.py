"""What hooks tell of the data they read and write. Nobody listens yet, so the collector keeps nothing."""

from __future__ import annotations

from typing import Any

__all__ = ["HookLineage", "HookLineageCollector", "HookLineageReader", "NoOpCollector", "get_hook_lineage_collector"]

LineageContext = Any


class HookLineage:
    """What was read and written."""

    def __init__(
        self, inputs: list[Any] | None = None, outputs: list[Any] | None = None, extra: list[Any] | None = None
    ) -> None:
        self.inputs, self.outputs, self.extra = inputs or [], outputs or [], extra or []


class NoOpCollector:
    """Keeps nothing."""

    def __init__(self) -> None:
        self._extra: dict[str, Any] = {}  # `common-compat` patches a class whose collectors do not have it

    def create_asset(self, **_: Any) -> None:
        """An asset of a hook's words; none, for nobody is told of it."""

    def add_input_asset(self, *_: Any, **__: Any) -> None:
        """Something was read."""

    def add_output_asset(self, *_: Any, **__: Any) -> None:
        """Something was written."""

    def add_extra(self, *_: Any, **__: Any) -> None:
        """Something else is worth telling."""

    create_dataset = create_asset
    add_input_dataset = add_input_asset
    add_output_dataset = add_output_asset

    @property
    def has_collected(self) -> bool:
        """Whether anything was kept."""
        return False

    @property
    def collected_assets(self) -> HookLineage:
        """What was kept."""
        return HookLineage()


HookLineageCollector = NoOpCollector


class HookLineageReader:
    """Reads what the collector kept."""

    def __init__(self) -> None:
        self.lineage_collector = get_hook_lineage_collector()

    def retrieve_hook_lineage(self) -> HookLineage:
        """All of it."""
        return self.lineage_collector.collected_assets


_COLLECTOR = NoOpCollector()


def get_hook_lineage_collector() -> NoOpCollector:
    """The collector of this process."""
    return _COLLECTOR

"""Partitions as they are written in DAG files: mappers and schedules. What they mean is in
`tradewind.timetables.partitions`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from tradewind.base.errors import InvalidInput
from tradewind.sdk.asset import BaseAsset, asset_condition
from tradewind.sdk.authoring_errors import InvalidArgument, InvalidSchedule
from tradewind.sdk.partition_windows import WaitForAll, WaitPolicy, Window
from tradewind.sdk.timetable_base import BaseTimetable
from tradewind.sdk.zones import zone_name

if TYPE_CHECKING:
    from tradewind.spec import Json

__all__ = [
    "AllowedKeyMapper",
    "ChainMapper",
    "FanOutMapper",
    "FixedKeyMapper",
    "IdentityMapper",
    "PartitionMapper",
    "PartitionedAssetTimetable",
    "PartitionedAtRuntime",
    "ProductMapper",
    "RollupMapper",
    "StartOfDayMapper",
    "StartOfHourMapper",
    "StartOfMonthMapper",
    "StartOfQuarterMapper",
    "StartOfWeekMapper",
    "StartOfYearMapper",
]


class PartitionMapper:
    """From the key of a partition of an asset to keys of partitions of the DAG.

    Args:
        max_downstream_keys: how many of them one key may have; more, and none of their runs starts.
    """

    kind: ClassVar[str] = ""
    is_rollup: ClassVar[bool] = False
    expected_decoded_type: ClassVar[type] = str

    def __init__(self, *, max_downstream_keys: int | None = None) -> None:
        most = max_downstream_keys
        if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
            raise InvalidArgument(f"max_downstream_keys must be a whole number above 0, not {most!r}")
        self.max_downstream_keys = most

    def arguments(self) -> dict[str, Json]:
        """What the kind needs, as JSON."""
        return {}

    def as_json(self) -> Json:
        """The mapper as it is stored in a spec.

        Raises:
            InvalidSchedule: it is one that the scheduler, which runs no code of a DAG file, does not know.
        """
        if not self.kind or not type(self).__module__.startswith("tradewind."):
            raise InvalidSchedule(
                f"the scheduler runs no code of yours, so it can't ask the partition mapper {type(self).__name__}; "
                "build it of IdentityMapper, StartOf...Mapper, ChainMapper, ProductMapper, RollupMapper and their like, "
                "or map the keys in the task with outlet_events[...].add_partitions(...)"
            )
        found: dict[str, Json] = {"kind": self.kind, **self.arguments()}
        if self.max_downstream_keys is not None:
            found["max_keys"] = self.max_downstream_keys
        return found

    def to_downstream(self, key: str) -> str | list[str]:
        """The key of the DAG's partition that a key belongs to; the keys, where there are several.

        Raises:
            InvalidArgument: the mapper takes no such key.
        """
        from tradewind.timetables.partitions import mapper_of  # noqa: PLC0415 - for people who try a mapper out

        try:
            found = mapper_of(self.as_json()).downstream(key)
        except InvalidInput as error:
            raise InvalidArgument(error.message, key=key) from error
        return found[0] if len(found) == 1 else found

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


class IdentityMapper(PartitionMapper):
    """Each key stands for itself."""

    kind = "identity"


class FixedKeyMapper(PartitionMapper):
    """All keys belong to one."""

    kind = "fixed"

    def __init__(self, downstream_key: str, *, max_downstream_keys: int | None = None) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        if not isinstance(downstream_key, str) or not downstream_key:
            raise InvalidArgument("downstream_key must be a text that is not empty")
        self.downstream_key = downstream_key

    def arguments(self) -> dict[str, Json]:
        return {"key": self.downstream_key}


class AllowedKeyMapper(PartitionMapper):
    """Each key stands for itself, if it is one of these."""

    kind = "allowed"

    def __init__(self, allowed_keys: list[str], *, max_downstream_keys: int | None = None) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.allowed_keys = list(allowed_keys)

    def arguments(self) -> dict[str, Json]:
        return {"keys": list(self.allowed_keys)}


class ChainMapper(PartitionMapper):
    """One mapper after the other."""

    kind = "chain"

    def __init__(
        self,
        mapper0: PartitionMapper,
        mapper1: PartitionMapper,
        /,
        *mappers: PartitionMapper,
        max_downstream_keys: int | None = None,
    ) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.mappers = [mapper0, mapper1, *mappers]

    def arguments(self) -> dict[str, Json]:
        return {"mappers": [mapper.as_json() for mapper in self.mappers]}


class ProductMapper(ChainMapper):
    """A mapper for each part of a key such as ``eu|2026-01-05``."""

    kind = "product"

    def __init__(
        self,
        mapper0: PartitionMapper,
        mapper1: PartitionMapper,
        /,
        *mappers: PartitionMapper,
        delimiter: str = "|",
        max_downstream_keys: int | None = None,
    ) -> None:
        super().__init__(mapper0, mapper1, *mappers, max_downstream_keys=max_downstream_keys)
        if not delimiter:
            raise InvalidArgument("the delimiter of a ProductMapper can't be empty")
        self.delimiter = delimiter

    def arguments(self) -> dict[str, Json]:
        return {**super().arguments(), "delimiter": self.delimiter}


class _StartOfMapper(PartitionMapper):
    """The start of the stretch of time that a moment is in.

    Args:
        timezone: where keys without an offset are, and stretches begin.
        input_format: how keys of the asset look, as for `strptime`.
        output_format: how keys of the DAG look; by default as short as the unit allows.
    """

    kind = "start_of"
    unit: ClassVar[str] = ""
    default_output_format: ClassVar[str] = ""
    expected_decoded_type = datetime

    def __init__(
        self,
        *,
        max_downstream_keys: int | None = None,
        timezone: str | tzinfo = "UTC",
        input_format: str = "%Y-%m-%dT%H:%M:%S",
        output_format: str | None = None,
    ) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.timezone = timezone
        self.input_format = input_format
        self.output_format = output_format or self.default_output_format

    def arguments(self) -> dict[str, Json]:
        return {
            "unit": self.unit,
            "timezone": zone_name(self.timezone),
            "input": self.input_format,
            "output": self.output_format,
        }


class StartOfHourMapper(_StartOfMapper):
    """The hour that a moment is in: ``2024-03-13T10``."""

    unit = "hour"
    default_output_format = "%Y-%m-%dT%H"


class StartOfDayMapper(_StartOfMapper):
    """The day that a moment is in: ``2024-03-13``."""

    unit = "day"
    default_output_format = "%Y-%m-%d"


class StartOfWeekMapper(_StartOfMapper):
    """The Monday of the week that a moment is in: ``2024-03-11 (W11)``."""

    unit = "week"
    default_output_format = "%Y-%m-%d (W%V)"


class StartOfMonthMapper(_StartOfMapper):
    """The month that a moment is in: ``2024-03``."""

    unit = "month"
    default_output_format = "%Y-%m"


class StartOfQuarterMapper(_StartOfMapper):
    """The quarter that a moment is in: ``2024-Q1``."""

    unit = "quarter"
    default_output_format = "%Y-Q{quarter}"


class StartOfYearMapper(_StartOfMapper):
    """The year that a moment is in: ``2024``."""

    unit = "year"
    default_output_format = "%Y"


class RollupMapper(PartitionMapper):
    """Many keys to one: the run starts when enough of those that make up its own have arrived.

    Args:
        upstream_mapper: the coarse key that a fine one belongs to.
        window: the fine keys that make up a coarse one.
        wait_policy: how many of them must have arrived; by default all.
    """

    kind = "rollup"
    is_rollup = True

    def __init__(
        self,
        *,
        max_downstream_keys: int | None = None,
        upstream_mapper: PartitionMapper,
        window: Window,
        wait_policy: WaitPolicy | None = None,
    ) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.upstream_mapper = upstream_mapper
        self.window = window
        self.wait_policy = wait_policy or WaitForAll()

    def arguments(self) -> dict[str, Json]:
        return {
            "upstream": self.upstream_mapper.as_json(),
            "window": self.window.as_json(),
            "wait": self.wait_policy.as_json(),
        }


class FanOutMapper(PartitionMapper):
    """One key to many: a run for each of the finer keys that it is made of.

    Args:
        upstream_mapper: the coarse key.
        window: the finer keys that it is made of.
        downstream_mapper: how the finer keys are written; by default hours of a day, days of a week or month, months of
            a quarter or year.
    """

    kind = "fan_out"

    def __init__(
        self,
        *,
        upstream_mapper: PartitionMapper,
        window: Window,
        downstream_mapper: PartitionMapper | None = None,
        max_downstream_keys: int | None = None,
    ) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.upstream_mapper = upstream_mapper
        self.window = window
        self.downstream_mapper = downstream_mapper

    def arguments(self) -> dict[str, Json]:
        found: dict[str, Json] = {"upstream": self.upstream_mapper.as_json(), "window": self.window.as_json()}
        if self.downstream_mapper is not None:
            found["downstream"] = self.downstream_mapper.as_json()
        return found


# -- schedules -------------------------------------------------------------------------------------------------------


class PartitionedAssetTimetable(BaseTimetable):
    """A run for each partition of the DAG, when the partitions of its assets have arrived that belong to it.

    Args:
        assets: what has to arrive, as in ``schedule=``.
        partition_mapper_config: mappers of single assets.
        default_partition_mapper: the mapper of the others; by default each key stands for itself.
    """

    kind: ClassVar[str] = "assets"

    def __init__(
        self,
        assets: BaseAsset | Collection[BaseAsset],
        partition_mapper_config: Mapping[BaseAsset, PartitionMapper] | None = None,
        default_partition_mapper: PartitionMapper | None = None,
    ) -> None:
        self.assets = assets
        self.asset_condition = asset_condition(assets if isinstance(assets, BaseAsset) else list(assets))
        self.partition_mapper_config = dict(partition_mapper_config or {})
        self.default_partition_mapper = default_partition_mapper or IdentityMapper()

    def arguments(self) -> dict[str, Json]:
        mappers: list[Json] = [
            [one.as_json(), mapper.as_json()] for one, mapper in self.partition_mapper_config.items()
        ]
        return {
            "condition": self.asset_condition.as_json(),
            "partitions": {"default": self.default_partition_mapper.as_json(), "mappers": mappers},
        }


class PartitionedAtRuntime(BaseTimetable):
    """No runs by schedule; tasks say which partitions they made, by `outlet_events[...].add_partitions(...)`."""

    kind: ClassVar[str] = "none"
    can_be_scheduled = False
    periodic = False
    partitioned_at_runtime = True

    def arguments(self) -> dict[str, Json]:
        return {"partitioned_at_runtime": True}

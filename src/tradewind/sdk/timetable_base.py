"""What timetables are to a DAG file: the base of those that come with the SDK, and of those that users write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from tradewind.base.clock import SystemClock
from tradewind.sdk.authoring_errors import InvalidSchedule
from tradewind.sdk.zones import zone_name

if TYPE_CHECKING:
    from typing import Self

    from tradewind import timetables as pure
    from tradewind.spec import Json

__all__ = [
    "BaseTimetable",
    "DagRunInfo",
    "DataInterval",
    "TimeRestriction",
    "Timetable",
    "Zone",
    "is_written_by_user",
    "pendulum_moment",
    "user_arguments",
]

Zone = str | tzinfo


class DataInterval(NamedTuple):
    """A stretch of time that a run is about; both ends are aware."""

    start: datetime
    end: datetime

    @classmethod
    def exact(cls, at: datetime) -> DataInterval:
        """The interval of no length at a moment."""
        return cls(at, at)


class TimeRestriction(NamedTuple):
    """Between which dates (both included) runs may be, and whether those that were missed are made up for."""

    earliest: datetime | None
    latest: datetime | None
    catchup: bool


class DagRunInfo(NamedTuple):
    """A run that a timetable asks for: when it may start, and what it is about."""

    run_after: datetime
    data_interval: DataInterval | None
    partition_date: datetime | None = None
    partition_key: str | None = None

    @classmethod
    def exact(cls, at: datetime) -> DagRunInfo:
        """A run at a moment, about that moment."""
        return cls(at, DataInterval.exact(at))

    @classmethod
    def interval(cls, start: datetime, end: datetime) -> DagRunInfo:
        """A run about a stretch of time, at its end."""
        return cls(end, DataInterval(start, end))

    @property
    def logical_date(self) -> datetime | None:
        """The start of the interval."""
        return self.data_interval.start if self.data_interval else None


class BaseTimetable:
    """Says when runs come to be. To write one of your own, derive from `Timetable`."""

    kind: ClassVar[str] = "custom"
    """How the scheduler knows it; ``custom``: only the class itself has the answers."""
    description: Any = ""
    periodic: Any = True
    can_be_scheduled: Any = True
    active_runs_limit: Any = None
    run_ordering: Any = ("data_interval_end", "logical_date")
    partitioned: Any = False
    partitioned_at_runtime: Any = False

    def arguments(self) -> dict[str, Json]:
        """The JSON arguments of the kind."""
        return {}

    @property
    def zone(self) -> Zone | None:
        """The time zone, where the timetable has one of its own."""
        return None

    @property
    def summary(self) -> str:
        """Short form for lists."""
        return type(self).__name__ if self.kind == "custom" else self._calendar().summary

    @property
    def type_name(self) -> str:
        """Name of the class: the plain one where it comes with Tradewind."""
        module = type(self).__module__
        return type(self).__name__ if module.startswith("tradewind.") else f"{module}.{type(self).__qualname__}"

    def serialize(self) -> dict[str, Any]:
        """The arguments as JSON; a change of them makes a new version of the DAG."""
        return {}

    @classmethod
    def deserialize(cls, data: Mapping[str, Any]) -> Self:
        """The timetable with these arguments."""
        del data
        return cls()

    def validate(self) -> None:
        """Raise where the timetable can't be."""

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        """The interval of a run that a person asks for at a moment."""
        found = self._calendar().manual_interval(_plain(run_after))
        return DataInterval(pendulum_moment(found.start), pendulum_moment(found.end))

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The run after the one with that interval; None: there is none for now.

        Args:
            last_automated_data_interval: of the latest run by schedule; None: there was none.
            restriction: start date, end date and catchup of the DAG.
        """
        from tradewind.timetables import Interval  # noqa: PLC0415 - only who asks needs the calendar

        last = last_automated_data_interval
        found = self._calendar().next_run(
            None if last is None else Interval(_plain(last.start), _plain(last.end)),
            earliest=None if restriction.earliest is None else _plain(restriction.earliest),
            latest=None if restriction.latest is None else _plain(restriction.latest),
            catchup=restriction.catchup,
            now=SystemClock().now(),
        )
        if found is None:
            return None
        span = None
        if found.interval is not None:
            span = DataInterval(pendulum_moment(found.interval.start), pendulum_moment(found.interval.end))
        date = None if found.partition_date is None else pendulum_moment(found.partition_date)
        return DagRunInfo(pendulum_moment(found.run_after), span, date, found.partition_key)

    def next_dagrun_info_v2(
        self, *, last_dagrun_info: DagRunInfo | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The run after another; by default what `next_dagrun_info` says."""
        last = None if last_dagrun_info is None else last_dagrun_info.data_interval
        return self.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)

    def _calendar(self) -> pure.Timetable:
        from tradewind.timetables import build  # noqa: PLC0415 - only who asks needs the calendar

        return build(self.kind, self.arguments(), zone_name(self.zone))


class Timetable(BaseTimetable):
    """Base of timetables that users write: `next_dagrun_info` says which run comes next, `infer_manual_data_interval`
    which interval a run has that a person asks for. It is asked in a process of its own, never in the scheduler's."""

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        raise NotImplementedError

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        raise NotImplementedError


ANSWERS = ("next_dagrun_info", "next_dagrun_info_v2", "infer_manual_data_interval")


def is_written_by_user(timetable: BaseTimetable) -> bool:
    """Whether only the class itself knows the answers: it is no kind of ours, or changes one of its answers."""
    if timetable.kind == "custom":
        return True
    return any(getattr(type(timetable), name) is not getattr(BaseTimetable, name) for name in ANSWERS)


def user_arguments(timetable: BaseTimetable) -> dict[str, Json]:
    """What the spec keeps of a timetable that a user wrote.

    Raises:
        InvalidSchedule: what it says about itself is no JSON.
    """
    import json  # noqa: PLC0415 - only timetables of users need it

    name = f"{type(timetable).__module__}.{type(timetable).__qualname__}"
    data = timetable.serialize()
    try:
        plain: Json = json.loads(json.dumps(data, sort_keys=True))
    except (TypeError, ValueError) as error:
        raise InvalidSchedule(f"serialize() of the timetable {name} must give plain JSON, not {data!r}") from error
    found: dict[str, Json] = {"class": name, "summary": str(timetable.summary)}
    if timetable.description:
        found["description"] = str(timetable.description)
    if plain:
        found["data"] = plain
    if timetable.active_runs_limit == 1:
        found["single_run"] = True
    if not timetable.can_be_scheduled:
        found["is_manual"] = True
    if not timetable.periodic:
        found["is_irregular"] = True
    return found


def _plain(moment: datetime) -> datetime:
    """A moment as the calendar takes it: pendulum's have an arithmetic of their own."""
    m = moment
    plain = datetime(m.year, m.month, m.day, m.hour, m.minute, m.second, m.microsecond, m.tzinfo, fold=m.fold)
    return plain.astimezone(UTC)


def pendulum_moment(moment: datetime) -> datetime:
    """A moment as pendulum has it: user code relies on its methods."""
    import pendulum  # noqa: PLC0415 - heavy, and only user code needs it

    return pendulum.instance(moment)

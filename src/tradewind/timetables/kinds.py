"""From a schedule's kind and JSON arguments to its timetable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tradewind.base.errors import InvalidInput
from tradewind.timetables.base import Args, Timetable
from tradewind.timetables.cron import parse_cron
from tradewind.timetables.delta import parse_delta
from tradewind.timetables.intervals import CronIntervals, DeltaIntervals
from tradewind.timetables.jitter import Jittered, Stepping
from tradewind.timetables.partition import CronPartition
from tradewind.timetables.simple import AssetsOrTime, Continuous, Events, Never, Once
from tradewind.timetables.trigger import CronTrigger, DeltaTrigger, Length, MultiCronTrigger
from tradewind.timetables.zoned import ZonedCron

__all__ = ["KINDS", "build", "parse_zone"]


def build(kind: str, args: Args, timezone: str) -> Timetable:
    """The timetable of a `ScheduleSpec`.

    Args:
        kind: one of `KINDS`.
        args: what the kind needs: ``{"cron": "0 9 * * 5", "interval_s": 0, "run_immediately": false}`` for
            `cron_trigger`; ``{"cron": ...}`` for `cron_interval`; ``{"crons": [...]}`` and the same options for
            `multi_cron_trigger`; ``{"seconds": N}`` or calendar units (``{"months": 1}``) for `delta_trigger` (also
            `interval_s`) and `delta_interval`; ``{"dates": [iso, ...], "restrict": false, "description": ""}`` for
            `events`; ``{"cron": ..., "key_format": ..., "run_offset": 0}`` for `cron_partition`. The kinds with a cron
            that trigger take ``"jitter_s"`` and ``"seed"``. `assets` takes the ``"timetable"`` beside its condition, as
            kind, args and timezone. The others need none; `custom` is asked elsewhere, and is known here by its
            ``summary`` and ``description`` only.
        timezone: IANA name, ``UTC``, or an offset such as ``+05:30``.

    Raises:
        InvalidInput: an unknown kind or zone, or arguments that can't be.
    """
    if kind not in BUILDERS:
        raise InvalidInput(f"no timetable of kind {kind!r}; there are {', '.join(BUILDERS)}", kind=kind)
    return BUILDERS[kind](args, parse_zone(timezone))


def parse_zone(name: str) -> tzinfo:
    """A zone by its IANA name, or a fixed offset such as ``+05:30``.

    Raises:
        InvalidInput: no such zone.
    """
    if name in ("UTC", "utc", ""):
        return UTC
    try:
        if name[0] in "+-":
            hours, _, minutes = name[1:].partition(":")
            offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
            return timezone(-offset if name[0] == "-" else offset)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(f"no time zone named {name!r}", timezone=name) from error


def _cron_trigger(args: Args, zone: tzinfo) -> Timetable:
    return _jittered(_trigger(_text(args, "cron"), args, zone), args)


def _jittered(timetable: Stepping, args: Args) -> Timetable:
    seconds = args.get("jitter_s", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise InvalidInput(f"jitter_s of the schedule must be seconds, not {seconds!r}", jitter_s=seconds)
    if not seconds:
        return timetable
    return Jittered(timetable, timedelta(seconds=seconds), str(args.get("seed") or ""))


def _trigger(cron: str, args: Args, zone: tzinfo) -> CronTrigger:
    return CronTrigger(ZonedCron(parse_cron(cron), zone), _interval(args), _patience(args))


def _patience(args: Args) -> bool | timedelta:
    immediately = args.get("run_immediately")
    if immediately is not None and not isinstance(immediately, bool | int | float):
        raise InvalidInput(f"run_immediately must be true, false or seconds, not {immediately!r}")
    return bool(immediately) if isinstance(immediately, bool | None) else timedelta(seconds=immediately)


def _cron_partition(args: Args, zone: tzinfo) -> Timetable:
    offset = args.get("run_offset", 0)
    if isinstance(offset, bool) or not isinstance(offset, int):
        raise InvalidInput(f"run_offset of the schedule must be a whole number, not {offset!r}", run_offset=offset)
    schedule = ZonedCron(parse_cron(_text(args, "cron")), zone)
    timetable = CronPartition(
        schedule, zone, key_format=_text(args, "key_format"), run_offset=offset, run_immediately=_patience(args)
    )
    return _jittered(timetable, args)


def _assets(args: Args, zone: tzinfo) -> Timetable:
    del zone
    inner = args.get("timetable")
    if not isinstance(inner, Mapping):
        if "partitions" in args:
            return Never("Partitioned Asset", "Triggered by partitions of assets")
        return Never("Asset", "Triggered by assets")
    kind, given, name = (inner.get(part) for part in ("kind", "args", "timezone"))  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON
    if not isinstance(kind, str) or not isinstance(given, Mapping) or not isinstance(name, str):
        raise InvalidInput("the timetable beside the assets of a schedule needs kind, args and timezone")
    return AssetsOrTime(build(kind, {str(key): value for key, value in given.items()}, name))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType] - JSON


def _multi_cron_trigger(args: Args, zone: tzinfo) -> Timetable:
    crons = _texts(args, "crons")
    if not crons:
        raise InvalidInput("a schedule of several cron expressions needs at least one")
    return _jittered(MultiCronTrigger([_trigger(cron, args, zone) for cron in crons]), args)


def _events(args: Args, zone: tzinfo) -> Timetable:
    moments: list[datetime] = []
    for text in _texts(args, "dates"):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise InvalidInput(f"{text!r} is no date in ISO format", date=text) from error
        moments.append(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    description = args.get("description") or ""
    return Events(moments, restrict=bool(args.get("restrict")), description=str(description))


def _none(args: Args, zone: tzinfo) -> Timetable:
    del zone
    if args.get("partitioned_at_runtime"):
        return Never("PartitionedAtRuntime", "Never, partition key(s) set at runtime")
    return Never()


def _custom(args: Args, zone: tzinfo) -> Timetable:
    del zone
    return Never(
        str(args.get("summary") or "custom"),
        str(args.get("description") or ""),
        needs_single_run=args.get("single_run") is True,
    )


def _text(args: Args, name: str) -> str:
    value = args.get(name)
    if not isinstance(value, str):
        raise InvalidInput(f"the schedule needs {name!r}, a text, not {value!r}", name=name)
    return value


def _texts(args: Args, name: str) -> list[str]:
    value = args.get(name)
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"the schedule needs {name!r}, a list of texts, not {value!r}", name=name)
    texts: list[str] = []
    for item in value:  # pyright: ignore[reportUnknownVariableType] - a JSON list, checked item by item
        if not isinstance(item, str):
            raise InvalidInput(f"{name!r} of the schedule must hold texts only, not {item!r}", name=name)
        texts.append(item)
    return texts


def _interval(args: Args) -> Length:
    by_calendar = args.get("interval")
    if isinstance(by_calendar, Mapping):
        return parse_delta({str(unit): n for unit, n in by_calendar.items()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType] - JSON
    seconds = args.get("interval_s", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise InvalidInput(f"interval_s of the schedule must be seconds, not {seconds!r}", interval_s=seconds)
    return timedelta(seconds=seconds)


BUILDERS: dict[str, Callable[[Args, tzinfo], Timetable]] = {
    "none": _none,
    "once": lambda args, zone: Once(),  # noqa: ARG005
    "continuous": lambda args, zone: Continuous(),  # noqa: ARG005
    "cron_trigger": _cron_trigger,
    "cron_interval": lambda args, zone: CronIntervals(ZonedCron(parse_cron(_text(args, "cron")), zone)),
    "multi_cron_trigger": _multi_cron_trigger,
    "delta_trigger": lambda args, zone: DeltaTrigger(parse_delta(args), _interval(args)),  # noqa: ARG005
    "delta_interval": lambda args, zone: DeltaIntervals(parse_delta(args)),  # noqa: ARG005
    "events": _events,
    "cron_partition": _cron_partition,
    "assets": _assets,
    "custom": _custom,
}

KINDS = tuple(BUILDERS)
"""The kinds of timetables."""

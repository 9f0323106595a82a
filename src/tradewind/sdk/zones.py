"""Time zones by name: whatever library an object is from, the spec keeps an IANA name or an offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from tradewind.sdk.authoring_errors import InvalidSchedule

__all__ = ["zone_name"]


def zone_name(zone: str | tzinfo | None) -> str:
    """The IANA name of a zone, ``UTC``, or an offset such as ``+05:30``.

    Raises:
        InvalidSchedule: the object is no zone that can be named.
    """
    if zone is None or zone is UTC:
        return "UTC"
    if isinstance(zone, str):
        return zone
    for attribute in ("key", "zone"):  # zoneinfo and pendulum; pytz
        name = getattr(zone, attribute, None)
        if isinstance(name, str) and name:
            return name
    if not isinstance(zone, tzinfo):
        raise InvalidSchedule(f"a time zone is needed, not {zone!r}")
    # a fixed offset gives the same answer whatever the date
    offset = zone.utcoffset(datetime(2000, 1, 1, tzinfo=None))  # noqa: DTZ001 - tzinfo.utcoffset takes naive values
    if offset is None:
        raise InvalidSchedule(f"the time zone {zone!r} has no name; use one of the IANA database, such as Europe/Oslo")
    if not offset:
        return "UTC"
    sign, size = ("-", -offset) if offset < timedelta(0) else ("+", offset)
    minutes = int(size.total_seconds()) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"

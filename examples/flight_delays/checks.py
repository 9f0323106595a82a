"""Checks the five sources before anything is built on them: keys, nulls, ranges, gaps, and that they fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from flight_delays.choices import RANGES

__all__ = ["Check", "check_sources", "failures", "table"]


class Check(NamedTuple):
    """One question to the data: what was asked of which source, what was found, what is acceptable."""

    source: str
    question: str
    found: str
    wanted: str
    passed: bool


FLIGHT_KEY = ["year", "month", "day", "sched_dep_time", "carrier", "flight", "origin", "dest"]

# The real weather has a wind of 1,048 miles an hour: a few values out of range are blanked by the join and no reason to
# stop; more than this share are.
TOLERATED = 0.001


def check_sources(frames: Mapping[str, pd.DataFrame]) -> list[Check]:
    """All checks on the sources, by name: flights, weather, planes, airports, airlines."""
    flights = frames["flights"]
    keys = {
        "flights": FLIGHT_KEY, "weather": ["origin", "time_hour"], "planes": ["tailnum"], "airports": ["faa"], "airlines": ["carrier"],
    }  # fmt: skip
    checks = [check for name, key in keys.items() for check in _check_key(name, frames[name], key)]
    for name, columns in RANGES.items():
        checks += [_check_range(name, frames[name][column], *limits) for column, limits in columns.items()]
    checks.append(_check_share("flights", "without an arrival", flights["arr_delay"].isna(), at_most=0.10))
    checks.append(_check_share("flights", "without a tail number", flights["tailnum"].isna(), at_most=0.02))
    checks.append(_check_days(flights))
    checks.append(_check_hours(frames["weather"]))
    carriers, places, planes = frames["airlines"]["carrier"], frames["airports"]["faa"], frames["planes"]["tailnum"]
    checks.append(_check_share("flights", "of unknown carriers", ~flights["carrier"].isin(carriers), at_most=0.0))
    checks.append(_check_share("flights", "to unknown airports", ~flights["dest"].isin(places), at_most=0.05))
    checks.append(_check_share("flights", "by unknown planes", ~flights["tailnum"].isin(planes), at_most=0.25))
    return checks


def failures(checks: Sequence[Check]) -> list[Check]:
    """The checks that did not pass."""
    return [check for check in checks if not check.passed]


def table(checks: Sequence[Check]) -> str:
    """The checks as a Markdown table."""
    rows = [
        f"| {'ok' if c.passed else 'FAILED'} | {c.source} | {c.question} | {c.found} | {c.wanted} |" for c in checks
    ]
    return "\n".join(["| | source | question | found | wanted |", "|---|---|---|---|---|", *rows])


def _check_key(source: str, frame: pd.DataFrame, key: list[str]) -> list[Check]:
    nulls = int(frame[key].isna().any(axis=1).sum())
    twice = int(frame.duplicated(key).sum())
    name = ", ".join(key)
    return [
        Check(source, "rows", f"{len(frame):,}", "at least 1", len(frame) > 0),
        Check(source, f"rows without a key ({name})", f"{nulls:,}", "0", nulls == 0),
        Check(source, f"rows with the key of another ({name})", f"{twice:,}", "0", twice == 0),
    ]


def _check_range(source: str, values: pd.Series, least: float, most: float) -> Check:
    known = values.dropna()
    outside = int((~known.between(least, most)).sum())
    found = f"{known.min():g} to {known.max():g}, {outside:,} outside" if len(known) else "no values"
    passed = len(known) > 0 and outside <= TOLERATED * len(known)
    return Check(source, f"range of {values.name}", found, f"{least:g} to {most:g}, but for {TOLERATED:.1%}", passed)


def _check_share(source: str, what: str, rows: pd.Series, *, at_most: float) -> Check:
    share = float(rows.mean()) if len(rows) else 1.0
    return Check(source, f"share {what}", f"{share:.1%}", f"at most {at_most:.0%}", share <= at_most)


def _check_days(flights: pd.DataFrame) -> Check:
    days = pd.to_datetime(flights[["year", "month", "day"]]).unique()
    missing = pd.date_range(min(days), max(days)).difference(pd.DatetimeIndex(days)) if len(days) else []
    found = ", ".join(f"{day:%Y-%m-%d}" for day in missing[:3]) or "none"
    return Check("flights", "days without a flight", found, "none", len(days) > 0 and len(missing) == 0)


def _check_hours(weather: pd.DataFrame) -> Check:
    """Stations are off for an hour now and then; a forecast made of week-old weather would be another matter."""
    hours = weather.groupby("origin")["time_hour"].agg(["min", "max", "nunique"])
    span = (hours["max"] - hours["min"]) / pd.Timedelta(hours=1) + 1
    share = float((hours["nunique"] / span).min()) if len(hours) else 0.0
    return Check("weather", "hours observed, at the worst airport", f"{share:.1%}", "at least 95%", share >= 0.95)

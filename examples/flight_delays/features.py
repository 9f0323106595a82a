"""Joins the five sources and makes the features, each from what is known before the flight departs.

What is known: the schedule, the aeroplane and the carrier; the weather observed at the origin an hour or more before the
hour of departure; and how earlier days went. Whether a flight of yesterday was late is settled by the morning, so
history ends with the day before. Nothing here looks at a later row: a test changes the later rows and compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from flight_delays.choices import HISTORY, LATE_MINUTES, RANGES, TARGET, WEATHER

__all__ = ["blank_outside", "build_features", "join_sources", "past_rates"]

WEATHER_LAG = pd.Timedelta(hours=1)
WEATHER_MAX_AGE = pd.Timedelta(hours=6)

# Travel peaks of the year in New York: the days around these are the busiest.
HOLIDAYS = (
    "2013-01-01",
    "2013-03-31",
    "2013-05-27",
    "2013-07-04",
    "2013-09-02",
    "2013-11-28",
    "2013-12-25",
    "2014-01-01",
)

ORDER = ["departs_at", "origin", "carrier", "flight"]


def join_sources(
    flights: pd.DataFrame, weather: pd.DataFrame, planes: pd.DataFrame, airports: pd.DataFrame, airlines: pd.DataFrame
) -> pd.DataFrame:
    """One row a flight, in order of departure, with the weather known by then, its plane, destination and carrier.

    Flights that were cancelled or diverted have no arrival that could be late: they stay, without a label.
    """
    flights, weather, planes, airports = (
        blank_outside(frame, RANGES[name])
        for name, frame in (("flights", flights), ("weather", weather), ("planes", planes), ("airports", airports))
    )
    frame = flights.assign(
        departs_at=flights["time_hour"] + pd.to_timedelta(flights["minute"], unit="min"),
        day=pd.to_datetime(flights[["year", "month", "day"]]),
    )
    frame[TARGET] = (frame["arr_delay"] > LATE_MINUTES).astype("float32").where(frame["arr_delay"].notna())
    frame = _with_weather(frame, weather)
    planes = planes.rename(columns={"year": "built", "seats": "plane_seats"})[["tailnum", "built", "plane_seats"]]
    places = airports.rename(columns={"faa": "dest", "lat": "dest_lat", "lon": "dest_lon"})
    frame = frame.merge(planes, on="tailnum", how="left")
    frame = frame.merge(places[["dest", "dest_lat", "dest_lon"]], on="dest", how="left")
    frame = frame.merge(airlines.rename(columns={"name": "carrier_name"}), on="carrier", how="left")
    return frame.sort_values(ORDER, ignore_index=True)


def blank_outside(frame: pd.DataFrame, ranges: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """The frame with what can't be true (the weather has a wind of 1,048 miles an hour) as missing values."""
    return frame.assign(
        **{column: frame[column].where(frame[column].between(*limits)) for column, limits in ranges.items()}
    )


def _with_weather(frame: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """Each flight with the last observation at its origin that is at least an hour older than its hour of departure."""
    seen = weather.sort_values(["origin", "time_hour"], ignore_index=True)[["origin", "time_hour", *WEATHER]]
    by_origin = seen.groupby("origin", sort=False)
    recent = by_origin.rolling("6h", on="time_hour").agg({"precip": "sum", "visib": "min", "wind_speed": "max"})
    # Sorted by origin and hour, as the groups come out: row for row the same order.
    seen["wx_precip_6h"] = recent["precip"].to_numpy()
    seen["wx_visib_6h"] = recent["visib"].to_numpy()
    seen["wx_wind_6h"] = recent["wind_speed"].to_numpy()
    seen["wx_pressure_change"] = by_origin["pressure"].diff(3)
    seen = seen.rename(columns={name: f"wx_{name}" for name in WEATHER} | {"time_hour": "observed_at"})
    frame = frame.assign(known_by=frame["time_hour"] - WEATHER_LAG)
    return pd.merge_asof(
        frame.sort_values("known_by", kind="stable"), seen.sort_values("observed_at", kind="stable"),
        left_on="known_by", right_on="observed_at", by="origin", tolerance=WEATHER_MAX_AGE,
    )  # fmt: skip


def build_features(joined: pd.DataFrame) -> pd.DataFrame:
    """The features of all sets, the day and the label; the same rows in the same order as `joined`."""
    out = pd.DataFrame({"day": joined["day"]})
    for part in (_schedule(joined), _plane(joined), joined[[c for c in joined if c.startswith("wx_")]]):
        out[part.columns] = part
    for name, (keys, days) in HISTORY.items():
        out[f"late_{name}"] = past_rates(joined, keys, days)
    numbers = out.columns.drop("day")
    out[numbers] = out[numbers].astype("float32")
    out[TARGET] = joined[TARGET].astype("float32")
    return out


def _schedule(joined: pd.DataFrame) -> pd.DataFrame:
    """What the timetable says: when, how far, to where, by whom, and how full the airport is."""
    minute_of_day = joined["hour"] * 60 + joined["minute"]
    arrival = joined["sched_arr_time"] // 100 * 60 + joined["sched_arr_time"] % 100
    peaks = pd.to_datetime(pd.Series(HOLIDAYS)).to_numpy()
    distance_to_peaks = np.abs(joined["day"].to_numpy()[:, None] - peaks[None, :]).min(axis=1)
    columns = {
        "hour": joined["hour"],
        "minute_of_day": minute_of_day,
        "weekday": joined["day"].dt.day_of_week,
        "days_to_holiday": distance_to_peaks / np.timedelta64(1, "D"),
        "distance": joined["distance"],
        # Local times at both ends: the difference also tells the zones apart, which does no harm.
        "planned_minutes": (arrival - minute_of_day) % (24 * 60),
        "dest_lat": joined["dest_lat"],
        "dest_lon": joined["dest_lon"],
        "busy_hour": _departures_in_the_hour_before(joined),
    }
    for name in ("origin", "carrier", "dest"):
        # Base 36 of the letters: a code that does not depend on which other airports are in the frame.
        codes = {value: int(str(value), 36) for value in joined[name].unique()}
        columns[f"{name}_code"] = joined[name].map(codes)
    return pd.DataFrame(columns)


def _plane(joined: pd.DataFrame) -> pd.DataFrame:
    """The aeroplane: its age and size, and which of its departures of the day this is."""
    legs = joined.groupby(["day", "tailnum"], sort=False)
    return pd.DataFrame(
        {
            "plane_age": joined["year"] - joined["built"],
            "plane_seats": joined["plane_seats"],
            "leg_today": legs.cumcount().where(joined["tailnum"].notna()),
            "minutes_since_leg": legs["departs_at"].diff().dt.total_seconds() / 60,
        }
    )


def _departures_in_the_hour_before(joined: pd.DataFrame) -> pd.Series:
    """How many flights were planned to leave the same airport in the 60 minutes before."""
    counts = pd.Series(0, index=joined.index)
    for rows in joined.groupby("origin", sort=False).indices.values():
        departures = joined["departs_at"].iloc[rows].dt.as_unit("s")
        minutes = departures.astype("int64").to_numpy() // 60
        counts.iloc[rows] = np.searchsorted(minutes, minutes) - np.searchsorted(minutes, minutes - 60)
    return counts


def past_rates(frame: pd.DataFrame, keys: Sequence[str], days: int, weight: float = 20.0) -> pd.Series:
    """The share of late flights alike in the `days` days before each row's day, drawn towards the share of all.

    Args:
        frame: with `day`, the keys and the label, in any order.
        keys: columns that say which flights are alike; none: all are.
        days: how far back to look; the row's own day is never part of it.
        weight: how many flights of evidence the share of all flights counts as.
    """
    day = ((frame["day"] - frame["day"].min()) // pd.Timedelta(days=1)).to_numpy()
    key = np.zeros(len(frame), dtype="int64")
    if keys:
        key = frame.groupby(list(keys), sort=False, dropna=False).ngroup().to_numpy()
    shape = (int(day.max()) + 1, int(key.max()) + 1)
    label = frame[TARGET].to_numpy(dtype="float64")
    known = ~np.isnan(label)
    cell = day[known] * shape[1] + key[known]
    late = np.bincount(cell, weights=label[known], minlength=shape[0] * shape[1]).reshape(shape)
    count = np.bincount(cell, minlength=shape[0] * shape[1]).astype("float64").reshape(shape)
    all_late = _sums_before(late.sum(axis=1, keepdims=True), days)
    all_count = _sums_before(count.sum(axis=1, keepdims=True), days)
    with np.errstate(invalid="ignore"):  # on the first day nothing is known: the rate is NaN
        overall = all_late / all_count
    rate = (_sums_before(late, days) + weight * overall) / (_sums_before(count, days) + weight)
    return pd.Series(rate[day, key], index=frame.index)


def _sums_before(daily: npt.NDArray[np.float64], days: int) -> npt.NDArray[np.float64]:
    """Row d: the sum of the `days` rows before d, d not included."""
    total = np.vstack([np.zeros((1, daily.shape[1])), np.cumsum(daily, axis=0)])
    end = np.arange(daily.shape[0])
    return total[end] - total[np.maximum(end - days, 0)]

"""Small made frames of flights, weather and the rest, in the shape of the real sources."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["made_sources"]


def made_sources(days: int = 40, per_day: int = 30, seed: int = 7) -> dict[str, pd.DataFrame]:
    """Five frames that pass the checks, with flights that are later in rain, so that there is something to learn."""
    dice = np.random.default_rng(seed)
    calendar = pd.date_range("2013-03-01", periods=days)
    weather = _weather(calendar, dice)
    flights = _flights(calendar, per_day, dice, weather)
    planes = pd.DataFrame(
        {"tailnum": [f"N{n}" for n in range(20)], "year": [1995 + n for n in range(20)], "seats": 150}
    )
    airports = pd.DataFrame({"faa": ["ATL", "BOS", "MIA"], "lat": [33.6, 42.4, 25.8], "lon": [-84.4, -71.0, -80.3]})
    airlines = pd.DataFrame({"carrier": ["AA", "UA"], "name": ["American", "United"]})
    return {"flights": flights, "weather": weather, "planes": planes, "airports": airports, "airlines": airlines}


def _weather(calendar: pd.DatetimeIndex, dice: np.random.Generator) -> pd.DataFrame:
    hours = pd.date_range(calendar[0], periods=len(calendar) * 24, freq="h", tz="UTC")
    parts = []
    for origin in ("EWR", "JFK", "LGA"):
        count = len(hours)
        rain = np.repeat(dice.random(count // 24) < 0.4, 24)
        parts.append(
            pd.DataFrame(
                {
                    "origin": origin, "time_hour": hours, "year": hours.year, "month": hours.month, "day": hours.day,
                    "temp": 50 + dice.normal(0, 5, count), "dewp": 40.0, "humid": 60.0, "wind_speed": 10.0,
                    "precip": rain * 0.3, "pressure": 1010.0, "visib": np.where(rain, 2.0, 10.0),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _flights(
    calendar: pd.DatetimeIndex, per_day: int, dice: np.random.Generator, weather: pd.DataFrame
) -> pd.DataFrame:
    day = np.repeat(np.arange(len(calendar)), per_day)
    count = len(day)
    hour = np.tile(np.arange(per_day) % 16 + 6, len(calendar))
    origin = np.tile(np.array(["EWR", "JFK", "LGA"])[np.arange(per_day) % 3], len(calendar))
    when = calendar[day]
    time_hour = (when + pd.to_timedelta(hour, unit="h")).tz_localize("UTC")
    rain = (
        weather.set_index(["origin", "time_hour"])["precip"]
        .reindex(list(zip(origin, time_hour, strict=True)))
        .to_numpy()
    )
    delay = dice.normal(0, 12, count) + 25 * (rain > 0)
    return pd.DataFrame(
        {
            "year": when.year, "month": when.month, "day": when.day, "hour": hour, "minute": 15,
            "sched_dep_time": hour * 100 + 15, "sched_arr_time": (hour + 2) % 24 * 100 + 30, "arr_delay": np.round(delay),
            "carrier": np.where(np.arange(count) % 2, "AA", "UA"), "flight": np.arange(count) % per_day + 100,
            "tailnum": [f"N{n % 20}" for n in range(count)], "origin": origin,
            "dest": np.array(["ATL", "BOS", "MIA"])[np.arange(count) % 3], "distance": 500 + 100 * (np.arange(count) % 3),
            "time_hour": time_hour,
        }
    )  # fmt: skip

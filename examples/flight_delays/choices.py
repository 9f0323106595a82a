"""What the pipeline chooses between: sets of features, models, and the rates of earlier days. No import that costs time.

The DAG file fans out over these names, and it is read each time that it changes: so pandas and scikit-learn are
imported by the modules that compute, inside the tasks, and never here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "FEATURE_SETS",
    "HISTORY",
    "LATE_MINUTES",
    "MIN_DAYS",
    "MODELS",
    "RANGES",
    "SEED",
    "TARGET",
    "TARGET_AUC",
    "WEATHER",
    "choose_feature_set",
]

LATE_MINUTES = 15
TARGET = "is_late"
SEED = 2013

# The winner on the whole year reaches 0.73 on the weeks that it never saw; less than this needs a look by a person.
TARGET_AUC = 0.70

# A run of an early day has little to learn from; below this many days of flights it skips.
MIN_DAYS = 60

MODELS = ("logistic_regression", "extra_trees", "gradient_boosting")

WEATHER = ("temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")

# source -> column -> (least, most) that can be true; the checks count what lies outside, the join blanks it.
RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "flights": {"sched_dep_time": (0, 2359), "hour": (0, 23), "distance": (10, 6000), "arr_delay": (-200, 2000)},
    "weather": {"temp": (-20, 115), "humid": (0, 100), "wind_speed": (0, 120), "visib": (0, 10), "precip": (0, 5)},
    "planes": {"year": (1930, 2014), "seats": (1, 600)},
    "airports": {"lat": (-90, 90), "lon": (-180, 180)},
}

# Late rates of earlier days: name -> (columns that say which flights are alike, days to look back).
HISTORY: dict[str, tuple[tuple[str, ...], int]] = {
    "origin_1d": (("origin",), 1),
    "network_3d": ((), 3),
    "hour_28d": (("origin", "hour"), 28),
    "carrier_7d": (("carrier",), 7),
    "carrier_hour_28d": (("carrier", "hour"), 28),
    "dest_7d": (("dest",), 7),
    "route_28d": (("origin", "dest"), 28),
    "flight_42d": (("carrier", "flight"), 42),
    "plane_28d": (("tailnum",), 28),
}

_SCHEDULE = ("hour", "minute_of_day", "weekday", "days_to_holiday", "distance", "planned_minutes", "origin_code")
_ROUTE = ("carrier_code", "dest_code", "dest_lat", "dest_lon")
_WEATHER = (*(f"wx_{name}" for name in WEATHER), "wx_precip_6h", "wx_visib_6h", "wx_wind_6h", "wx_pressure_change")
_PLANE = ("plane_age", "plane_seats", "leg_today", "minutes_since_leg", "busy_hour")
_HISTORY = tuple(f"late_{name}" for name in HISTORY)

FEATURE_SETS: dict[str, tuple[str, ...]] = {
    "schedule": _SCHEDULE,
    "route": _SCHEDULE + _ROUTE,
    "weather": _SCHEDULE + _WEATHER,
    "history": _SCHEDULE + _HISTORY,
    "weather_and_history": _SCHEDULE + _WEATHER + _HISTORY,
    "everything": _SCHEDULE + _ROUTE + _WEATHER + _PLANE + _HISTORY,
}

# Scores this close are equal: the smaller set then wins, since each feature must be kept alive.
AS_GOOD_AS = 0.002


def choose_feature_set(scores: Sequence[Mapping[str, Any]]) -> str:
    """The name of the smallest set whose AUC is as good as the best one's."""
    best = max(score["auc"] for score in scores)
    good = [score for score in scores if score["auc"] >= best - AS_GOOD_AS]
    return min(good, key=lambda score: (score["features"], -score["auc"]))["feature_set"]

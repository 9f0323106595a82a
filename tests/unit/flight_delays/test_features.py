"""The features see what is known before departure, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from flight_delays.choices import FEATURE_SETS, HISTORY, TARGET
from flight_delays.features import build_features, join_sources, past_rates

from support.flights import made_sources


@pytest.fixture(scope="module")
def sources():
    return made_sources()


@pytest.fixture(scope="module")
def features(sources):
    return build_features(join_sources(**sources))


def test_every_feature_of_every_set_is_built_for_every_flight(sources, features) -> None:
    assert set().union(*FEATURE_SETS.values()) == set(features.columns) - {"day", TARGET}
    assert len(features) == len(sources["flights"])


@pytest.mark.parametrize("change", ["outcomes", "weather", "absence"])
def test_features_do_not_change_when_later_rows_do(sources, features, change) -> None:
    cut = pd.Timestamp("2013-03-25")
    later = dict(sources)
    flights, weather = sources["flights"], sources["weather"]
    is_later = pd.to_datetime(flights[["year", "month", "day"]]) >= cut
    if change == "outcomes":
        later["flights"] = flights.assign(arr_delay=flights["arr_delay"].where(~is_later, 500))
    elif change == "weather":
        is_stormy = weather["time_hour"] >= cut.tz_localize("UTC")
        later["weather"] = weather.assign(
            temp=weather["temp"].where(~is_stormy, 99), precip=weather["precip"].where(~is_stormy, 3)
        )
    else:
        later["flights"] = flights[~is_later]
    before = features[features["day"] < cut].reset_index(drop=True)
    again = build_features(join_sources(**later))
    pd.testing.assert_frame_equal(before, again[again["day"] < cut].reset_index(drop=True))
    if change != "absence":  # the change is one that later flights do feel
        assert not features.drop(columns=TARGET).equals(again.drop(columns=TARGET))


def test_what_happens_on_a_day_does_not_reach_the_features_of_that_day(sources, features) -> None:
    flights = sources["flights"]
    today = (flights["month"] == 3) & (flights["day"] == 20)
    changed = build_features(
        join_sources(**{**sources, "flights": flights.assign(arr_delay=flights["arr_delay"].where(~today, 999))})
    )
    rows = features["day"] == pd.Timestamp("2013-03-20")
    pd.testing.assert_frame_equal(features[rows].drop(columns=TARGET), changed[rows].drop(columns=TARGET))


def test_the_weather_of_a_flight_is_an_hour_old_at_least() -> None:
    sources = made_sources(days=3)
    joined = join_sources(**sources)
    age = joined["time_hour"] - joined["observed_at"]
    assert age.min() >= pd.Timedelta(hours=1)
    assert age.max() <= pd.Timedelta(hours=7)


def test_weather_older_than_six_hours_is_no_weather() -> None:
    sources = made_sources(days=3)
    weather = sources["weather"]
    first_day = weather[weather["time_hour"] < pd.Timestamp("2013-03-02", tz="UTC")]
    joined = join_sources(**{**sources, "weather": first_day})
    assert joined.loc[joined["day"] == pd.Timestamp("2013-03-03"), "wx_temp"].isna().all()


def test_a_wind_of_a_thousand_miles_an_hour_is_a_missing_value() -> None:
    sources = made_sources(days=3)
    sources["weather"] = sources["weather"].assign(wind_speed=1048.0)
    assert join_sources(**sources)["wx_wind_speed"].isna().all()


def test_a_flight_without_an_arrival_has_no_label() -> None:
    sources = made_sources(days=3)
    sources["flights"].loc[0, "arr_delay"] = np.nan
    assert join_sources(**sources)[TARGET].isna().sum() == 1


def _days(*rates: tuple[str, int, float]) -> pd.DataFrame:
    rows = [(pd.Timestamp(f"2013-01-{day:02}"), key, late) for key, day, late in rates]
    return pd.DataFrame(rows, columns=["day", "key", TARGET])


def test_a_rate_counts_the_days_before_and_not_the_day_itself() -> None:
    frame = _days(("a", 1, 1.0), ("a", 2, 0.0), ("a", 3, 1.0))
    assert past_rates(frame, ["key"], days=7, weight=0.0).tolist()[1:] == [1.0, 0.5]


def test_nothing_is_known_on_the_first_day() -> None:
    frame = _days(("a", 1, 1.0), ("a", 2, 0.0))
    assert np.isnan(past_rates(frame, ["key"], days=7)[0])


def test_a_rate_forgets_days_further_back_than_its_window() -> None:
    frame = _days(("a", 1, 1.0), ("a", 2, 0.0), ("a", 3, 0.0))
    assert past_rates(frame, ["key"], days=1, weight=0.0)[2] == 0.0


def test_a_key_with_few_flights_is_drawn_towards_the_rate_of_all() -> None:
    frame = _days(("rare", 1, 1.0), *[("common", 1, 0.0)] * 9, ("rare", 2, 0.0))
    rate = past_rates(frame, ["key"], days=7, weight=9.0).iloc[-1]
    assert rate == pytest.approx((1 + 9 * 0.1) / (1 + 9))


def test_flights_that_never_arrived_count_for_nothing() -> None:
    frame = _days(("a", 1, np.nan), ("a", 1, 1.0), ("a", 2, 0.0))
    assert past_rates(frame, ["key"], days=7, weight=0.0)[2] == 1.0


def test_all_history_is_named_in_a_feature_set() -> None:
    assert {f"late_{name}" for name in HISTORY} <= set(FEATURE_SETS["history"])

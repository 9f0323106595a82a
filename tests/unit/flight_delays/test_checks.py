"""Each thing that can be wrong with the sources is found, and said."""

import numpy as np
import pandas as pd
import pytest
from flight_delays.checks import check_sources, failures, table

from support.flights import made_sources


def _failed(**changed: pd.DataFrame) -> list[tuple[str, str]]:
    return [(check.source, check.question) for check in failures(check_sources({**made_sources(days=5), **changed}))]


def test_good_sources_pass_every_check() -> None:
    assert _failed() == []


def test_the_same_flight_twice_is_found() -> None:
    flights = made_sources(days=5)["flights"]
    [(source, question)] = _failed(flights=pd.concat([flights, flights.head(1)]))
    assert (source, question[:25]) == ("flights", "rows with the key of anot")


def test_a_missing_key_is_found() -> None:
    planes = made_sources()["planes"]
    assert ("planes", "rows without a key (tailnum)") in _failed(
        planes=planes.assign(tailnum=planes["tailnum"].mask(planes.index == 3))
    )


def test_a_day_without_flights_is_found() -> None:
    flights = made_sources(days=5)["flights"]
    assert ("flights", "days without a flight") in _failed(flights=flights[flights["day"] != 3])


@pytest.mark.parametrize(("column", "value"), [("hour", 25), ("distance", 1), ("arr_delay", 9000)])
def test_values_that_can_not_be_are_found(column, value) -> None:
    flights = made_sources(days=5)["flights"]
    assert ("flights", f"range of {column}") in _failed(flights=flights.assign(**{column: value}))


def test_one_odd_value_in_a_thousand_is_tolerated_and_shown() -> None:
    weather = made_sources(days=20)["weather"]
    weather.loc[5, "wind_speed"] = 1048.0
    checks = check_sources({**made_sources(days=20), "weather": weather})
    [wind] = [check for check in checks if check.question == "range of wind_speed"]
    assert (wind.passed, wind.found) == (True, "10 to 1048, 1 outside")


def test_a_carrier_that_nobody_knows_is_found() -> None:
    flights = made_sources(days=5)["flights"]
    assert ("flights", "share of unknown carriers") in _failed(flights=flights.assign(carrier="ZZ"))


def test_too_many_flights_without_an_arrival_are_found() -> None:
    flights = made_sources(days=5)["flights"]
    gone = flights.assign(arr_delay=flights["arr_delay"].where(np.arange(len(flights)) % 2 == 0))
    assert ("flights", "share without an arrival") in _failed(flights=gone)


def test_weather_with_holes_is_found() -> None:
    weather = made_sources(days=5)["weather"]
    assert ("weather", "hours observed, at the worst airport") in _failed(
        weather=weather[weather["time_hour"].dt.hour % 3 != 1]
    )


def test_an_empty_source_is_a_failure_and_not_a_crash() -> None:
    sources = made_sources(days=5)
    assert ("flights", "rows") in _failed(flights=sources["flights"].head(0))
    assert ("weather", "rows") in _failed(weather=sources["weather"].head(0))


def test_the_table_marks_what_failed() -> None:
    flights = made_sources(days=5)["flights"].assign(carrier="ZZ")
    text = table(check_sources({**made_sources(days=5), "flights": flights}))
    assert "| FAILED | flights | share of unknown carriers | 100.0% | at most 0% |" in text

"""Time passes on the pure core: a month of DAGs over a change of the clock, each run once and at its moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from support.year import Simulation, hourly

START = datetime(2026, 10, 10, tzinfo=UTC)
DAYS = 30
HOURS = [START + timedelta(hours=n) for n in range(DAYS * 24)]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_month_of_hourly_dags_fires_every_run_exactly_once(zone: str) -> None:
    simulation = Simulation(START)
    simulation.add(hourly(f"dag_{n}", START, zone, minute=3 * n) for n in range(10))
    simulation.live_until(START + timedelta(days=DAYS) - timedelta(seconds=1))
    simulation.shard.check()
    assert set(simulation.fired.values()) == {1}
    assert simulation.succeeded == len(simulation.fired)
    expected = {(f"dag_{n}", hour + timedelta(minutes=3 * n)) for n in range(10) for hour in HOURS}
    assert set(simulation.fired) == expected


def test_two_simulations_of_the_same_month_are_the_same() -> None:
    books = []
    for _ in range(2):
        simulation = Simulation(START)
        simulation.add(hourly(f"dag_{n}", START, "America/New_York") for n in range(3))
        simulation.live_until(START + timedelta(days=DAYS))
        books.append((simulation.events, list(simulation.fired.items())))
    assert books[0] == books[1]

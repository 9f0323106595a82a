"""A year of hourly DAGs on the pure core with a virtual clock: the time it takes, and that every run fired exactly once.

Run it with the project's interpreter; it needs no database, network or disk. ``--days 7`` gives a taste.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.year import Simulation, hourly

START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dags", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=365)
    given = parser.parse_args()
    gc.set_threshold(50_000, 20, 100)
    simulation = Simulation(START)
    simulation.add(hourly(f"dag_{n}", START, ZONES[n % len(ZONES)]) for n in range(given.dags))
    wall, cpu, runs = time.perf_counter(), time.process_time(), 0
    for day in range(1, given.days + 1):
        simulation.live_until(START + timedelta(days=day, seconds=-1))
        hours = [START + timedelta(days=day, hours=n - 24) for n in range(24)]
        expected = {(f"dag_{n}", hour) for n in range(given.dags) for hour in hours}
        assert set(simulation.fired) == expected, f"day {day}: a run is missing, or one too many"
        assert set(simulation.fired.values()) == {1}, f"day {day}: a run fired twice"
        runs += len(simulation.fired)
        simulation.fired.clear()
        if day % 30 == 0:
            spent = time.process_time() - cpu
            print(f"  day {day}: {runs:,} runs in {spent:,.0f} s of CPU, {spent / runs * 1e6:.1f} us a run", flush=True)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert simulation.succeeded == runs, f"{runs - simulation.succeeded} runs did not end in success"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{given.dags:,} hourly DAGs over {given.days} days: {runs:,} runs, each fired exactly once and succeeded")
    print(f"{wall:,.1f} s ({cpu:,.1f} s of CPU), {cpu / runs * 1e6:.1f} us a run, "
          f"{simulation.events / cpu:,.0f} events/s, {given.days * 86_400 / wall:,.0f} times real time, {memory:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()

"""Time passes on the pure core: a month of DAGs over a change of the clock, each run once and at its moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from support.story import Story
from support.year import Simulation, hourly
from tradewind.core.events import Tick
from tradewind.spec import DagSpec, Json, ScheduleSpec, TaskSpec

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


def live(story: Story, until: datetime) -> None:
    """Let time pass; what is dispatched is done at once."""
    story.work()
    while (due := story.shard.next_deadline()) is not None and due <= until:
        story.now = max(story.now, due)
        story.apply(Tick())
        story.work()
    story.now = until


@pytest.mark.parametrize("catchup", [True, False])
@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("cron_trigger", {"cron": "0 * * * *"}),
        ("cron_trigger", {"cron": "*/20 1-4 * * *", "jitter_s": 900, "seed": "d"}),
        ("cron_interval", {"cron": "30 2 * * *"}),
        ("cron_partition", {"cron": "0 */2 * * *", "key_format": "%Y-%m-%dT%H:%M:%S%z"}),
        ("delta_interval", {"seconds": 5400}),
    ],
)
def test_restarts_over_a_change_of_the_clock_lose_and_double_no_run(
    kind: str, args: dict[str, Json], catchup: bool
) -> None:
    start = datetime(2026, 10, 23, tzinfo=UTC)
    spec = DagSpec(
        dag_id="d",
        schedule=ScheduleSpec(kind, args, timezone="Europe/Berlin"),
        tasks=(TaskSpec(task_id="work"),),
        start_date=start,
        catchup=catchup,
    )
    books: list[list[tuple[datetime, str | None]]] = []
    for pause in (timedelta(days=5), timedelta(hours=7), timedelta(minutes=25)):
        story = Story(is_checked=False)
        story.now = start
        story.given(spec)
        while story.now < start + timedelta(days=4):
            live(story, story.now + pause)
            story.restart()
        runs = sorted(story.rows.facts.values(), key=lambda facts: facts.run_after)
        books.append([(r.run_after, r.partition_key) for r in runs if r.run_after < start + timedelta(days=4)])
    assert books[0] == books[1] == books[2]
    assert len({run_after for run_after, _ in books[0]}) == len(books[0]) >= 3

"""Somebody new logs in, starts the flagship pipeline by its form and watches it end, in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.chromium import open_tab
from support.flights import made_sources
from support.server import Server

EXAMPLES = Path(__file__).parents[2] / "examples"
SCHEDULE = 'schedule=CronDataIntervalTimetable("@daily", timezone="America/New_York")'
RUN_TIMEOUT_MS = 220_000


@pytest.fixture
def airport(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with the flagship alone, on made flights of three months instead of the year's file."""
    monkeypatch.syspath_prepend(EXAMPLES)
    from flight_delays import data

    store = tmp_path / "flights"
    for name, frame in made_sources(days=90, per_day=40).items():
        place = store / "data" / data.SOURCES[name].sha256[:12]
        place.mkdir(parents=True)
        frame.to_csv(place / f"{name}.csv", index=False)
    dags = tmp_path / "dags"
    shutil.copytree(EXAMPLES / "flight_delays", dags / "flight_delays", ignore=shutil.ignore_patterns("__pycache__"))
    file = dags / "flight_delays/flight_delays.py"
    text = file.read_text()
    assert SCHEDULE in text
    file.write_text(text.replace(SCHEDULE, "schedule=None"))  # else the year's last day would run as well
    with Server(tmp_path / "home", dags, env={"FLIGHT_DELAYS_HOME": str(store)}) as server:
        server.wait_dags({"flight_delays"})
        yield server


@pytest.mark.timeout(300)
def test_somebody_new_runs_the_flagship_and_watches_it_end(chromium: Browser, airport: Server) -> None:
    with open_tab(chromium, airport, username=None) as tab:
        page = tab.go("/dags/flight_delays")
        page.get_by_label("User name").fill("admin")
        page.get_by_role("textbox", name="Password").fill(airport.password())
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("button", name="Trigger").click()
        form = page.get_by_role("dialog", name=re.compile("Trigger flight_delays"))
        form.get_by_label("target_auc").fill("0.6")
        form.get_by_role("button", name="Trigger", exact=True).click()
        expect(page).to_have_url(re.compile("/dags/flight_delays/runs/"))
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_contain_text("running")
        tab.shoot("flagship-running")
        expect(heading).to_contain_text("success", timeout=RUN_TIMEOUT_MS)
        expect(page.get_by_text("evaluate").first).to_be_visible()
        tab.shoot_both("flagship")
    [run] = airport.get("/dags/flight_delays/dagRuns")["dag_runs"]
    card = airport.get(f"/dags/flight_delays/dagRuns/{run['dag_run_id']}/taskInstances/store_winner")
    assert (run["state"], run["conf"]["target_auc"], card["state"]) == ("success", 0.6, "success")

"""A server with DAGs to look at, and a browser that is logged in to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from support.chromium import Tab, launched, open_tab
from support.server import Server

DAGS = Path(__file__).parent / "dags"
ALL_DAGS = {
    "broken", "count_stock", "crossing", "crossing_long", "figures", "flaky", "greeting", "loud", "release", "reorder", "shop",
    "slow", "values",
}  # fmt: skip
"""A list of DAGs that grows while one looks at it is no good to look at."""

expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the DAGs of this folder; what a test makes there has a name of its own."""
    home = tmp_path_factory.mktemp("browser") / "home"
    with Server(home, DAGS) as server:
        server.wait_dags(ALL_DAGS)
        yield server


@pytest.fixture
def tab(chromium: Browser, site: Server) -> Iterator[Tab]:
    """A page whose visitor is the admin."""
    with open_tab(chromium, site) as opened:
        yield opened


@pytest.fixture
def stranger(chromium: Browser, site: Server) -> Iterator[Tab]:
    """A page whose visitor has not logged in."""
    with open_tab(chromium, site, username=None) as opened:
        yield opened

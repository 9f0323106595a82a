"""A real browser: Debian's Chromium, driven by Playwright, and what the tests of pages ask of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response

from support.server import Server
from support.slow_pages import SEED, slow_down

__all__ = ["Scheme", "Tab", "launched", "open_tab"]

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "ui/node_modules/axe-core/axe.min.js"
BUILT = ROOT / "src/tradewind/api/static/index.html"
SHOTS = ROOT / ".artifacts/screens"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws the same pages and has no windows, tabs and menus of its own: a new page costs it a quarter."""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb",
]  # fmt: skip
SERIOUS = {"serious", "critical"}

Scheme = Literal["light", "dark"]


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """The browser; tests are skipped where there is none, but not on the machine that decides."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        words = "Chromium is not installed (Debian's package chromium-headless-shell, or chromium)"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    assert BUILT.is_file(), "the web UI is not built: make ui"
    browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()


@dataclass
class Tab:
    """One page of a browser, with what went wrong on it."""

    page: Page
    context: BrowserContext
    url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the server."""
        self.page.goto(self.url + path)
        return self.page

    def serious_faults(self, *, colours: bool = True) -> list[str]:
        """What axe finds that keeps somebody from using the page; `colours`: contrast too, which takes it longest."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "async enabled => await axe.run(document, {resultTypes: ['violations'],"
            " runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'], rules: {'color-contrast': {enabled}}})",
            colours,
        )
        return [
            f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in found["violations"]
            if one["impact"] in SERIOUS
        ]

    def shoot(self, name: str) -> None:
        """Write a picture of the page as it is, for people to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def shoot_both(self, name: str) -> None:
        """A picture of the page in each colour scheme, and what axe has to say of each."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.wait_for_function(
                "scheme => document.documentElement.dataset.mantineColorScheme === scheme", arg=scheme
            )
            self.shoot(f"{name}-{scheme}")
            faults = self.serious_faults()
            assert not faults, f"{name}, {scheme}: {faults}"
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")


@contextmanager
def open_tab(browser: Browser, server: Server, *, username: str | None = "admin", width: int = 1280) -> Iterator[Tab]:
    """A page whose visitor is logged in (None: is not); what the browser complains of fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="light",
        reduced_motion="reduce",
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(60_000)
    test = os.environ.get("PYTEST_CURRENT_TEST", "page").rpartition("::")[2].split(" ")[0]
    if SEED:
        slow_down(context, test)
    tab = Tab(context.new_page(), context, server.url)

    def heard(message: ConsoleMessage) -> None:
        # What the server refuses is told by the page, and by Chromium here as well.
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            tab.complaints.append(f"{message.type}: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            tab.complaints.append(f"{response.status} from {response.url}")

    tab.page.on("console", heard)
    tab.page.on("pageerror", lambda error: tab.complaints.append(f"uncaught: {error}"))
    tab.page.on("response", answered)
    try:
        if username is not None:
            answer = context.request.post(
                f"{server.url}/auth/login", data={"username": username, "password": server.password()}
            )
            assert answer.ok, answer.text()
        yield tab
        assert not tab.complaints, tab.complaints
    except BaseException:
        tab.shoot(f"failed-{test}")
        raise
    finally:
        context.close()

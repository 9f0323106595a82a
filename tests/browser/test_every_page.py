"""Every page, as somebody sees it who may only look, and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from support.chromium import Tab, open_tab
from support.server import Server

PASSWORD = "a password for who only looks"
VIEWER = "only-looks"
PHONE_PX = 390

LOOKING = (
    "Copy|Columns|Choose|.* [↑↓]$|Try again|Zoom|Fit View|Fold|Unfold|Older|Newest|Grid|Graph|Gantt|Both|Runs|Tasks|Calendar"
    "|Durations|Code|Backfills|Details|Audit|Users|Roles|Service accounts|Tokens|Check|More|Mark as$|The year|Toggle|Search"
    "|Compare|Open the run|Show|Hide|Close|Clear the search|Next|Previous|Wrap|Follow|Filter|Jump|Download|Log|Why|First line|Last line"
    "|Levels|Link to line|Times|Around it|Handed on|Rendered fields|Tries"
)
MINE = "(Make )?.* (is )?a favourite|Add to favourites|Also those|End (all others|the session)|Make a token$|Change the password"
DATA = r"failed$|running$|queued$|success|sales|daily|ada|airflow|checks|orders|\d{4}-\d\d|Run |[\w.]+, \w+, |[\d.]+$"
HARMLESS = re.compile(f"{LOOKING}|{MINE}|{DATA}")
"""How a button may begin that only looks, that is about the visitor's own account, or is called by what it shows."""


@dataclass(frozen=True)
class Places:
    """The addresses of all pages, with a run to look at."""

    run: str
    asset: int

    def all(self) -> list[str]:
        """Each page and each of its tabs."""
        run = f"/dags/shop/runs/{self.run}"
        tabs = ("grid", "graph", "gantt", "calendar", "durations", "tasks", "code", "runs", "backfills", "details")
        return [
            "/", "/dags", "/runs", "/assets", "/assets?tab=graph", f"/assets/{self.asset}", "/approvals",
            "/connections", "/variables", "/pools", "/import-errors", "/jobs", "/users", "/users?tab=roles",
            "/users?tab=service-accounts", "/users?tab=tokens", "/users?tab=check", "/audit", "/providers", "/plugins",
            "/config", "/account", *(f"/dags/shop?tab={tab}" for tab in (*tabs, "audit")),
            run, f"{run}?task=checks.orders", f"{run}/tasks/checks.orders", f"{run}/tasks/checks.price",
        ]  # fmt: skip


@pytest.fixture(scope="module")
def places(site: Server) -> Places:
    """A run that has ended, and what is needed for every page to have something to show."""
    site.wait_dags({"shop", "count_stock", "release"})
    site.request("POST", "/auth/users", {"username": VIEWER, "password": PASSWORD, "roles": [{"role": "Viewer"}]})
    site.request("POST", "/api/v2/pools", {"name": "for_every_page", "slots": 3})
    site.trigger("release")  # somebody is asked
    run = site.trigger("shop")
    site.wait_run("shop", run)
    stock = next(one for one in site.get("/assets?limit=100")["assets"] if one["name"] == "stock")
    return Places(run, stock["id"])


@pytest.fixture(scope="module")
def viewer(chromium: Browser, site: Server, places: Places) -> Iterator[Tab]:
    """Somebody with the role Viewer."""
    with open_tab(chromium, site, username=None) as tab:
        answer = tab.context.request.post(f"{site.url}/auth/login", data={"username": VIEWER, "password": PASSWORD})
        assert answer.ok, answer.text()
        yield tab


def settled(page: Page) -> None:
    """Once the page shows what it is about: nothing is loading any more, and it knows what its visitor may do."""
    expect(page.get_by_role("heading").or_(page.get_by_role("alert")).first).to_be_visible()
    mine = page.get_by_role("button", name=re.compile("^(Your account|Menu)$"))  # the latter on a phone
    expect(mine).to_have_attribute("title", re.compile("."))
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


BUTTONS = """() => [...document.querySelectorAll(
    "main button, main [role=switch], [role=menu] [role=menuitem]"
)].map((one) => ({
    name: (one.getAttribute("aria-label") || one.textContent || "").trim(),
    isOff: one.disabled === true || one.getAttribute("aria-disabled") === "true",
    refusal: one.dataset.refusal ?? "",
}))"""


def faults_of(buttons: list[dict[str, Any]]) -> list[str]:
    """Those that change something, and that somebody who may only look could press all the same."""
    return sorted(
        {one["name"] for one in buttons if one["name"] and not one["isOff"] and not HARMLESS.match(one["name"])}
    )


@pytest.mark.timeout(300)
def test_who_may_only_look_finds_no_button_that_fails_and_no_page_without_a_reason(viewer: Tab, places: Places) -> None:
    page = viewer.page
    refused: list[str] = []

    def heard(answer: Response) -> None:
        if answer.status == 403:
            refused.append(answer.url)

    page.on("response", heard)
    faults: dict[str, list[str]] = {}
    greyed = 0
    for path in places.all():
        page.goto("about:blank")  # the page before may be asking again for what it was refused
        refused.clear()
        viewer.go(path)
        settled(page)
        if refused:
            told = page.get_by_role("alert").filter(has_text="You may not see this")
            expect(told.first).to_contain_text(re.compile(r"read:\w+"))
            expect(told.first).to_contain_text("Who manages users and access can give you")
        menus = page.locator("main [aria-haspopup=menu]").filter(has_text=re.compile("More|Mark as|^$"))
        buttons = page.evaluate(BUTTONS)
        for menu in menus.all():
            menu.click()
            expect(page.get_by_role("menu")).to_be_visible()
            buttons += page.evaluate(BUTTONS)
            expect(page.locator("[role=menu]:focus-within")).to_be_visible()  # from now on it hears keys
            page.keyboard.press("Escape")
            expect(page.get_by_role("menu")).to_have_count(0)
        greyed += sum(1 for one in buttons if one["refusal"].startswith("You need the permission"))
        if found := faults_of(buttons):
            faults[path] = found
    assert not faults, "\n".join(f"{path}: {names}" for path, names in faults.items())
    assert greyed > len(places.all())


@pytest.mark.timeout(300)
def test_every_page_is_readable_on_a_phone(chromium: Browser, site: Server, places: Places) -> None:
    faults: dict[str, object] = {}
    with open_tab(chromium, site, width=PHONE_PX) as tab:
        for path in places.all():
            page = tab.go(path)
            settled(page)
            wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
            name = "phone-" + re.sub(r"\W+", "-", path.replace(places.run, "run")).strip("-")
            tab.shoot(name)
            if wide > 0:
                faults[path] = f"{wide} px too wide"
            elif found := tab.serious_faults(colours=False):
                faults[path] = found
    assert not faults, faults

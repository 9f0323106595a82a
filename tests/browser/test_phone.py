"""The menu on a phone: a bar over the page, and a sheet with all places by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.chromium import Tab, open_tab
from support.server import Server

PHONE_PX = 390
PLACES = ("Home", "DAGs", "Runs", "Approvals", "Connections", "Health", "Configuration", "Account, sessions and tokens")
SHIFTED = """() => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) window.shifted += one.value;
    }).observe({ type: "layout-shift", buffered: true });
}"""
MOST_SHIFT = 0.02


@pytest.fixture
def phone(chromium: Browser, site: Server) -> Iterator[Tab]:
    """A page as wide as a phone, whose visitor is the admin."""
    with open_tab(chromium, site, width=PHONE_PX) as opened:
        yield opened


def opened_menu(page: Page) -> None:
    """Open the menu, once the page is there."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("dialog", name="Menu")).to_be_visible()


def test_the_menu_of_a_phone_names_all_places_and_a_chosen_one_closes_it(phone: Tab) -> None:
    page = phone.go("/dags")
    button = page.get_by_role("button", name="Menu", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")
    opened_menu(page)
    menu = page.get_by_role("dialog", name="Menu")
    for name in PLACES:
        expect(menu.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(menu).to_contain_text("admin, workspace default")
    expect(menu.get_by_role("link", name="DAGs", exact=True)).to_have_attribute("aria-current", "page")
    phone.shoot_both("phone-menu")
    menu.get_by_role("link", name="Runs", exact=True).click()
    expect(page).to_have_url(re.compile("/runs"))
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    expect(menu).to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")


def test_the_focus_stays_in_the_menu_and_is_given_back_at_its_end(phone: Tab) -> None:
    page = phone.go("/pools")
    opened_menu(page)
    menu = page.get_by_role("dialog", name="Menu")
    menu.get_by_role("button", name="Log out").focus()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link", name="Tradewind, home")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(menu.get_by_role("button", name="Log out")).to_be_focused()
    # Shortcuts of the page behind it are not meant here.
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("/pools"))
    page.keyboard.press("Escape")
    button = page.get_by_role("button", name="Menu", exact=True)
    expect(menu).to_have_count(0)
    expect(button).to_be_focused()
    button.press("Enter")
    expect(menu).to_be_visible()
    page.mouse.click(PHONE_PX - 10, 400)  # beside it
    expect(menu).to_have_count(0)
    expect(button).to_be_focused()


def test_what_stands_over_the_page_of_a_phone_finds_things_and_moves_nothing(phone: Tab) -> None:
    phone.page.add_init_script(f"({SHIFTED})()")
    page = phone.go("/dags")
    expect(page.get_by_role("table", name="DAGs").get_by_role("link", name="shop", exact=True)).to_be_visible()
    bar = page.get_by_role("banner")
    expect(bar.get_by_role("status")).to_have_text("Live")
    assert page.evaluate("window.shifted") <= MOST_SHIFT
    bar.get_by_role("button", name="Find anything").click()
    page.get_by_label("Find", exact=True).fill("greeting")
    expect(page.get_by_role("button", name="greeting", exact=True)).to_be_visible()


def test_who_logs_out_on_a_phone_is_asked_who_they_are(phone: Tab) -> None:
    page = phone.go("/")
    opened_menu(page)
    page.get_by_role("dialog", name="Menu").get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))

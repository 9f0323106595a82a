"""Getting in and out, and around."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from support.chromium import Tab
from support.server import Server


def log_in(page: Page, password: str) -> None:
    page.get_by_label("User name").fill("admin")
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def knows_who_one_is(page: Page) -> None:
    """Wait until the page has asked who its visitor is and does not ask for it again by itself."""
    expect(page.get_by_role("button", name="Your account")).to_have_attribute("title", "admin")


def test_somebody_unknown_is_asked_who_they_are_and_led_back_to_the_page_they_wanted(
    stranger: Tab, site: Server
) -> None:
    page = stranger.go("/dags?search=shop")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    stranger.shoot_both("login")
    log_in(page, "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    log_in(page, site.password())
    expect(page).to_have_url(re.compile(r"/dags\?search=shop"))
    expect(page.get_by_role("heading", name="DAGs")).to_be_visible()


def test_logging_out_ends_the_session(tab: Tab) -> None:
    page = tab.go("/")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))
    tab.go("/dags")
    expect(page).to_have_url(re.compile("/login"))


def test_logging_out_in_one_tab_leads_the_others_to_the_log_in(tab: Tab, site: Server) -> None:
    page = tab.go("/variables")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    other = tab.context.new_page()
    other.goto(site.url + "/dags")
    other.get_by_role("button", name="Your account").click()
    other.get_by_role("menuitem", name="Log out").click()
    expect(other).to_have_url(re.compile("/login"))
    expect(page).to_have_url(re.compile(r"/login\?next=%2Fvariables"))


def test_every_page_of_the_menu_is_found_by_the_palette_and_the_keyboard(tab: Tab) -> None:
    page = tab.go("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()  # now the keys are listened to
    page.keyboard.press("Control+k")
    page.get_by_label("Find", exact=True).fill("DAGs")
    page.get_by_role("button", name="DAGs").first.click()
    expect(page.get_by_role("heading", name="DAGs")).to_be_visible()


def test_pages_hold_their_place_while_the_colours_change(tab: Tab) -> None:
    page = tab.go("/dags")
    page.get_by_role("button", name="Switch to dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_a_tab_that_is_heard_no_more_asks_who_one_is(tab: Tab) -> None:
    listening = tab.go("/nowhere")  # a page that reads nothing again by itself
    expect(listening.get_by_text("Live", exact=True)).to_be_visible()
    knows_who_one_is(listening)
    other = tab.context.new_page()
    other.goto(f"{tab.url}/nowhere")
    expect(other.get_by_text("Live", exact=True)).to_be_visible()
    knows_who_one_is(other)
    tab.context.clear_cookies()
    listening.close()  # the other one listens now, or would
    expect(other).to_have_url(re.compile(r"/login\?next=%2Fnowhere"))

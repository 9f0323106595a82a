"""What every table can do: rows by the keyboard, columns to choose, an order, several rows at once."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from support.chromium import Tab
from support.server import Server


def test_rows_are_walked_through_opened_and_chosen_with_keys(tab: Tab, site: Server) -> None:
    site.wait_dags({"broken", "shop"})
    page = tab.go("/dags?sort=name")
    rows = page.get_by_role("table", name="DAGs").get_by_role("row")
    expect(rows.nth(2)).to_be_visible()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.nth(2)).to_be_focused()
    name = rows.nth(2).get_by_role("link").first.inner_text()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/dags/{name}"))


def test_several_things_are_chosen_and_deleted_at_once(tab: Tab, site: Server) -> None:
    for name in ("heap_a", "heap_b", "heap_c"):
        site.request("POST", "/api/v2/variables", {"key": name, "value": "1"})
    page = tab.go("/variables?search=heap_")
    page.get_by_role("checkbox", name="Choose heap_a").check()
    page.get_by_role("checkbox", name="Choose heap_c").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="What is chosen")
    expect(bar).to_contain_text("3 rows chosen")
    page.get_by_role("checkbox", name="Choose heap_b").uncheck()
    tab.shoot_both("chosen")
    bar.get_by_role("button", name="Delete 2").click()
    expect(page.get_by_role("dialog")).to_contain_text("heap_a, heap_c")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    rows = page.get_by_role("table", name="Variables").get_by_role("row")
    expect(rows).to_have_count(2)  # the head, and the one that was not chosen
    expect(rows.nth(1)).to_contain_text("heap_b")
    expect(bar).to_have_count(0)


def test_what_could_not_be_deleted_is_tried_again_without_what_is_gone(tab: Tab, site: Server) -> None:
    for name in ("twice_a", "twice_b"):
        site.request("POST", "/api/v2/variables", {"key": name, "value": "1"})
    page = tab.go("/variables?search=twice_")
    page.route(
        "**/api/v2/variables/twice_b",
        lambda route: route.fulfill(status=409, json={"detail": "it is in use"}),
        times=1,
    )
    page.get_by_role("checkbox", name="Choose all rows").check()
    page.get_by_role("button", name="Delete 2").click()
    dialog = page.get_by_role("dialog")
    delete = dialog.get_by_role("button", name="Delete")
    delete.click()
    expect(dialog).to_contain_text("it is in use")
    expect(page.get_by_role("dialog", name="Delete twice_b?")).to_be_visible()
    delete.click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_a_column_that_is_hidden_or_made_wider_stays_so(tab: Tab, site: Server) -> None:
    page = tab.go("/pools")
    pool = page.get_by_role("row").filter(has_text="default_pool")
    heads = page.get_by_role("table", name="Pools").get_by_role("columnheader")
    expect(pool).to_be_visible()
    width = heads.filter(has_text="Free").bounding_box()
    assert width is not None
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("menuitem", name="Hide Description").click()
    expect(heads.filter(has_text="Description")).to_have_count(0)
    page.get_by_role("menuitem", name="Hide Free").press("ArrowRight")
    page.keyboard.press("Escape")
    page.reload()
    expect(pool).to_be_visible()
    expect(heads.filter(has_text="Description")).to_have_count(0)
    wider = heads.filter(has_text="Free").bounding_box()
    assert wider is not None
    assert wider["width"] > width["width"]
    page.get_by_role("button", name="Columns").click()
    tab.shoot("columns")
    page.get_by_role("menuitem", name="As at first").click()
    expect(heads.filter(has_text="Description")).to_be_visible()


def test_an_order_is_chosen_by_a_head_and_stands_in_the_address(tab: Tab, site: Server) -> None:
    for name in ("order_a", "order_b"):
        site.request("POST", "/api/v2/variables", {"key": name, "value": "1"})
    page = tab.go("/variables?search=order_")
    table = page.get_by_role("table", name="Variables")
    head = table.get_by_role("columnheader", name="Key")
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("sort=-key"))
    expect(table.get_by_role("row").nth(1)).to_contain_text("order_b")


def test_a_thing_is_added_from_the_palette(tab: Tab) -> None:
    page = tab.go("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_label("Find", exact=True).fill("add pool")
    page.get_by_role("button", name="Add a pool").click()
    expect(page.get_by_role("dialog", name="Add a pool")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/pools\?add=1"))
    page.get_by_role("button", name="Cancel").click()
    expect(page).not_to_have_url(re.compile("add="))

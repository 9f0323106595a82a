"""The time axis of a Gantt chart: made longer, moved, and kept in the address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from support.chromium import Tab
from support.server import Server

PART = re.compile(r"time=[\d.]+-[\d.]+")
ROUND = re.compile(r"^[\d:.]+( s)?$")
BARS = "grid => [...grid.querySelectorAll('[role=row] i')].map(bar => bar.getBoundingClientRect().width)"


@pytest.fixture(scope="module")
def shop_run(site: Server) -> str:
    """A run that has ended."""
    site.wait_dags({"shop"})
    run_id = site.trigger("shop", dag_run_id="zoomed")
    site.wait_run("shop", run_id)
    return run_id


def chart(page: Page) -> Locator:
    """The chart, once its bars are there."""
    grid = page.get_by_role("grid", name=re.compile("^Tasks of"))
    expect(grid.locator("[role=row] i").first).to_be_attached()
    return grid


def axis(grid: Locator) -> Locator:
    """What the time is marked on."""
    return grid.get_by_role("columnheader", name="Time since the first task")


def box_of(part: Locator) -> FloatRect:
    """Where it is."""
    box = part.bounding_box()
    assert box is not None
    return box


def part_after(page: Page, press: Callable[[], None]) -> str:
    """What the address says of the time once it has followed something that changes it."""
    before = page.url
    press()
    expect(page).not_to_have_url(before)
    expect(page).to_have_url(PART)
    found = PART.search(page.url)
    assert found is not None
    return found[0]


def test_the_time_of_a_chart_is_zoomed_with_buttons_and_the_address_keeps_it(tab: Tab, shop_run: str) -> None:
    page = tab.go(f"/dags/shop?tab=gantt&run={shop_run}")
    grid = chart(page)
    zoom = page.get_by_role("group", name="Time shown")
    expect(zoom.get_by_role("button", name="Show the whole time")).to_be_disabled()
    whole = axis(grid).text_content() or ""
    for _ in range(4):
        part_after(page, zoom.get_by_role("button", name="Zoom the time in").click)
    expect(axis(grid)).not_to_have_text(whole)
    marks = axis(grid).locator("span").all_inner_texts()
    assert marks, "a part of the time has marks too"
    assert all(ROUND.match(mark) for mark in marks), marks
    tab.shoot_both("dag-gantt-zoomed")
    page.reload()
    expect(chart(page)).to_have_attribute("data-part", "true")
    expect(axis(grid).locator("span")).to_have_text(marks)
    zoom.get_by_role("button", name="Show the whole time").click()
    expect(page).not_to_have_url(PART)
    expect(axis(grid)).to_have_text(whole)


def test_the_time_of_a_chart_is_zoomed_and_moved_with_keys(tab: Tab, shop_run: str) -> None:
    page = tab.go(f"/dags/shop?tab=gantt&run={shop_run}")
    grid = chart(page)
    grid.focus()
    part_after(page, lambda: page.keyboard.press("+"))
    first = part_after(page, lambda: page.keyboard.press("+"))
    assert part_after(page, lambda: page.keyboard.press("ArrowRight")) != first
    assert part_after(page, lambda: page.keyboard.press("ArrowLeft")) == first
    page.keyboard.press("0")
    expect(page).not_to_have_url(PART)
    expect(grid).not_to_have_attribute("data-part", "true")


def test_the_wheel_zooms_around_the_pointer_a_drag_moves_and_a_click_still_chooses(tab: Tab, shop_run: str) -> None:
    page = tab.go(f"/dags/shop/runs/{shop_run}?view=gantt")
    grid = chart(page)
    box = box_of(axis(grid))
    row = box_of(grid.get_by_role("row").nth(3))
    x, y = box["x"] + box["width"] / 2, row["y"] + row["height"] / 2
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for _ in range(5):
        part_after(page, lambda: page.mouse.wheel(0, -100))
    page.keyboard.up("Control")
    page.mouse.down()
    part_after(page, lambda: page.mouse.move(x - 60, y))
    page.mouse.up()
    expect(page).not_to_have_url(re.compile("task="))  # what was dragged was not pressed
    assert min(grid.evaluate(BARS), default=2) >= 2, "no bar is too narrow to be seen"
    page.mouse.click(x, y)
    expect(page).to_have_url(re.compile("task="))
    expect(page).to_have_url(PART)

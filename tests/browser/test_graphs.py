"""How a graph comes to be drawn: at once, then better where that helps, and never under a hand that uses it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from support.chromium import Tab
from support.server import Server

THINKER = "**/elk-worker*"
GRAPH = "/dags/crossing?tab=graph"
PLACES = (
    "() => Object.fromEntries([...document.querySelectorAll('.react-flow__node')].map("
    "one => [one.dataset.id, one.style.transform]))"
)


@pytest.fixture(autouse=True)
def dag_is_there(site: Server) -> None:
    site.wait_dags({"crossing"})


def opened_while_held(tab: Tab, path: str = GRAPH, box: str = "task join") -> Route:
    """The page of a graph, drawn while the script of who thinks longest is asked for and does not come."""
    held = list[Route]()
    tab.page.route(THINKER, lambda route: held.append(route))
    with tab.page.expect_request(THINKER):
        tab.go(path)
    expect(tab.page.get_by_role("group", name=box)).to_be_visible()
    expect(tab.page.locator("[data-picture]")).to_have_attribute("data-picture", "first")
    tab.page.wait_for_timeout(0)  # what the browser asked for has been heard of by now
    return held[0]


def places(page: Page) -> dict[str, str]:
    """Where each box is, once the browser has drawn what the page has told it by now."""
    return page.evaluate(
        "async () => { for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);"
        f" return ({PLACES})(); }}"
    )


def moved(page: Page, before: dict[str, str]) -> None:
    """Wait until boxes are elsewhere than before."""
    page.wait_for_function(
        f"before => Object.entries(({PLACES})()).some(([id, place]) => place !== before[id])", arg=before
    )


def test_a_graph_is_drawn_at_once_and_glides_to_a_better_picture(tab: Tab) -> None:
    held = opened_while_held(tab)
    room = tab.page.locator("[data-picture]")
    at_first = places(tab.page)
    assert len(at_first) == 10
    held.continue_()
    expect(room).to_have_attribute("data-picture", "final")
    expect(room).to_have_attribute("data-glides", "true")
    moved(tab.page, at_first)
    tab.shoot_both("graph-of-lines-that-cross")


@pytest.mark.parametrize("way", ["pointer", "keyboard", "choice"])
def test_a_graph_does_not_move_once_somebody_has_begun_to_use_it(tab: Tab, way: str) -> None:
    held = opened_while_held(tab)
    page = tab.page
    box = page.get_by_role("group", name="task join")
    if way == "pointer":
        box.hover()
    elif way == "keyboard":
        page.get_by_role("button", name="Zoom In").focus()
    else:
        box.click()
        expect(page).to_have_url(re.compile("task=join"))
        page.mouse.move(2, 2)
    at_first = places(page)
    held.continue_()
    room = page.locator("[data-picture]")
    expect(room).to_have_attribute("data-picture", "final")
    expect(room).not_to_have_attribute("data-glides", "true")
    assert places(page) == at_first


def test_a_graph_stays_where_the_better_picture_fails(tab: Tab) -> None:
    held = opened_while_held(tab)
    at_first = places(tab.page)
    held.abort()
    expect(tab.page.locator("[data-picture]")).to_have_attribute("data-picture", "final")
    assert places(tab.page) == at_first
    assert any("ELK's worker failed" in one for one in tab.complaints), tab.complaints
    tab.complaints.clear()  # told in the console, where it belongs


def test_what_is_selected_stays_in_sight_when_a_better_picture_comes(tab: Tab, site: Server) -> None:
    run_id = site.trigger("crossing_long")
    site.wait_run("crossing_long", run_id)
    name = "task step_29, success"
    held = opened_while_held(tab, f"/dags/crossing_long/runs/{run_id}?task=step_29", name)
    box = tab.page.get_by_role("group", name=name)
    expect(box).to_be_in_viewport()
    held.continue_()
    expect(tab.page.locator("[data-picture]")).to_have_attribute("data-glides", "true")
    expect(box).to_be_in_viewport()
    expect(tab.page.get_by_role("group", name="task first, success")).not_to_be_in_viewport()

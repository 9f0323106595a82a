"""Journeys on the page of one DAG: grid, graph, Gantt, forms, and the other tabs, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from support.chromium import Tab, open_tab
from support.server import Server


@pytest.fixture(scope="module")
def shop_run(site: Server) -> Iterator[str]:
    """A run of `shop` that has ended."""
    run_id = site.request("POST", "/api/v2/dags/shop/dagRuns", {"dag_run_id": "one-dag", "logical_date": None})[
        "dag_run_id"
    ]
    site.wait_run("shop", run_id)
    yield run_id


def test_the_grid_shows_each_task_of_each_run_and_what_is_selected(tab: Tab, shop_run: str) -> None:
    page = tab.go("/dags/shop")
    grid = page.get_by_role("grid", name=re.compile("Runs and tasks"))
    expect(grid.get_by_role("rowheader", name="tidy")).to_be_visible()
    grid.get_by_role("row", name=re.compile("^orders")).get_by_role("gridcell", name="success").last.click()
    panel = page.get_by_role("complementary", name="What is selected")
    expect(panel.get_by_role("heading", name="checks.orders")).to_be_visible()
    expect(page).to_have_url(re.compile(r"task=checks\.orders"))
    grid.press("ArrowDown")
    expect(page).not_to_have_url(re.compile(r"task=checks\.orders"))
    tab.shoot_both("dag-grid")


def test_a_group_folds_and_the_address_remembers_it(tab: Tab, shop_run: str) -> None:
    page = tab.go("/dags/shop")
    page.get_by_role("button", name="Fold checks").click()
    expect(page.get_by_role("rowheader", name="tidy")).to_have_count(0)
    expect(page).to_have_url(re.compile("folded=checks"))
    page.reload()
    expect(page.get_by_role("button", name="Unfold checks")).to_be_visible()
    expect(page.get_by_role("rowheader", name="tidy")).to_have_count(0)


def test_a_run_appears_in_the_grid_and_ends_there_without_reloading(tab: Tab, site: Server) -> None:
    page = tab.go("/dags/greeting?type=manual")
    expect(page.get_by_role("tab", name="Grid")).to_be_visible()
    site.request("POST", "/api/v2/dags/greeting/dagRuns", {"dag_run_id": "seen-live", "logical_date": None})
    expect(page.get_by_role("button", name=re.compile("Run seen-live, success"))).to_be_visible()
    expect(page.get_by_role("gridcell", name="success").first).to_be_visible()


def test_a_run_is_triggered_by_a_form_that_checks_what_one_types(tab: Tab, site: Server) -> None:
    page = tab.go("/dags/greeting")
    page.get_by_role("button", name="Trigger").click()
    form = page.get_by_role("dialog", name=re.compile("Trigger greeting"))
    form.get_by_label("name").fill("A")
    expect(form.get_by_text("2 characters at least")).to_be_visible()
    expect(form.get_by_role("button", name="Trigger", exact=True)).to_be_disabled()
    form.get_by_label("name").fill("Grace")
    form.get_by_text("Copy as a command").click()
    expect(form.get_by_text('"name":"Grace"')).to_be_visible()
    tab.shoot_both("dag-trigger")
    form.get_by_role("button", name="Trigger", exact=True).click()
    expect(page).to_have_url(re.compile("/dags/greeting/runs/"))
    run_id = unquote(urlsplit(page.url).path.rpartition("/")[2])
    assert site.run("greeting", run_id)["conf"]["name"] == "Grace"


def test_values_are_kept_as_a_preset(tab: Tab) -> None:
    page = tab.go("/dags/greeting?trigger=1")
    form = page.get_by_role("dialog", name=re.compile("Trigger greeting"))
    form.get_by_label("name").fill("Kept")
    form.get_by_role("button", name="Save as a preset").click()
    page.get_by_label("Name, kept in this browser").fill("mine")
    page.get_by_role("button", name="Save", exact=True).click()
    page.reload()
    form.get_by_role("combobox", name="Preset").click()
    page.get_by_role("option", name="mine").click()
    expect(form.get_by_label("name")).to_have_value("Kept")


def test_the_graph_shows_the_states_of_a_run_and_folds_groups(tab: Tab, shop_run: str) -> None:
    page = tab.go(f"/dags/shop?tab=graph&run={shop_run}")
    expect(page.get_by_role("group", name="task orders, success")).to_be_visible()
    tab.shoot_both("dag-graph")
    page.get_by_role("button", name="Fold checks").click()
    expect(page.get_by_role("group", name="task tidy, success")).to_have_count(0)
    expect(page.get_by_role("group", name=re.compile("folded checks"))).to_be_visible()


def test_the_gantt_shows_when_each_task_worked(tab: Tab, shop_run: str) -> None:
    page = tab.go(f"/dags/shop?tab=gantt&run={shop_run}")
    chart = page.get_by_role("grid", name=f"Tasks of {shop_run}")
    expect(chart.get_by_role("row", name=re.compile("orders"))).to_be_visible()
    chart.get_by_role("row", name=re.compile("orders")).click()
    expect(page.get_by_role("link", name="Open checks.orders")).to_be_visible()
    tab.shoot_both("dag-gantt")
    chart.get_by_role("button", name="Fold checks").click()
    expect(chart.get_by_role("row", name=re.compile("tidy"))).to_have_count(0)
    expect(page).to_have_url(re.compile("folded=checks"))


def test_a_backfill_is_previewed_before_it_starts(tab: Tab) -> None:
    page = tab.go("/dags/shop?tab=backfills")
    page.get_by_role("button", name="New backfill").click()
    form = page.get_by_role("dialog", name=re.compile("Backfill shop"))
    form.get_by_label("First date").fill("2026-02-01T00:00")
    form.get_by_label("Last date").fill("2026-02-03T23:00")
    expect(form.get_by_text(re.compile("3 new runs"))).to_be_visible()
    tab.shoot_both("dag-backfill")
    form.get_by_role("button", name="Start 3 runs").click()
    expect(page.get_by_role("table", name="Backfills of shop").get_by_role("row")).to_have_count(2)


@pytest.mark.parametrize("name", ["runs", "tasks", "calendar", "durations", "code", "details", "audit"])
def test_each_tab_can_be_used_by_everybody(tab: Tab, shop_run: str, name: str) -> None:
    page = tab.go(f"/dags/shop?tab={name}")
    seen = {
        "runs": page.get_by_role("link", name=shop_run),
        "tasks": page.get_by_role("button", name="checks.tidy"),
        "calendar": page.get_by_role("button", name=re.compile("success")),
        "durations": page.get_by_role("table", name="Tasks by duration").get_by_role("button").first,
        "code": page.get_by_text('"From orders to a report."'),
        "details": page.get_by_text("Catches up on missed runs"),
        "audit": page.get_by_role("cell", name="trigger dag run"),
    }
    expect(seen[name].first).to_be_visible()
    tab.shoot_both(f"dag-{name}")


def test_a_dag_that_is_not_there_says_so(tab: Tab) -> None:
    page = tab.go("/dags/nothing")
    expect(page.get_by_text("There is no such thing here")).to_be_visible()


def test_the_page_of_a_dag_is_readable_on_a_phone(chromium: Browser, site: Server, shop_run: str) -> None:
    with open_tab(chromium, site, width=390) as tab:
        page = tab.go("/dags/shop")
        expect(page.get_by_role("rowheader", name="orders")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
        tab.shoot_both("dag-phone")

"""Home, the pages of all DAGs, all runs and all assets, the palette: what is seen first, and how one gets on from there."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

from playwright.sync_api import Route, expect

from support.chromium import Tab
from support.server import Server

PATIENCE_S = 60


def run(site: Server, dag_id: str, state: str) -> str:
    """A run of the DAG that has ended so; its id."""
    made = site.request("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None})
    path = f"/api/v2/dags/{dag_id}/dagRuns/{made['dag_run_id']}"
    until = time.monotonic() + PATIENCE_S
    while (found := site.request("GET", path)["state"]) not in {"success", "failed"}:
        assert time.monotonic() < until, f"{path} is still {found}"
        time.sleep(0.1)
    assert found == state
    return str(made["dag_run_id"])


def is_paused(site: Server, dag_id: str, *, expected: bool) -> None:
    """Wait until the server has it so: the page shows what was pressed before that."""
    until = time.monotonic() + PATIENCE_S
    while site.request("GET", f"/api/v2/dags/{dag_id}")["is_paused"] is not expected:
        assert time.monotonic() < until, f"{dag_id} is not so"
        time.sleep(0.05)


def test_the_error_of_a_failed_task_stands_on_home_and_its_log_is_one_click_away(tab: Tab, site: Server) -> None:
    run(site, "broken", "failed")
    page = tab.go("/")
    causes = page.get_by_role("region", name="Failures, by cause")
    expect(causes.get_by_text("column 'price' is missing in orders.csv")).to_be_visible()
    expect(causes.get_by_text("shop.py:")).to_be_visible()
    tab.shoot_both("home")
    causes.get_by_role("link", name="column 'price' is missing").click()
    expect(page).to_have_url(re.compile(r"/dags/broken/runs/.+/tasks/load"))


def test_a_run_that_fails_shows_on_an_open_home_page(tab: Tab, site: Server) -> None:
    page = tab.go("/")
    around = page.get_by_role("region", name="Around now")
    expect(around).to_be_visible()
    run_id = run(site, "broken", "failed")
    bar = around.locator(f"a[href$='/runs/{quote(run_id, safe='')}']")
    expect(bar).to_have_text(re.compile("^failed"))


def test_dags_are_found_and_filtered_and_the_address_keeps_it(tab: Tab, site: Server) -> None:
    run(site, "broken", "failed")
    page = tab.go("/dags")
    table = page.get_by_role("table", name="DAGs")
    expect(table.get_by_role("link", name="shop", exact=True)).to_be_visible()
    tab.shoot_both("dags")
    page.get_by_role("group", name="State of the last run").get_by_role("button", name="failed").click()
    expect(page).to_have_url(re.compile("state=failed"))
    expect(table.get_by_role("link", name="broken", exact=True)).to_be_visible()
    expect(table.get_by_role("link", name="shop", exact=True)).to_have_count(0)
    page.reload()
    expect(table.get_by_role("link", name="broken", exact=True)).to_be_visible()
    page.get_by_label("Search by name").fill("nothing is called so")
    page.get_by_role("button", name="Take all filters away").click()
    expect(table.get_by_role("link", name="shop", exact=True)).to_be_visible()


def test_a_dag_is_paused_and_switched_on_in_the_list(tab: Tab, site: Server) -> None:
    page = tab.go("/dags?search=greeting")
    switch = page.get_by_role("switch", name="greeting is")
    expect(switch).to_be_checked()
    switch.click(force=True)
    expect(switch).not_to_be_checked()
    expect(page.get_by_role("row").filter(has_text="greeting")).to_contain_text("paused")
    is_paused(site, "greeting", expected=True)
    switch.click(force=True)
    expect(switch).to_be_checked()
    is_paused(site, "greeting", expected=False)  # other tests run it


def test_a_dag_that_is_switched_twice_does_not_switch_back_with_the_answer_to_the_first(tab: Tab, site: Server) -> None:
    page = tab.go("/dags?search=greeting")
    switch = page.get_by_role("switch", name="greeting is")
    expect(switch).to_be_checked()
    held = list[Route]()
    page.route("**/api/v2/dags/greeting", lambda route: held.append(route))
    for _ in range(2):
        with page.expect_request("**/api/v2/dags/greeting"):
            switch.click(force=True)
    with page.expect_response("**/api/v2/ui/dags?*") as read_again:
        held[0].continue_()
    read_again.value.finished()
    page.evaluate("async () => { for (let i = 0; i < 3; i += 1) await new Promise(requestAnimationFrame); }")
    expect(switch).to_be_checked()
    held[1].continue_()
    is_paused(site, "greeting", expected=False)
    expect(switch).to_be_checked()


def test_a_bar_of_the_strip_leads_to_its_run(tab: Tab, site: Server) -> None:
    run_id = run(site, "greeting", "success")
    page = tab.go("/dags?search=greeting")
    page.get_by_role("group", name="The last runs of greeting").get_by_role("link").last.click()
    expect(page).to_have_url(re.compile(r"/dags/greeting/runs/"))
    expect(page.get_by_text(run_id[-12:]).first).to_be_visible()


def test_runs_are_filtered_by_dag_and_state(tab: Tab, site: Server) -> None:
    run(site, "broken", "failed")
    run(site, "greeting", "success")
    page = tab.go("/runs")
    table = page.get_by_role("table", name="Runs")
    expect(table.get_by_role("link", name="greeting").first).to_be_visible()
    expect(page.get_by_role("figure", name="Durations")).to_be_visible()
    tab.shoot_both("runs")
    page.get_by_role("group", name="States").get_by_role("button", name="failed").click()
    expect(table.get_by_role("link", name="greeting")).to_have_count(0)
    expect(table.get_by_role("link", name="broken").first).to_be_visible()


def test_the_palette_finds_a_dag_and_pauses_it_by_words(tab: Tab, site: Server) -> None:
    page = tab.go("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_label("Find", exact=True).fill("pause flaky")
    page.get_by_role("button", name="Pause flaky").click()
    expect(page.get_by_text("flaky is paused now")).to_be_visible()
    is_paused(site, "flaky", expected=True)
    site.request("PATCH", "/api/v2/dags/flaky", {"is_paused": False})  # other tests run it


def test_two_keys_lead_to_a_page_and_a_question_mark_shows_all_of_them(tab: Tab) -> None:
    page = tab.go("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    page.keyboard.press("?")
    places = page.get_by_role("dialog", name="Shortcuts").get_by_role("region", name="Go to")
    expect(places.get_by_role("definition").filter(has_text="DAGs")).to_be_visible()


def test_an_asset_is_made_anew_and_shows_the_run_that_it_started(tab: Tab, site: Server) -> None:
    site.wait_dags({"count_stock", "reorder"})
    page = tab.go("/assets")
    row = page.get_by_role("row").filter(has_text="stock")
    expect(row).to_contain_text("count_stock")
    expect(row).to_contain_text("reorder")
    tab.shoot_both("assets")
    row.get_by_role("link", name="stock", exact=True).click()
    expect(page.get_by_role("heading", name="stock", exact=True)).to_be_visible()
    page.get_by_role("button", name="Materialise").click()
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(page).to_have_url(re.compile(r"/dags/count_stock/runs/"))
    page.go_back()
    events = page.get_by_role("region", name="Events")
    expect(events.get_by_role("link", name="reorder").first).to_be_visible()
    tab.shoot_both("asset")


def test_the_graph_of_assets_is_drawn_and_leads_to_their_pages(tab: Tab, site: Server) -> None:
    site.wait_dags({"count_stock", "reorder"})
    page = tab.go("/assets")
    page.get_by_text("Graph", exact=True).click()
    expect(page).to_have_url(re.compile("tab=graph"))
    expect(page.get_by_role("group", name="DAG count_stock")).to_be_visible()
    expect(page.get_by_role("group", name="Asset stock")).to_be_visible()
    tab.shoot_both("assets-graph")
    page.get_by_text("stock", exact=True).click()
    expect(page.get_by_role("heading", name="stock", exact=True)).to_be_visible()

"""Runs and task instances in a browser: what failed, its log, what is done about it, and answers to questions."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, expect

from support.chromium import Tab, open_tab
from support.server import Server

_numbers = count(1)
LAST_LINE = "() => Number(document.querySelector('[role=log]')?.innerText.match(/line \\d+/g)?.at(-1).slice(5))"


def run_of(site: Server, dag_id: str, *, ends: bool = True) -> str:
    """A new run, once it has ended; its id."""
    run_id = f"journey-{next(_numbers)}"
    site.wait_dags({dag_id})
    site.request("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None})
    if ends:
        site.wait_run(dag_id, run_id)
    return run_id


def at_rest(plane: Locator) -> str:
    """Where a graph is shown, once it does not glide there any more: it would with each frame that is drawn."""
    return str(
        plane.evaluate(
            """async plane => {
                for (let seen = null, times = 0; times < 8; times += 1) {
                    if (seen !== plane.getAttribute("style")) times = 0;
                    seen = plane.getAttribute("style");
                    await new Promise(requestAnimationFrame);
                }
                return plane.getAttribute("style");
            }"""
        )
    )


def test_the_page_of_a_failed_run_begins_with_the_cause_and_leads_to_the_log(tab: Tab, site: Server) -> None:
    page = tab.go(f"/dags/broken/runs/{run_of(site, 'broken')}")
    cause = page.get_by_test_id("failure")
    expect(cause).to_contain_text("ValueError: column 'price' is missing in orders.csv")
    expect(cause).to_contain_text("shop.py")
    expect(page.get_by_role("row").filter(has_text="after")).to_contain_text("Why?")
    tab.shoot_both("run")
    page.get_by_role("link", name="Show its log").click()
    expect(page.get_by_role("log")).to_contain_text("connecting to the warehouse")
    tab.shoot_both("run-log")


def test_chart_and_graph_of_a_run_stand_side_by_side_with_one_selection(tab: Tab, site: Server) -> None:
    run_id = run_of(site, "shop")
    page = tab.go(f"/dags/shop/runs/{run_id}")
    chart = page.get_by_role("grid", name="Tasks of the run")
    box = page.get_by_role("group", name="task report, success")
    expect(box).to_be_visible()
    box.click()
    expect(chart.get_by_role("row", name="report", selected=True)).to_be_visible()
    chart.press("ArrowUp")
    expect(page).to_have_url(re.compile(r"task=checks\.enough"))
    tab.shoot_both("run-chart-and-graph")
    chart.get_by_role("button", name="Fold checks").click()
    expect(chart.get_by_role("row", name="report")).to_have_count(0)
    expect(page.get_by_role("group", name=re.compile("folded checks"))).to_be_visible()
    expect(page).to_have_url(re.compile("fold=checks"))
    page.get_by_role("separator", name="Move the line between the chart and the graph").press("ArrowLeft")
    expect(page).to_have_url(re.compile("split=54"))
    page.get_by_text("Gantt", exact=True).click()
    expect(box).to_have_count(0)
    expect(page).to_have_url(re.compile("view=gantt"))
    page.reload()
    expect(chart.get_by_role("row", name=re.compile("checks"))).to_be_visible()
    expect(chart.get_by_role("row", name="report")).to_have_count(0)


def test_the_graph_of_a_run_stays_where_somebody_has_moved_it(tab: Tab, site: Server) -> None:
    page = tab.go(f"/dags/shop/runs/{run_of(site, 'shop')}")
    box = page.get_by_role("group", name="task report, success")
    expect(box).to_be_visible()
    expect(page.locator("[data-picture]")).to_have_attribute("data-picture", "final")
    plane = page.locator(".react-flow__viewport")
    at_first = at_rest(plane)
    page.get_by_role("button", name="Zoom In").click()
    expect(plane).not_to_have_attribute("style", at_first)
    moved = at_rest(plane)
    for name in ("report", "tidy"):
        page.get_by_role("grid", name="Tasks of the run").get_by_role("row", name=name).hover()
        expect(page.locator(f".react-flow__node[data-id='checks.{name}'] [data-hovered=true]")).to_have_count(1)
    expect(plane).to_have_attribute("style", moved)


def test_the_graph_of_a_run_changes_as_the_run_goes_on(tab: Tab, site: Server) -> None:
    run_id = run_of(site, "slow", ends=False)
    page = tab.go(f"/dags/slow/runs/{run_id}")
    expect(page.get_by_role("group", name="task count, running")).to_be_visible()
    site.request("PATCH", f"/api/v2/dags/slow/dagRuns/{run_id}", {"state": "failed"})
    expect(page.get_by_role("group", name="task count, failed")).to_be_visible()


def test_why_a_task_did_not_run_is_told_beside_it(tab: Tab, site: Server) -> None:
    page = tab.go(f"/dags/broken/runs/{run_of(site, 'broken')}")
    page.get_by_role("button", name="Why is after in this state?").click()
    expect(page.get_by_text("after did not run because load failed")).to_be_visible()


def test_a_failed_task_is_cleared_after_a_look_at_what_that_changes(tab: Tab, site: Server) -> None:
    run_id = run_of(site, "broken")
    page = tab.go(f"/dags/broken/runs/{run_id}/tasks/load")
    page.get_by_role("button", name="Clear", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("2 task instances would change")).to_be_visible()
    dialog.get_by_text("Downstream tasks").click()
    expect(dialog.get_by_text("1 task instance would change")).to_be_visible()
    tab.shoot("clear-preview")
    dialog.get_by_role("button", name="Clear 1 instance").click()
    expect(page.get_by_text("1 task instance will run again")).to_be_visible()
    expect(page.get_by_role("tab", name="Tries 2")).to_be_visible()


def test_a_task_is_marked_after_a_look_at_what_that_changes(tab: Tab, site: Server) -> None:
    page = tab.go(f"/dags/broken/runs/{run_of(site, 'broken')}/tasks/load")
    page.get_by_role("button", name="Mark as").click()
    page.get_by_role("menuitem", name="skipped").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 task instance would change")).to_be_visible()
    dialog.get_by_role("button", name="Mark as skipped").click()
    expect(page.locator("h1 [data-state=skipped]")).to_be_visible()


def test_a_running_log_is_followed_and_the_run_is_stopped(tab: Tab, site: Server) -> None:
    run_id = run_of(site, "slow", ends=False)
    page = tab.go(f"/dags/slow/runs/{run_id}?task=count")
    log = page.get_by_role("log")
    expect(log).to_contain_text(re.compile(r"line \d"))
    expect(page.get_by_text("following")).to_be_visible()
    seen = page.wait_for_function(LAST_LINE).json_value()
    later = "|".join(str(number) for number in range(seen + 20, seen + 2000))
    expect(log).to_contain_text(re.compile(rf"line ({later})\b"), use_inner_text=True)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Mark as failed").click()
    page.get_by_role("button", name="Mark as failed").click()
    expect(page.locator("h1 [data-state=failed]")).to_be_visible()


def test_a_long_log_is_searched_walked_and_linked_to(tab: Tab, site: Server) -> None:
    page = tab.go(f"/dags/loud/runs/{run_of(site, 'loud')}/tasks/talk")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Checks (1)")
    page.get_by_role("button", name="Checks").click()
    expect(log).to_contain_text("all is well")
    page.get_by_label("Search the whole log").fill("row 4711 ")
    expect(page.get_by_text("1 of 1")).to_be_visible()
    page.get_by_role("button", name="Next place").click()
    expect(log.get_by_text("row 4711 of the import")).to_be_visible()
    page.get_by_role("button", name="Link to line 4713").click()
    expect(page).to_have_url(re.compile("at="))
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(log.get_by_text("row 4711 of the import")).to_be_visible()
    page.get_by_role("button", name="First line").click()
    expect(log.get_by_text("row 0 of the import")).to_be_visible()


def test_tries_values_and_fields_of_a_task_are_on_its_page(tab: Tab, site: Server) -> None:
    run_id = run_of(site, "shop")
    page = tab.go(f"/dags/shop/runs/{run_id}/tasks/checks.report")
    page.get_by_role("tab", name="Handed on 3").click()
    expect(page.get_by_text("orders:")).to_be_visible()
    tab.shoot_both("task-values")
    page.get_by_role("tab", name="Around it").click()
    expect(page.get_by_role("link", name="checks.tidy")).to_be_visible()
    page.get_by_role("tab", name="Details").click()
    expect(page.get_by_text("default_pool")).to_be_visible()
    page.goto(page.url.split("/tasks/")[0] + "/tasks/checks.price")
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("pricing order 5")
    tab.shoot_both("task")


def test_each_try_has_its_log_and_its_failure(tab: Tab, site: Server) -> None:
    page = tab.go(f"/dags/flaky/runs/{run_of(site, 'flaky')}/tasks/third_time?try=1")
    expect(page.get_by_role("log")).to_contain_text("attempt 1 did not work")
    page.get_by_role("tab", name="Tries 3").click()
    expect(page.get_by_test_id("failure")).to_have_count(2)


def test_an_approval_is_given_on_the_page_of_what_waits(tab: Tab, site: Server) -> None:
    run_id = run_of(site, "release", ends=False)
    page = tab.go("/approvals")
    card = page.get_by_role("article").filter(has_text=run_id)
    expect(card).to_contain_text("Ship version 1.4?")
    tab.shoot_both("approvals")
    card.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Answered: Approve")).to_be_visible()
    expect(card).to_have_count(0)
    site.wait_run("release", run_id)


def test_a_form_tells_what_is_wrong_before_it_is_sent(tab: Tab, site: Server) -> None:
    run_id = run_of(site, "figures", ends=False)
    page = tab.go(f"/dags/figures/runs/{run_id}/tasks/fill")
    budget = page.get_by_label("budget")
    budget.fill("-5")
    expect(page.get_by_text("At least 0.")).to_be_visible()
    expect(page.get_by_role("button", name="OK")).to_be_disabled()
    budget.fill("800")
    page.get_by_role("button", name="OK").click()
    expect(page.locator("h1 [data-state=success]")).to_be_visible()


def test_two_runs_are_compared(tab: Tab, site: Server) -> None:
    first, second = run_of(site, "broken"), run_of(site, "broken")
    page = tab.go(f"/dags/broken/runs/{second}?compare={first}")
    table = page.get_by_role("table", name="Differences by task")
    expect(table.get_by_role("row").filter(has_text="load")).to_be_visible()
    expect(page.get_by_text("All tasks ended alike", exact=False)).to_be_visible()
    expect(page.get_by_role("link", name=first)).to_be_visible()
    tab.shoot_both("compare")


def test_a_note_stays_with_the_run(tab: Tab, site: Server) -> None:
    page = tab.go(f"/dags/broken/runs/{run_of(site, 'broken')}")
    page.get_by_role("button", name="Add a note").click()
    page.get_by_role("textbox", name="Note").fill("The supplier sent the old file.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("textbox", name="Note")).to_have_count(0)
    expect(page.get_by_text("The supplier sent the old file.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The supplier sent the old file.")).to_be_visible()


@pytest.mark.parametrize("path", ["", "/tasks/load"])
def test_a_run_can_be_read_on_a_phone(chromium: Browser, site: Server, path: str) -> None:
    run_id = run_of(site, "broken")
    with open_tab(chromium, site, width=390) as tab:
        page = tab.go(f"/dags/broken/runs/{run_id}{path}")
        expect(page.get_by_test_id("failure")).to_be_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        assert tab.serious_faults() == []

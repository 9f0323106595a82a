"""Rows that are chosen: what is done to many DAGs or runs at once, what could not be, and who may not."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Browser, Page, Request, Route, expect

from support.chromium import Tab, open_tab
from support.server import Server

PATIENCE_S = 60
PASSWORD = "a password for who only looks at rows"


def ended_runs(site: Server, dag_id: str, number: int) -> list[str]:
    """The ids of so many new runs of the DAG, which have ended."""
    found = [site.trigger(dag_id) for _ in range(number)]
    for run_id in found:
        site.wait_run(dag_id, run_id)
    return found


def paused(site: Server, *dag_ids: str) -> list[bool]:
    """Whether the server has each of them paused."""
    return [site.get(f"/dags/{one}")["is_paused"] for one in dag_ids]


def choose(page: Page, *names: str) -> None:
    """Press the boxes of rows, once each is there."""
    for name in names:
        page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()


def test_many_dags_are_paused_and_those_that_could_not_be_are_told_by_name_and_tried_again(
    tab: Tab, site: Server
) -> None:
    page = tab.go("/dags?search=crossing")
    page.get_by_role("checkbox", name="Choose all rows").check()
    bar = page.get_by_role("toolbar", name="What is chosen")
    expect(bar).to_contain_text("2 rows chosen")
    expect(bar.get_by_role("button", name="Unpause")).to_have_attribute("data-refusal", "active already")
    page.route(
        "**/api/v2/dags/crossing_long",
        lambda route: route.fulfill(status=409, json={"detail": "its file is being read"}),
        times=1,
    )
    try:
        bar.get_by_role("button", name="Pause 2", exact=True).click()
        asked = page.get_by_role("dialog", name="Pause 2 DAGs?")
        expect(asked).to_contain_text("No run and no task of them starts until they are active again.")
        expect(asked.get_by_role("list", name="Of 2 DAGs").get_by_role("listitem")).to_have_text(
            ["crossing", "crossing_long"]
        )
        asked.get_by_role("button", name="Pause 2 DAGs").click()
        told = page.get_by_role("dialog", name="Pause 2 DAGs")
        expect(told).to_contain_text("1 DAG paused. 1 DAG could not be.")
        expect(told.get_by_role("region", name="What could not be done")).to_contain_text(
            "crossing_long its file is being read"
        )
        tab.shoot_both("bulk-failure")
        assert paused(site, "crossing", "crossing_long") == [True, False]
        told.get_by_role("button", name="Try the other one again").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_text("1 DAG paused", exact=True)).to_be_visible()
        expect(bar).to_have_count(0)
        assert paused(site, "crossing", "crossing_long") == [True, True]
        choose(page, "crossing", "crossing_long")
        bar.get_by_role("button", name="Unpause 2").click()
        page.get_by_role("dialog").get_by_role("button", name="Unpause 2 DAGs").click()
        expect(page.get_by_text("2 DAGs active", exact=True)).to_be_visible()
        assert paused(site, "crossing", "crossing_long") == [False, False]
    finally:
        for dag_id in ("crossing", "crossing_long"):
            site.request("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})


def test_the_history_of_dags_is_deleted_but_not_of_those_that_run(tab: Tab, site: Server) -> None:
    ended_runs(site, "crossing_long", 1)
    run_id = site.trigger("slow")
    try:
        page = tab.go("/dags")
        slow = page.get_by_role("row").filter(has=page.get_by_role("link", name="slow", exact=True))
        expect(slow).to_contain_text("running")
        choose(page, "slow", "crossing_long")
        tab.shoot_both("dags-chosen")
        page.get_by_role("toolbar").get_by_role("button", name="Delete history 1").click()
        asked = page.get_by_role("dialog", name="Delete the history of 1 DAG?")
        expect(asked.get_by_role("region", name="Left out")).to_contain_text("they have running runs")
        tab.shoot_both("bulk-delete")
        asked.get_by_role("button", name="Delete the history of 1 DAG").click()
        expect(page.get_by_text("1 DAG deleted", exact=True)).to_be_visible()
        assert site.get("/dags/slow/dagRuns")["total_entries"] > 0
        # Its file is still there, so the DAG comes back, as one that has never run.
        until = time.monotonic() + PATIENCE_S
        while site.request("GET", "/api/v2/dags/crossing_long/dagRuns", ok=False).get("total_entries") != 0:
            assert time.monotonic() < until, "the DAG is not back, or has its runs"
            time.sleep(0.1)
    finally:
        site.request("PATCH", f"/api/v2/dags/slow/dagRuns/{run_id}", {"state": "failed"})


def test_runs_are_chosen_with_keys_marked_cleared_and_deleted(tab: Tab, site: Server) -> None:
    first, second, third = ended_runs(site, "greeting", 3)
    page = tab.go("/dags/greeting?tab=runs")
    table = page.get_by_role("table", name="Runs of greeting")
    rows = table.get_by_role("row")
    expect(rows.nth(3)).to_contain_text(first)
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press(" ")
    expect(rows.nth(1).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(3)).to_be_focused()
    page.keyboard.press("Shift+X")
    bar = page.get_by_role("toolbar", name="What is chosen")
    expect(bar).to_contain_text("3 rows chosen")
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    choose(page, first, second, third)
    page.keyboard.press("a")
    expect(bar.get_by_role("button", name="Clear 3")).to_be_focused()
    page.keyboard.press("Enter")
    asked = page.get_by_role("dialog", name="Clear 3 runs?")
    expect(asked).to_contain_text(re.compile(r"\d+ task instances will run again"))
    tab.shoot_both("bulk-clear")
    asked.get_by_role("button", name="Clear 3 runs").click()
    expect(page.get_by_text("3 runs cleared", exact=True)).to_be_visible()
    for run_id in (first, second, third):
        assert site.wait_run("greeting", run_id)["state"] == "success"
        assert {one["try_number"] for one in site.instances("greeting", run_id)} == {2}
    for run_id in (first, second, third):
        expect(rows.filter(has_text=run_id)).to_contain_text("success")
    choose(page, first, second)
    bar.get_by_role("button", name="Mark as failed 2").click()
    page.get_by_role("dialog").get_by_role("button", name="Mark 2 runs as failed").click()
    expect(page.get_by_text("2 runs marked as failed", exact=True)).to_be_visible()
    assert [site.run("greeting", one)["state"] for one in (first, second, third)] == ["failed", "failed", "success"]
    # Other tests know that this DAG does not fail.
    choose(page, first, second, third)
    bar.get_by_role("button", name="Delete 3").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 3 runs").click()
    expect(rows.filter(has_text=first)).to_have_count(0)


def test_runs_of_many_dags_are_deleted_from_the_list_of_all_runs(tab: Tab, site: Server) -> None:
    (one,), (other, kept) = ended_runs(site, "greeting", 1), ended_runs(site, "flaky", 2)
    page = tab.go("/runs")
    choose(page, f"greeting {one}", f"flaky {other}")
    bar = page.get_by_role("toolbar", name="What is chosen")
    tab.shoot_both("runs-chosen")
    bar.get_by_role("button", name="Delete 2").click()
    asked = page.get_by_role("dialog", name="Delete 2 runs?")
    expect(asked).to_contain_text("They are gone for good, with their")
    asked.get_by_role("button", name="Delete 2 runs").click()
    expect(page.get_by_text("2 runs deleted", exact=True)).to_be_visible()
    expect(page.get_by_role("checkbox", name=f"Choose greeting {one}", exact=True)).to_have_count(0)
    expect(page.get_by_role("checkbox", name=f"Choose flaky {kept}", exact=True)).to_be_visible()
    assert "detail" in site.request("GET", f"/api/v2/dags/greeting/dagRuns/{one}", ok=False)
    assert "detail" in site.request("GET", f"/api/v2/dags/flaky/dagRuns/{other}", ok=False)
    assert site.run("flaky", kept)["state"] == "success"


def test_what_has_not_begun_when_it_is_stopped_stays_as_it_was(tab: Tab, site: Server) -> None:
    page = tab.go("/dags?sort=name")
    page.get_by_role("checkbox", name="Choose all rows").check()
    held: list[Route] = []
    asked: list[Request] = []

    def hold(route: Route) -> None:
        if route.request.method == "PATCH":
            asked.append(route.request)
            held.append(route)
        else:
            route.continue_()

    page.route(re.compile(r"/api/v2/dags/\w+$"), hold)
    page.get_by_role("toolbar").get_by_role("button", name=re.compile(r"^Pause \d+")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Pause")).click()
    working = page.get_by_role("dialog")
    expect(working.get_by_role("status")).to_have_text(re.compile("^0 of "))
    expect(working.get_by_role("progressbar", name="How much is done")).to_have_attribute("aria-valuenow", "0")
    until = time.monotonic() + PATIENCE_S
    while len(held) < 4:  # so many at once
        assert time.monotonic() < until, f"{len(held)} requests"
        page.wait_for_timeout(20)
    working.get_by_role("button", name="Stop").click()
    for route in held:
        route.fulfill(status=409, json={"detail": "not now"})
    told = page.get_by_role("dialog").filter(has_text="left as before")
    expect(told).to_contain_text("4 DAGs could not be.")
    assert len(asked) == 4
    told.get_by_role("button", name="Close").first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not any(paused(site, "greeting", "values"))


def test_who_may_only_look_finds_the_reason_on_each_button(chromium: Browser, site: Server) -> None:
    name = "looks-at-rows"
    site.request("POST", "/auth/users", {"username": name, "password": PASSWORD, "roles": [{"role": "Viewer"}]})
    with open_tab(chromium, site, username=None) as tab:
        answer = tab.context.request.post(f"{site.url}/auth/login", data={"username": name, "password": PASSWORD})
        assert answer.ok, answer.text()
        page = tab.go("/dags")
        choose(page, "greeting")
        bar = page.get_by_role("toolbar", name="What is chosen")
        for words, needs in (("Pause", "edit:dag"), ("Delete history", "delete:dag")):
            button = bar.get_by_role("button", name=words, exact=True)
            expect(button).to_have_attribute("data-refusal", re.compile(f"You need the permission {needs}:greeting"))
            button.click(force=True)
        expect(page.get_by_role("dialog")).to_have_count(0)

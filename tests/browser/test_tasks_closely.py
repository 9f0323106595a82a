"""A task's page in a browser: what it handed on is drawn, a log of 100 MB is read, docs are Markdown."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Response, expect

from support.chromium import Tab
from support.server import Server

LINE = '{"timestamp":"2026-01-01T00:00:00.000001Z","level":"info","logger":"task.stdout","event":"%s"}\n'
LOG_BYTES = 100_000_000
_numbers = count(1)


def run_of(site: Server, dag_id: str) -> str:
    """A new run that has ended; its id."""
    run_id = f"closely-{next(_numbers)}"
    site.wait_dags({dag_id})
    site.request("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None})
    site.wait_run(dag_id, run_id)
    return run_id


@pytest.fixture
def hosts(tab: Tab) -> set[str]:
    """Where the page asked for anything."""
    asked = set[str]()
    tab.page.on("request", lambda request: asked.add(request.url.split("/")[2] if "//" in request.url else ""))
    return asked


def test_what_a_task_handed_on_is_drawn_as_what_it_is(tab: Tab, site: Server, hosts: set[str]) -> None:
    page = tab.go(f"/dags/values/runs/{run_of(site, 'values')}/tasks/draw?tab=xcom")

    def value(name: str) -> Locator:
        found = page.get_by_role("region", name=name, exact=True)
        found.scroll_into_view_if_needed()
        return found

    expect(value("return_value").get_by_role("cell", name="Tu")).to_be_visible()
    expect(value("figure").locator(".barlayer .point")).to_have_count(3)
    expect(value("in a dict").get_by_text("Trend")).to_be_visible()
    expect(value("vega").locator("[aria-roledescription=bar]")).to_have_count(3)
    expect(value("far")).to_contain_text("can't be drawn: its data is at https://elsewhere.example/data.csv")
    expect(value("map")).to_contain_text("the map of a choropleth would come from another host")
    several = value("several")
    expect(several).to_contain_text("score: 0.9")
    picture = several.get_by_role("img", name="picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("async one => { await one.decode(); return one.naturalWidth; }") == 64
    tab.shoot_both("task-plots")
    assert hosts <= {site.url.split("/")[2], ""}


def test_docs_of_dags_tasks_and_params_are_markdown_in_which_nothing_runs(
    tab: Tab, site: Server, hosts: set[str]
) -> None:
    site.wait_dags({"values"})
    page = tab.go("/dags/values?tab=details")
    expect(page.get_by_role("cell", name="EUR")).to_be_visible()
    expect(page.get_by_role("link", name="the wiki")).to_have_attribute("href", "https://wiki.example/shop")
    expect(page.get_by_role("link", name="a chart")).to_be_visible()
    expect(page.get_by_text("taken over")).to_be_visible()
    assert "taken over" not in page.title()
    page.get_by_role("button", name="Trigger").first.click()
    expect(page.get_by_role("dialog").locator("strong", has_text="year-month")).to_be_visible()
    assert hosts <= {site.url.split("/")[2], ""}


def written(path: Path, needle: str) -> None:
    """A log of 100 MB, with one line in the middle and one at the end that stand nowhere else."""
    block = "".join(LINE % f"row {number} of the import" for number in range(10_000)).encode()
    half = block * (LOG_BYTES // 2 // len(block))
    with path.open("wb") as file:
        for part in (half, (LINE % needle).encode(), (LINE % ("long " * 200_000)).encode(), half):
            file.write(part)
        file.write((LINE % "the very last line").encode())


def test_a_log_of_100_mb_is_read_searched_and_linked_to_without_being_fetched(tab: Tab, site: Server) -> None:
    run_id = run_of(site, "broken")
    written(site.home / f"logs/dag_id=broken/run_id={run_id}/task_id=load/attempt=1.log", "a needle in the middle")
    fetched = list[Response]()
    tab.page.on("response", lambda answer: fetched.append(answer) if "/log/" in answer.url else None)
    page = tab.go(f"/dags/broken/runs/{run_id}/tasks/load")
    log = page.get_by_role("log")
    expect(log).to_contain_text("the very last line")
    assert sum(answer.request.sizes()["responseBodySize"] for answer in fetched) < 2_000_000
    page.get_by_label("Search the whole log").fill("NEEDLE in the")
    expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Next place").click()
    expect(log.get_by_text("a needle in the middle")).to_be_visible()
    expect(log.get_by_role("button", name="more characters")).to_be_visible()  # of a line of a megabyte
    number = log.locator("[data-linked=true]").get_by_role("button").first
    number.click()
    page.get_by_role("button", name="First line").click()
    expect(log.get_by_text("row 0 of the import")).to_be_visible()
    expect(page).to_have_url(re.compile("at="))
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(log.get_by_text("a needle in the middle")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('[role=log] *').length") < 2_000

"""Variables, pools, and what operators look into."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.chromium import Tab, open_tab
from support.server import Server


def test_a_variable_is_added_changed_found_and_deleted(tab: Tab) -> None:
    page = tab.go("/variables")
    page.get_by_role("button", name="Add a variable").click()
    page.get_by_role("textbox", name="Key", exact=True).fill("row_limit")
    page.get_by_role("textbox", name="Value").fill('{"rows": 10,}')
    expect(page.get_by_text("begins like JSON and is not")).to_be_visible()
    page.get_by_role("textbox", name="Value").fill('{"rows": 10}')
    page.get_by_role("textbox", name="Description").fill("How many rows a sample has")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="row_limit")
    expect(row).to_contain_text('{"rows":10}')
    page.get_by_role("button", name="Edit row_limit").click()
    page.get_by_role("textbox", name="Value").fill("25")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("25")
    page.get_by_label("Search by key").fill("no such key")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_label("Search by key").fill("row_")
    expect(row).to_be_visible()
    tab.shoot_both("variables")
    page.get_by_role("button", name="Delete row_limit").click()
    expect(page.get_by_text("fail from now on")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)


def test_a_secret_is_not_shown(tab: Tab, site: Server) -> None:
    site.request("POST", "/api/v2/variables", {"key": "api_password", "value": "hunter2-hunter2"})
    page = tab.go("/variables")
    expect(page.get_by_role("row").filter(has_text="api_password")).to_be_visible()
    expect(page.get_by_text("hunter2")).to_have_count(0)


def test_a_pool_is_added_and_shows_its_slots(tab: Tab) -> None:
    page = tab.go("/pools")
    expect(page.get_by_role("row").filter(has_text="default_pool")).to_be_visible()
    page.get_by_role("button", name="Add a pool").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("warehouse")
    page.get_by_role("textbox", name="Slots", exact=True).fill("4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="warehouse")).to_contain_text("0 of 4")
    tab.shoot_both("pools")


@pytest.mark.parametrize(
    ("path", "title", "has"),
    [
        ("/providers", "Providers", "Package"),
        ("/plugins", "Plugins", "No plugins"),
        ("/config", "Configuration", "TRADEWIND__"),
        ("/jobs", "Health", "Scheduler"),
    ],
)
def test_what_operators_look_into_can_be_seen(tab: Tab, path: str, title: str, has: str) -> None:
    page = tab.go(path)
    expect(page.get_by_role("heading", name=title).first).to_be_visible()
    expect(page.get_by_text(has).first).to_be_visible()
    tab.shoot_both(path[1:])


def test_a_broken_file_shows_its_error_and_goes_when_it_is_repaired(chromium: Browser, tmp_path: Path) -> None:
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "sales.py").write_text("from tradewind import DAG\nimport numpi_that_nobody_has\n")
    with Server(tmp_path / "home", dags) as server, open_tab(chromium, server) as tab:
        page = tab.go("/import-errors")
        expect(page.get_by_text("No module named 'numpi_that_nobody_has'").first).to_be_visible()
        tab.shoot_both("import-errors")
        (dags / "sales.py").write_text("from tradewind import DAG\nDAG('sales', schedule=None)\n")
        expect(page.get_by_text("Every DAG file could be read")).to_be_visible()


def test_a_connection_is_added_tested_changed_and_keeps_its_secret(tab: Tab) -> None:
    page = tab.go("/connections")
    page.get_by_role("button", name="Add a connection").click()
    page.get_by_role("textbox", name="Connection id").fill("landing")
    page.get_by_role("combobox", name="Type").fill("fs")
    page.get_by_role("textbox", name="Password").fill("not-to-be-seen")
    page.get_by_role("textbox", name="Extra").fill('{"path": "/nowhere/at/all"}')
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("It does not work")).to_be_visible()
    page.get_by_role("textbox", name="Extra").fill('{"path": "/tmp"}')
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("It works")).to_be_visible()
    tab.shoot_both("connection-form")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="landing")).to_be_visible()
    page.get_by_role("button", name="Edit landing").click()
    expect(page.get_by_role("textbox", name="Password")).to_have_value("***")
    page.get_by_role("textbox", name="Host").fill("files.example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="landing")).to_contain_text("files.example.com")
    tab.shoot_both("connections")
    assert "not-to-be-seen" not in page.content()

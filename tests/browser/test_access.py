"""Who may do what, and who has done what: the audit log, one's account, users, roles and tokens."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from support.chromium import Tab
from support.server import Server


def test_the_audit_log_tells_what_changed_and_that_nobody_touched_it(tab: Tab, site: Server) -> None:
    site.request("POST", "/api/v2/variables", {"key": "audited", "value": "1", "description": "before"})
    site.request("PATCH", "/api/v2/variables/audited", {"key": "audited", "value": "1", "description": "after"})
    page = tab.go("/audit")
    page.get_by_role("combobox", name="Its name").fill("audited")
    expect(page).to_have_url(re.compile("name=audited"))
    expect(page.get_by_role("row")).to_have_count(3)  # the head, and two entries
    page.get_by_role("link", name="Patch variable").click()
    expect(page.get_by_role("heading", name="What it was and what it is")).to_be_visible()
    expect(page.get_by_role("dialog")).to_contain_text("changed")
    tab.shoot_both("audit-entry")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Take all filters away").click()
    expect(page).not_to_have_url(re.compile("name="))
    tab.shoot_both("audit")
    page.get_by_role("button", name="Verify the log").click()
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("Nothing was changed")).to_be_visible()
    tab.shoot_both("audit-verified")
    page.get_by_role("textbox", name="A head that you noted earlier").fill("0" * 64)
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("The log is not as it was written")).to_be_visible()


def test_what_the_audit_log_lists_can_be_taken_away(tab: Tab, site: Server) -> None:
    site.request("POST", "/api/v2/variables", {"key": "exported", "value": "1"})
    page = tab.go("/audit?name=exported")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as begun:
        page.get_by_role("menuitem", name="What is listed, as CSV").click()
    lines = begun.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert "post_variable" in lines[1]

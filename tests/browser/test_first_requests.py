"""What a page shows first is asked for by a script that knows its address alone: it asks for what the page then takes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.chromium import Tab
from support.server import Server

PAGES = (
    "/", "/dags", "/dags/shop", "/runs", "/assets", "/approvals", "/connections", "/variables", "/pools", "/import-errors",
    "/jobs", "/users", "/audit", "/providers", "/plugins", "/config",
)  # fmt: skip
LATER = ("/api/v2/plugins/importErrors",)
"""What is asked for beside what a page shows first."""
LISTEN = """() => {
    // The script has addresses, the pages' own client has requests.
    window.early = [];
    window.late = [];
    const ask = window.fetch;
    const named = url => { const {pathname, searchParams} = new URL(url); searchParams.sort(); return pathname + '?' + searchParams; };
    window.fetch = (what, ...rest) => {
        if (typeof what === 'string') window.early.push(named(what));
        else if (what.method === 'GET') window.late.push(named(what.url));
        return ask(what, ...rest);
    };
}"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_takes_what_was_asked_for_before_its_code_was_there(tab: Tab, site: Server, path: str) -> None:
    if path == "/dags/shop":
        site.wait_dags({"shop"})
    tab.page.add_init_script(f"({LISTEN})()")
    page = tab.go(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_label("Loading")).to_have_count(0)
    early, late = page.evaluate("() => [window.early, window.late]")
    assert early
    assert [one for one in late if one not in early and not one.startswith(LATER)] == []

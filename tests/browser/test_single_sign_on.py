"""Logging in through an identity provider in a browser: a real provider, its own pages, and back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.chromium import open_tab
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, real_provider
from support.server import Server, free_port

PEOPLE = {"ann": {"groups": ["data"], "email": "ann@example.com", "email_verified": True, "given_name": "Ann"}}


@pytest.mark.registry
def test_somebody_logs_in_with_their_organisation_and_is_led_to_the_page_they_wanted(
    chromium: Browser, tmp_path: Path
) -> None:
    (tmp_path / "dags").mkdir()
    port = free_port()
    settings = {
        "issuer": f"http://127.0.0.1:{port}", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        "scopes": "openid profile email groups", "roles": json.dumps({"data": "User"}), "label": "Northwind",
    }  # fmt: skip
    env = {f"TRADEWIND__OIDC__{name.upper()}": value for name, value in settings.items()}
    server = Server(tmp_path / "home", tmp_path / "dags", env=env)
    with (
        real_provider(port, f"{server.url}/auth/oidc/callback", PEOPLE),
        server,
        open_tab(chromium, server, username=None) as tab,
    ):
        # The provider's own pages would have a typeface from elsewhere.
        tab.page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(content_type="text/css", body=""))
        page = tab.go("/runs?state=failed")
        way = page.get_by_role("link", name="Log in with Northwind")
        expect(way).to_be_visible()
        tab.shoot_both("login-oidc")
        way.click()
        page.locator("input[name=login]").fill("ann")
        page.locator("input[name=password]").fill("any")
        page.get_by_role("button", name="Sign-in").click()
        page.get_by_role("button", name="Continue").click()
        expect(page).to_have_url(re.compile(re.escape(server.url) + r"/runs\?state=failed"))
        expect(page.get_by_role("heading", name="Runs")).to_be_visible()
        tab.go("/account")
        expect(page.get_by_text("ann@example.com").or_(page.get_by_text("ann", exact=True)).first).to_be_visible()

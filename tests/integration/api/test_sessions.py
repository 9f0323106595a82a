"""Sessions of browsers: the cookie, the CSRF token, their end; and where a log-in leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.api import PASSWORD, Api
from support.browser import Browser
from support.databases import sqlite_database
from support.rows import rows
from tradewind.api.auth import login_routes
from tradewind.base.auth_settings import AuthSettings
from tradewind.base.clock import FakeClock
from tradewind.base.settings import ApiSettings, Settings

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Api]:
    """An application whose time moves by hand; sessions idle for an hour, and last a day."""
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    settings = Settings(home=tmp_path, auth=AuthSettings(session_idle_s=3600, session_ttl_s=86_400))
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, clock=clock, settings=settings) as api:
        yield api


def later(api: Api, **much: float) -> None:
    api.services.clock.advance(timedelta(**much))


def test_a_log_in_gives_a_browser_a_session_that_the_api_takes(both: Api) -> None:
    browser = Browser(both)
    answer = browser.log_in("user")
    assert answer.ok()["username"] == "user"
    assert answer.headers["cache-control"] == "no-store"
    assert browser.get("/dags").status == 200
    assert browser.get("//auth/me").ok()["via"] == "session"
    assert both.send("GET", "/dags", role=None).status == 401


def test_the_cookie_is_hidden_from_scripts_and_kept_from_other_sites(api: Api) -> None:
    session, csrf = Browser(api).log_in().cookies
    assert session.startswith("tradewind_session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))
    assert "Secure" not in session
    assert "HttpOnly" not in csrf
    assert all("; Secure" in line for line in Browser(api).log_in(scheme="https").cookies)


def test_what_the_cookie_holds_is_not_in_the_database(api: Api) -> None:
    browser = Browser(api)
    browser.log_in()
    [row] = rows(api.database, "login_session")
    assert browser.cookies["tradewind_session"] not in str(row)
    assert browser.cookies["tradewind_csrf"] not in str(row)


def test_a_change_by_a_session_takes_its_own_csrf_token(api: Api) -> None:
    browser, other = Browser(api), Browser(api)
    browser.log_in()
    other.log_in()
    pool = {"name": "p", "slots": 1}
    browser.says_csrf = False
    refused = browser.post("/pools", pool)
    assert (refused.status, "X-CSRF-Token" in refused.json["detail"]) == (403, True)
    for wrong in ("", "x", other.cookies["tradewind_csrf"], "é"):
        assert browser.post("/pools", pool, headers={"x-csrf-token": wrong}).status == 403, wrong
    assert browser.get("/pools").status == 200
    browser.says_csrf = True
    assert browser.post("/pools", pool).status == 201


def test_a_token_needs_no_csrf_token_even_beside_a_session(api: Api) -> None:
    browser = Browser(api)
    browser.log_in("viewer")
    browser.says_csrf = False
    headers = {"authorization": f"Bearer {api.token('admin')}"}
    assert browser.post("/pools", {"name": "p", "slots": 1}, headers=headers).status == 201


def test_each_log_in_has_a_new_session_and_ends_the_one_before(api: Api) -> None:
    browser = Browser(api)
    browser.log_in()
    first = dict(browser.cookies)
    browser.log_in()
    assert browser.cookies["tradewind_session"] != first["tradewind_session"]
    assert len(rows(api.database, "login_session")) == 1
    browser.cookies = first
    assert browser.get("/dags").status == 401


def test_a_session_that_was_thought_up_is_none(api: Api) -> None:
    browser = Browser(api)
    browser.cookies = {"tradewind_session": "a-session-that-somebody-planted"}
    assert browser.get("/dags").status == 401
    browser.log_in()
    assert browser.cookies["tradewind_session"] != "a-session-that-somebody-planted"


def test_a_session_ends_when_it_is_not_used_for_a_while(timed: Api) -> None:
    browser = Browser(timed)
    browser.log_in()
    for _ in range(5):
        later(timed, minutes=50)
        assert browser.get("/dags").status == 200
    later(timed, minutes=61)
    answer = browser.get("/dags")
    assert (answer.status, answer.json["detail"]) == (401, "the session is over; log in again")


def test_a_session_ends_in_the_end_however_much_it_is_used(timed: Api) -> None:
    browser = Browser(timed)
    browser.log_in()
    for _ in range(28):
        later(timed, minutes=50)
        assert browser.get("/dags").status == 200
    later(timed, minutes=41)
    assert browser.get("/dags").status == 401


def test_when_a_session_was_used_is_written_once_a_minute_at_most(timed: Api) -> None:
    browser = Browser(timed)
    browser.log_in()
    seen = []
    for _ in range(4):
        later(timed, seconds=31)
        browser.get("/dags")
        seen.append(rows(timed.database, "login_session")[0]["seen_at"])
    assert len(set(seen)) == 3
    assert seen[0].second == 0


def test_leaving_ends_the_session_and_takes_the_cookies_away(both: Api) -> None:
    browser = Browser(both)
    browser.log_in()
    kept = dict(browser.cookies)
    assert browser.get("/dags").status == 200
    assert browser.post("//auth/logout").status == 204
    assert browser.cookies == {}
    browser.cookies = kept
    assert browser.get("/dags").status == 401


def test_airflows_address_of_the_way_out_ends_sessions_and_tokens_of_log_ins(api: Api) -> None:
    browser = Browser(api)
    browser.log_in()
    kept = dict(browser.cookies)
    answer = browser.get("/auth/logout")
    assert (answer.status, answer.headers["location"]) == (307, "/auth/login")
    browser.cookies = kept
    assert browser.get("/dags").status == 401
    assert api.get("/dags", role="user").status == 200
    assert api.get("/auth/logout", role="user").status == 307
    assert api.get("/dags", role="user").status == 401
    assert api.get("/auth/logout", role=None).status == 307


def test_leaving_is_written_down_once_with_who_and_from_where(both: Api) -> None:
    browser = Browser(both)
    browser.log_in("user")
    kept = dict(browser.cookies)
    browser.post("//auth/logout", address="10.1.2.3")
    browser.cookies = kept
    browser.get("/auth/logout")
    both.get("/auth/logout", role="viewer", address="10.1.2.4")
    both.get("/auth/logout", role="viewer")
    found = both.get("//auth/audit", event="logout").ok()["entries"]
    seen = [(one["owner"], one["via"], one["address"], one["resource"], one["name"]) for one in found]
    assert seen == [
        ("user", "session", "10.1.2.3", "user", "user"), ("viewer", "token", "10.1.2.4", "user", "viewer"),
    ]  # fmt: skip
    assert both.get("//auth/audit/verify").ok()["holds"] is True


def test_one_sees_and_ends_ones_own_sessions_only(api: Api) -> None:
    laptop, phone, stranger = Browser(api), Browser(api), Browser(api)
    laptop.log_in("user", headers={"user-agent": "Laptop/1"})
    phone.log_in("user", address="10.1.2.3")
    stranger.log_in("admin")
    found = laptop.get("//auth/sessions").ok()["sessions"]
    assert {(one["user_agent"], one["address"], one["is_current"]) for one in found} == {
        ("Laptop/1", "127.0.0.1", True),
        (None, "10.1.2.3", False),
    }
    [other] = [one["id"] for one in found if not one["is_current"]]
    assert stranger.send("DELETE", f"//auth/sessions/{other}").status == 404
    assert phone.get("/dags").status == 200
    assert laptop.send("DELETE", f"//auth/sessions/{other}").status == 204
    assert phone.get("/dags").status == 401
    phone.log_in("user")
    assert laptop.send("DELETE", "//auth/sessions").status == 204
    assert (laptop.get("/dags").status, phone.get("/dags").status, stranger.get("/dags").status) == (200, 401, 200)


def test_a_new_password_ends_all_other_sessions_and_tokens_and_replaces_this_one(both: Api) -> None:
    here, there = Browser(both), Browser(both)
    here.log_in("user")
    there.log_in("user")
    both.token("user")
    before = dict(here.cookies)
    body = {"current_password": PASSWORD, "new_password": "a better one"}
    assert here.send("PUT", "//auth/me/password", body | {"current_password": "wrong"}).status == 400
    assert here.send("PUT", "//auth/me/password", body).status == 204
    assert here.cookies["tradewind_session"] != before["tradewind_session"]
    assert (here.get("/dags").status, there.get("/dags").status, both.get("/dags", role="user").status) == (
        200,
        401,
        401,
    )
    assert Browser(both).log_in("user").status == 401
    assert Browser(both).log_in("user", "a better one").status == 200


def test_a_password_is_not_too_short(api: Api) -> None:
    browser = Browser(api)
    browser.log_in("user")
    body = {"current_password": PASSWORD, "new_password": "short"}
    answer = browser.send("PUT", "//auth/me/password", body)
    assert (answer.status, "8 to" in answer.json["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"host": "flow.example.com", "origin": "https://flow.example.com"}, 200),
        ({"host": "flow.example.com", "origin": "https://evil.example.com"}, 403),
        ({"host": "flow.example.com", "origin": "null"}, 403),
    ],
    ids=str,
)
def test_no_other_sites_page_logs_a_browser_in(api: Api, headers: dict[str, str], status: int) -> None:
    assert Browser(api).log_in(headers=headers).status == status


# -- pages -----------------------------------------------------------------------------------------------------------


def test_the_page_asks_and_the_form_leads_back(api: Api) -> None:
    answer = api.get("/auth/login", role=None, next="/docs?a=1&b=2")
    assert (answer.status, answer.headers["location"]) == (307, "/auth/login?next=%2Fdocs%3Fa%3D1%26b%3D2")
    page = api.get("//auth/login", role=None, next="/docs?a=1&b=2")
    assert 'action="/auth/login?next=%2Fdocs%3Fa%3D1%26b%3D2"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    browser = Browser(api)
    body = b"username=user&password=correct+horse"
    sent = browser.send("POST", "//auth/login", body, headers=FORM, next="/docs?a=1&b=2")
    assert (sent.status, sent.headers["location"]) == (303, "/docs?a=1&b=2")
    assert browser.get("/dags").status == 200


def test_a_browser_is_led_to_the_page_of_the_web_ui_where_it_is_built(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_routes, "BUILT", tmp_path)
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert "<form" in api.get("//auth/login", role=None, headers=browser).text
    (tmp_path / "index.html").write_text("<title>the page</title>")
    answer = api.get("//auth/login", role=None, headers=browser, next="/dags?search=a")
    assert (answer.status, answer.headers["location"]) == (303, "/login?next=%2Fdags%3Fsearch%3Da")
    assert "<form" in api.get("//auth/login", role=None, headers=browser, plain="true").text
    assert "<form" in api.get("//auth/login", role=None, headers={"accept": "*/*"}).text


def test_a_log_in_that_came_from_nowhere_leads_to_the_first_page(api: Api) -> None:
    sent = Browser(api).send("POST", "//auth/login", b"username=user&password=correct+horse", headers=FORM)
    assert (sent.status, sent.headers["location"]) == (303, "/")


def test_a_form_with_a_wrong_password_shows_the_page_again(api: Api) -> None:
    browser = Browser(api)
    sent = browser.send("POST", "//auth/login", b"username=%3Cb%3E&password=wrong", headers=FORM)
    assert (sent.status, "is wrong" in sent.text, browser.cookies) == (401, True, {})
    assert "<b>" not in sent.text


@pytest.mark.parametrize(
    "bad", ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "javascript:alert(1)"]
)
def test_a_log_in_leads_to_no_other_server(api: Api, bad: str) -> None:
    for path in ("/auth/login", "//auth/login"):
        assert api.get(path, role=None, next=bad).status == 400
    assert Browser(api).log_in(next=bad).status == 400


def test_a_whole_address_of_this_server_is_taken_as_its_path(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, api=ApiSettings(base_url="https://flow.example.com"))
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, settings=settings) as api:
        answer = api.get("/auth/login", role=None, next="https://flow.example.com/docs")
        assert answer.headers["location"] == "/auth/login?next=%2Fdocs"


# -- proxies ---------------------------------------------------------------------------------------------------------


def proxied(home: Path, **auth: str) -> Settings:
    return Settings(
        home=home,
        api=ApiSettings(trusted_proxies="10.0.0.0/8"),
        auth=replace(AuthSettings(), proxy_user_header="x-forwarded-user", **auth),
    )


def test_a_trusted_proxy_names_the_user(both: Api, tmp_path: Path) -> None:
    both.app.state.desk.sessions = type(both.app.state.desk.sessions)(
        replace(both.services, settings=proxied(tmp_path))
    )
    named = {"x-forwarded-user": "user"}
    me = both.get("//auth/me", role=None, headers=named, address="10.0.0.1").ok()
    assert (me["username"], me["via"]) == ("user", "proxy")
    assert both.get("//auth/me", role=None, headers=named, address="192.168.0.1").status == 401
    assert both.get("//auth/me", role=None, headers={"x-forwarded-user": "nobody"}, address="10.0.0.1").status == 401
    assert both.get("/connections", role=None, headers=named, address="10.0.0.1").status == 403
    both.post("//auth/service-accounts", {"username": "ci", "roles": []}).ok(201)
    assert both.get("//auth/me", role=None, headers={"x-forwarded-user": "ci"}, address="10.0.0.1").status == 401
    paused = {**named, "sec-fetch-site": "cross-site"}
    assert both.patch("/dags/x", {"is_paused": True}, role=None, headers=paused, address="10.0.0.1").status == 403
    assert both.patch("/dags/x", {"is_paused": True}, role=None, headers=named, address="10.0.0.1").status == 404


def test_users_that_a_proxy_names_are_made_where_the_settings_say_so(tmp_path: Path) -> None:
    settings = proxied(tmp_path, proxy_new_user_role="viewer")
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, settings=settings) as api:
        me = api.get("//auth/me", role=None, headers={"x-forwarded-user": "new@example.com"}, address="10.0.0.1").ok()
        assert me["user"]["roles"] == [{"role": "Viewer", "workspace": "*", "origin": "local"}]
        assert [row["event"] for row in rows(database, "event_log", owner="new@example.com")] == ["create_user"]

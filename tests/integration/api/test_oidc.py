"""Log-ins by an identity provider: a real one, in a process of its own, from the first redirect to the way out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from support.api import Api, live
from support.databases import sqlite_database
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, browse, log_in_there, new_browser, real_provider
from support.rows import rows
from support.server import free_port
from tradewind.base.clock import FakeClock
from tradewind.base.oidc_settings import OidcSettings
from tradewind.base.settings import Settings
from tradewind.db import Database, users

pytestmark = pytest.mark.registry

ROLES = json.dumps({"data": "User", "ops": ["Op", "Admin@default"]})
PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {"groups": ["data", "else"], "email": "ann@example.com", "email_verified": True, "given_name": "Ann"},
    "bob": {"groups": ["ops"], "email": "bob@example.org", "email_verified": True},
    "eve": {"groups": [], "email": "eve@example.com", "email_verified": False},
}


def key(kid: str) -> dict[str, Any]:
    """A private key that a provider signs with, another one each time."""
    made = jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048), as_dict=True)
    return {**made, "kid": kid, "use": "sig", "alg": "RS256"}


@dataclass
class Site:
    """A server of ours, and the provider that it sends people to."""

    api: Api
    home: str
    port: int
    clock: FakeClock
    people: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: dict(one) for name, one in PEOPLE.items()})

    @property
    def callback(self) -> str:
        return f"{self.home}/auth/oidc/callback"

    @contextmanager
    def provider(self, **more: Any) -> Iterator[None]:
        with real_provider(self.port, self.callback, self.people, **more):
            yield

    def start(self, next_url: str = "/docs") -> str:
        return f"{self.home}/auth/oidc/login?next={next_url}"

    def back(self, browser: httpx.Client, who: str = "ann", next_url: str = "/docs") -> str:
        """Log in at the provider; the address that it sends the browser back to."""
        return log_in_there(browser, self.start(next_url), who, self.callback)

    def log_in(self, who: str = "ann", browser: httpx.Client | None = None) -> httpx.Response:
        """Log in from end to end; what the callback answers."""
        with browser or new_browser() as used:
            return used.get(self.back(used, who))

    def user(self, name: str) -> dict[str, Any]:
        return dict(self.api.get(f"//auth/users/{name}").ok())


@contextmanager
def site(tmp_path: Path, database: Database, **settings: Any) -> Iterator[Site]:
    """One that trusts the provider; settings of `oidc` may be others."""
    port = free_port()
    given: dict[str, Any] = {
        "issuer": f"http://127.0.0.1:{port}", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "roles": ROLES,
        "scopes": "openid profile email groups", "timeout_s": 30.0, **settings,
    }  # fmt: skip
    clock = FakeClock(datetime.now(UTC))
    told = Settings(home=tmp_path, oidc=OidcSettings(**given))
    with Api.open(database, tmp_path, clock=clock, settings=told) as api, live(api.app) as home:
        yield Site(api, home, port, clock)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """A site on SQLite, with these settings."""
    with sqlite_database(tmp_path) as database:
        yield lambda **settings: site(tmp_path, database, **settings)


def test_somebody_logs_in_by_the_provider_and_is_who_their_groups_say(tmp_path: Path, database: Database) -> None:
    with site(tmp_path, database) as one, one.provider(), new_browser() as browser:
        answer = browser.get(one.back(browser, "ann", "/docs?a=1"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/docs?a=1")
        assert answer.headers["cache-control"] == "no-store"
        me = browser.get(f"{one.home}/auth/me").json()
        assert (me["username"], me["via"]) == ("ann", "session")
        user = me["user"]
        assert user["roles"] == [{"role": "User", "workspace": "*", "origin": "oidc"}]
        assert (user["email"], user["first_name"], user["has_password"]) == ("ann@example.com", "Ann", False)
        assert user["issuer"] == f"http://127.0.0.1:{one.port}"
        assert browser.get(f"{one.home}/api/v2/dags").status_code == 200
        assert browser.get(f"{one.home}/auth/users").status_code == 403
        session = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("tradewind_session"))
        assert {"HttpOnly", "SameSite=Lax"} <= set(session.split("; "))
    assert rows(database, "oidc_login") == []


def test_the_provider_gets_a_challenge_and_the_verifier_stays_here(here: Any) -> None:
    with here() as one, one.provider(), new_browser() as browser:
        sent = browser.get(one.start())
        query = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
        [row] = rows(one.api.database, "oidc_login")
        assert (query["code_challenge_method"], query["response_type"]) == ("S256", "code")
        assert row["nonce"] == query["nonce"]
        assert row["verifier"] not in sent.headers["location"]
        assert query["state"] not in str(row)
        assert "HttpOnly" in sent.headers["set-cookie"]
        assert "Path=/auth/oidc" in sent.headers["set-cookie"]


def test_an_answer_counts_once(here: Any) -> None:
    with here() as site, site.provider(), new_browser() as browser:
        address = site.back(browser)
        cookies = {one.name: one.value for one in browser.cookies.jar if one.name.startswith("tradewind")}
        assert browser.get(address).status_code == 303
        with new_browser(cookies=cookies) as again:
            answer = again.get(address)
            assert (answer.status_code, "log in again" in answer.text) == (400, True)
            assert "tradewind_session" not in again.cookies


def test_an_answer_counts_in_the_browser_that_asked_and_in_no_other(here: Any) -> None:
    with here() as one, one.provider(), new_browser() as browser, new_browser() as victim:
        address = one.back(browser)
        assert victim.get(address).status_code == 400
        victim.get(one.start())  # with a log-in of its own under way
        assert victim.get(address).status_code == 400
        assert "tradewind_session" not in victim.cookies
        assert browser.get(address).status_code == 303


@pytest.mark.parametrize("change", ["another", "", None])
def test_an_answer_with_another_state_is_none(here: Any, change: str | None) -> None:
    with here() as one, one.provider(), new_browser() as browser:
        address = httpx.URL(one.back(browser))
        query = {name: value for name, value in address.params.items() if name != "state"}
        tampered = address.copy_with(params=query if change is None else {**query, "state": change})
        assert browser.get(tampered).status_code == 400
        assert "tradewind_session" not in browser.cookies


def test_two_log_ins_of_one_browser_do_not_disturb_each_other(here: Any) -> None:
    with here() as one, one.provider(), new_browser() as browser:
        first = browse(browser, one.start("/redoc"), f"http://127.0.0.1:{one.port}")
        assert first.is_redirect
        assert browser.get(one.back(browser, "ann", "/docs")).headers["location"] == "/docs"
        second = log_in_there(browser, first.headers["location"], "ann", one.callback)
        assert browser.get(second).headers["location"] == "/redoc"


def test_who_takes_too_long_begins_again(here: Any) -> None:
    with here() as one, one.provider(), new_browser() as browser:
        address = one.back(browser)
        one.clock.advance(timedelta(minutes=11))
        assert browser.get(address).status_code == 400


def test_an_expired_token_is_refused(here: Any) -> None:
    with here() as one, one.provider(ttl={"IdToken": 60}), new_browser() as browser:
        address = one.back(browser)
        one.clock.advance(timedelta(minutes=5))
        answer = browser.get(address)
        assert (answer.status_code, "it has expired" in answer.text) == (401, True)
        assert "tradewind_session" not in browser.cookies
        [failed] = [row for row in rows(one.api.database, "event_log") if row["event"] == "login_failed"]
        assert "expired" in failed["extra"]


def test_a_little_difference_of_the_clocks_does_no_harm(here: Any) -> None:
    with here() as one, one.provider(ttl={"IdToken": 60}), new_browser() as browser:
        address = one.back(browser)
        one.clock.advance(timedelta(seconds=90))
        assert browser.get(address).status_code == 303


def test_a_new_key_of_the_provider_is_found(here: Any) -> None:
    with here() as one:
        with one.provider(jwks={"keys": [key("old")]}):
            assert one.log_in().status_code == 303
        with one.provider(jwks={"keys": [key("new")]}):
            one.clock.advance(timedelta(seconds=11))
            assert one.log_in().status_code == 303


def test_another_provider_with_keys_of_its_own_is_not_believed(here: Any) -> None:
    with here() as one:
        with one.provider(jwks={"keys": [key("one")]}):
            assert one.log_in().status_code == 303
        with one.provider(jwks={"keys": [key("one")]}), new_browser() as browser:  # of the same name
            one.clock.advance(timedelta(seconds=11))
            answer = browser.get(one.back(browser))
            assert (answer.status_code, "signature is not" in answer.text) == (401, True)
            assert "tradewind_session" not in browser.cookies


def test_a_code_that_the_provider_does_not_know_any_more_is_refused(here: Any) -> None:
    with here() as one, new_browser() as browser:
        with one.provider():
            address = one.back(browser)
        with one.provider():  # it has forgotten everything
            answer = browser.get(address)
        assert (answer.status_code, "log in again" in answer.text) == (401, True)


def test_a_provider_that_is_down_is_said_and_everything_else_goes_on(here: Any) -> None:
    with here() as one, new_browser() as browser:
        answer = browser.get(one.start())
        assert (answer.status_code, "does not answer" in answer.text) == (503, True)
        assert one.api.get("/dags").status == 200
        one.clock.advance(timedelta(seconds=3))
        with one.provider():
            address = one.back(browser)
        answer = browser.get(address)
        assert (answer.status_code, "does not answer" in answer.text) == (503, True)
        with one.provider():
            assert one.log_in().status_code == 303


def test_a_wrong_secret_is_said_and_not_shown(here: Any) -> None:
    with here(client_secret="a wrong secret, planted here") as one, one.provider(), new_browser() as browser:
        answer = browser.get(one.back(browser))
        assert (answer.status_code, "oidc.client_secret" in answer.text) == (503, True)
        assert "planted" not in answer.text


def test_who_does_not_agree_at_the_provider_does_not_get_in(here: Any) -> None:
    with here() as one, one.provider(), new_browser() as browser:
        shown = browse(browser, one.start(), one.callback)
        answer = browse(browser, f"{shown.url!s}/abort", one.callback)
        answer = browser.get(answer.headers["location"])
        assert (answer.status_code, "access_denied" in answer.text) == (401, True)


def test_a_public_client_has_pkce_alone(here: Any) -> None:
    public = {"token_endpoint_auth_method": "none", "client_secret": None}
    with here(client_secret="") as one, one.provider(client=public):
        assert one.log_in().status_code == 303


def test_a_secret_goes_into_the_form_where_the_provider_wants_it_there(here: Any) -> None:
    there = {"token_endpoint_auth_method": "client_secret_post"}
    with here() as one, one.provider(client=there, clientAuthMethods=["client_secret_post"]):
        assert one.log_in().status_code == 303


# -- who one is ------------------------------------------------------------------------------------------------------


def test_roles_follow_the_groups_at_each_log_in_and_those_given_here_stay(here: Any) -> None:
    with here() as one:
        with one.provider():
            one.log_in("bob")
        held = {(role["role"], role["workspace"], role["origin"]) for role in one.user("bob")["roles"]}
        assert held == {("Op", "*", "oidc"), ("Admin", "default", "oidc")}
        body = {"roles": [{"role": "Viewer"}]}
        one.api.patch("//auth/users/bob", body).ok()
        one.people["bob"]["groups"] = ["data"]
        with one.provider():
            one.log_in("bob")
        held = {(role["role"], role["workspace"], role["origin"]) for role in one.user("bob")["roles"]}
        assert held == {("User", "*", "oidc"), ("Viewer", "*", "local")}


def test_who_has_lost_all_groups_loses_the_session_rights_too(here: Any) -> None:
    with here() as one, new_browser() as browser:
        with one.provider():
            browser.get(one.back(browser, "bob"))
        assert browser.get(f"{one.home}/api/v2/connections").status_code == 200
        one.people["bob"]["groups"] = []
        with one.provider():
            assert one.log_in("bob").status_code == 403
        assert browser.get(f"{one.home}/api/v2/connections").status_code == 403
        assert one.user("bob")["roles"] == []


def test_without_a_group_that_gives_a_role_nobody_is_made(here: Any) -> None:
    with here() as one, one.provider():
        answer = one.log_in("eve")
        assert (answer.status_code, "oidc.default_role" in answer.text) == (403, True)
        assert one.api.get("//auth/users/eve").status == 404


def test_the_default_role_is_for_those_without_such_a_group(here: Any) -> None:
    with here(default_role="viewer") as one, one.provider():
        assert one.log_in("eve").status_code == 303
        assert one.user("eve")["roles"] == [{"role": "Viewer", "workspace": "*", "origin": "oidc"}]
        one.log_in("ann")
        assert [role["role"] for role in one.user("ann")["roles"]] == ["User"]


def test_a_user_of_this_name_who_is_somebody_else_is_not_taken_over(here: Any) -> None:
    with here(link_users=True) as one:
        one.people["admin"] = {"groups": ["data"]}
        with one.provider():
            answer = one.log_in("admin")
        assert (answer.status_code, "already" in answer.text) == (403, True)
        assert one.user("admin")["issuer"] is None


def test_a_user_made_for_somebody_is_theirs_where_the_settings_say_so(here: Any) -> None:
    with here(auto_create=False, link_users=True) as one, one.provider():
        assert one.log_in("ann").status_code == 403
        one.api.post("//auth/users", {"username": "ann", "roles": [{"role": "Op"}]}).ok(201)
        assert one.log_in("ann").status_code == 303
        user = one.user("ann")
        assert {role["role"] for role in user["roles"]} == {"Op", "User"}
        assert user["issuer"] == f"http://127.0.0.1:{one.port}"


def test_a_user_made_for_nobody_in_particular_is_not_taken_without_that(here: Any) -> None:
    with here() as one, one.provider():
        one.api.post("//auth/users", {"username": "ann", "roles": [{"role": "Op"}]}).ok(201)
        assert one.log_in("ann").status_code == 403


def test_only_verified_addresses_of_the_domains_named_get_in(here: Any) -> None:
    with here(allowed_domains="example.com", default_role="Viewer") as one, one.provider():
        assert [one.log_in(who).status_code for who in ("ann", "bob", "eve")] == [303, 403, 403]


def test_who_was_deactivated_stays_out(here: Any) -> None:
    with here() as one, one.provider():
        one.log_in("ann")
        one.api.patch("//auth/users/ann", {"is_active": False}).ok()
        answer = one.log_in("ann")
        assert (answer.status_code, "not active" in answer.text) == (403, True)


def test_log_ins_are_in_the_event_log_and_secrets_are_not(here: Any, caplog: pytest.LogCaptureFixture) -> None:
    with here() as one, one.provider(), new_browser() as browser:
        address = one.back(browser)
        [begun] = rows(one.api.database, "oidc_login")
        browser.get(address)
        logged = [row for row in rows(one.api.database, "event_log") if row["event"] == "login"]
        assert [row["owner"] for row in logged] == ["ann"]
        said = caplog.text + str(rows(one.api.database, "event_log"))
        for secret in (CLIENT_SECRET, begun["verifier"], httpx.URL(address).params["code"]):
            assert secret not in said


# -- the page and the way out ----------------------------------------------------------------------------------------


def test_the_page_offers_the_provider_and_leads_back(here: Any) -> None:
    with here(label="A <b>&B") as one:
        page = one.api.get("//auth/login", role=None, next="/docs?a=1")
        assert 'href="/auth/oidc/login?next=%2Fdocs%3Fa%3D1"' in page.text
        assert "A &lt;b&gt;&amp;B" in page.text
        assert one.api.get("//auth/login", role=None, ways="true").json == {"oidc_label": "A <b>&B"}
        assert one.api.get("//auth/oidc/login", role=None, next="https://evil.example.com/").status == 400


def test_without_a_provider_there_is_no_such_way(api: Api) -> None:
    assert "oidc" not in api.get("//auth/login", role=None).text
    assert api.get("//auth/login", role=None, ways="true").json == {"oidc_label": None}
    assert api.get("//auth/oidc/login", role=None).status == 404
    assert api.get("//auth/oidc/callback", role=None, state="x", code="y").status == 404


def test_logging_out_ends_the_session_at_the_provider_as_well(here: Any) -> None:
    with here() as one, one.provider(), new_browser() as browser:
        browser.get(one.back(browser))
        answer = browser.get(f"{one.home}/api/v2/auth/logout")
        there = httpx.URL(answer.headers["location"])
        assert (there.host, there.port, there.params["client_id"]) == ("127.0.0.1", one.port, CLIENT_ID)
        assert there.params["post_logout_redirect_uri"] == f"{one.home}/auth/login"
        assert browser.get(f"{one.home}/api/v2/dags").status_code == 401
        shown = browser.get(there)  # the real provider knows whose session it is and where it may lead back to
        assert shown.status_code == 200
        assert "xsrf" in shown.text
        assert "tradewind_oidc_hint" not in browser.cookies
        assert browser.get(f"{one.home}/api/v2/auth/logout").headers["location"] == "/auth/login"


def test_a_provider_that_is_down_keeps_nobody_in(here: Any) -> None:
    with here() as one, new_browser() as browser:
        with one.provider():
            browser.get(one.back(browser))
        one.clock.advance(timedelta(hours=2))  # what it said of itself is not believed any more
        assert browser.get(f"{one.home}/api/v2/auth/logout").headers["location"] == "/auth/login"
        assert browser.get(f"{one.home}/api/v2/dags").status_code == 401


# -- the provider's own tokens ---------------------------------------------------------------------------------------

API = "https://flow.example.com/api"


def _access_token(one: Site, who: str) -> str:
    """As another program gets one: a log-in of its own at the provider."""
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": CLIENT_ID, "redirect_uri": one.callback, "scope": "openid", "resource": API,
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    with new_browser() as browser:
        start = f"http://127.0.0.1:{one.port}/auth?{urlencode(asked)}"
        code = httpx.URL(log_in_there(browser, start, who, one.callback)).params["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": one.callback,
            "code_verifier": verifier,
        }
        secret = quote_plus(CLIENT_SECRET)
        answer = browser.post(f"http://127.0.0.1:{one.port}/token", data=form, auth=(CLIENT_ID, secret))
        return str(answer.json()["access_token"])


def test_access_tokens_of_the_provider_open_the_api_where_the_settings_say_so(here: Any) -> None:
    with here(bearer_audience=API) as one, one.provider(audience=API):
        token = _access_token(one, "ann")
        asked = {"authorization": f"Bearer {token}"}
        refused = one.api.get("/dags", role=None, headers=asked)
        assert (refused.status, "/auth/oidc/login" in refused.json["detail"]) == (401, True)
        body = {"username": "ann", "roles": [{"role": "Viewer"}]}
        one.api.post("//auth/users", body).ok(201)
        with one.api.database.write() as tx:
            users.update_user(tx, "ann", issuer=f"http://127.0.0.1:{one.port}", subject="ann")
        assert one.api.get("/dags", role=None, headers=asked).status == 200
        assert one.api.get("//auth/me", role=None, headers=asked).ok()["username"] == "ann"
        assert one.api.post("/pools", {"name": "p", "slots": 1}, role=None, headers=asked).status == 403
        assert one.api.get("/dags").status == 200  # the server's own tokens stay
        one.clock.advance(timedelta(seconds=665))
        assert one.api.get("/dags", role=None, headers=asked).status == 401

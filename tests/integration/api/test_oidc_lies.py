"""What a lying identity provider, or somebody who pretends to be one, can say: each lie is told over HTTP, and refused."""

from __future__ import annotations

import base64
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.api import Answer, Api
from support.browser import Browser
from support.databases import sqlite_database
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, RogueProvider, private_key
from support.rows import rows
from tradewind.api.auth.oidc import Oidc
from tradewind.base.clock import FakeClock
from tradewind.base.errors import InvalidInput
from tradewind.base.oidc_settings import OidcSettings
from tradewind.base.settings import Settings

AN_HOUR_AGO, IN_AN_HOUR = "an hour ago", "in an hour"
SHORT = OidcSettings(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, roles='{"data": "User"}')


def timed(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims with moments for their names: a test is called the same whenever it is collected."""
    now = int(time())
    moments = {AN_HOUR_AGO: now - 3600, IN_AN_HOUR: now + 3600}
    return {name: moments[value] if value in list(moments) else value for name, value in claims.items()}


class Site:
    """A server of ours that trusts the provider."""

    def __init__(self, api: Api, clock: FakeClock, provider: RogueProvider) -> None:
        self.api = api
        self.clock = clock
        self.provider = provider

    def log_in(self, browser: Browser | None = None) -> Answer:
        """Go to the provider and come back; what the callback answers."""
        used = browser or Browser(self.api)
        host = {"host": "flow.example.com"}
        sent = used.get("//auth/oidc/login", headers=host)
        assert sent.status == 303, sent.text
        query = dict(part.split("=", 1) for part in sent.headers["location"].partition("?")[2].split("&"))
        query["redirect_uri"] = "/auth/oidc/callback"
        _, headers, _ = self.provider.get("/authorize", query)
        given = dict(part.split("=", 1) for part in headers["Location"].partition("?")[2].split("&"))
        return used.get("//auth/oidc/callback", headers=host, **given)


@pytest.fixture
def rogue() -> Iterator[RogueProvider]:
    with RogueProvider.running() as provider:
        yield provider


@contextmanager
def site(tmp_path: Path, provider: RogueProvider, **settings: Any) -> Iterator[Site]:
    clock = FakeClock(datetime.now(UTC))
    told = Settings(home=tmp_path, oidc=replace(SHORT, issuer=provider.address, timeout_s=5.0, **settings))
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, clock=clock, settings=told) as api:
        yield Site(api, clock, provider)


@pytest.fixture
def here(tmp_path: Path, rogue: RogueProvider) -> Iterator[Site]:
    with site(tmp_path, rogue) as made:
        yield made


def refused(answer: Answer, words: str, status: int = 401) -> None:
    assert (answer.status, words in answer.text) == (status, True), answer.text
    assert not any(line.startswith("tradewind_session=") for line in answer.cookies)


def test_one_that_does_not_lie_is_believed(here: Site) -> None:
    browser = Browser(here.api)
    assert here.log_in(browser).headers["location"] == "/"
    assert browser.get("//auth/me").ok()["username"] == "ann"
    [form] = here.provider.forms
    assert form["redirect_uri"] == "http://flow.example.com/auth/oidc/callback"
    assert "client_secret" not in form  # it goes into the header


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"aud": "another"}, "for another client"),
        ({"aud": []}, "for another client"),
        ({"aud": [CLIENT_ID, "another"]}, "given to that one"),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "given to that one"),
        ({"azp": "another"}, "given to that one"),
        ({"iss": "https://accounts.example.com"}, "another issuer"),
        ({"nonce": "of-another-log-in"}, "another log-in"),
        ({"nonce": None}, "lacks nonce"),
        ({"exp": None}, "lacks exp"),
        ({"iat": None}, "lacks iat"),
        ({"sub": None}, "lacks sub"),
        ({"sub": ""}, "lacks sub"),
        ({"sub": "x" * 256}, "255"),
        ({"exp": "tomorrow"}, "no time"),
        ({"exp": True}, "no time"),
        ({"exp": AN_HOUR_AGO}, "has expired"),
        ({"iat": IN_AN_HOUR}, "from the future"),
        ({"nbf": IN_AN_HOUR}, "from the future"),
    ],
    ids=str,
)
def test_a_token_that_says_something_else_is_refused(here: Site, claims: dict[str, Any], words: str) -> None:
    here.provider.claims = timed(claims)
    refused(here.log_in(), words)
    assert here.api.get("//auth/users/ann").status == 404


def test_a_token_for_several_that_was_given_to_us_is_fine(here: Site) -> None:
    here.provider.claims = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert here.log_in().status == 303


def _unsigned(provider: RogueProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, algorithm="none")


def _by_the_secret(provider: RogueProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, CLIENT_SECRET, algorithm="HS256", headers={"kid": provider.kid})


def _by_the_public_key(provider: RogueProvider, claims: dict[str, Any]) -> str:
    """The oldest trick: the public key, which everybody knows, as the secret of HS256."""
    public = provider.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    # By hand: the library refuses to make such a token.
    body = jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": provider.kid}).rpartition(".")[0]
    signature = hmac.new(public, body.encode(), sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _by_another_key(provider: RogueProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, private_key("another"), algorithm="RS256", headers={"kid": provider.kid})


def _by_an_unlisted_key(provider: RogueProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, private_key("another"), algorithm="RS256", headers={"kid": "mine"})


def _by_a_key_that_it_brings(provider: RogueProvider, claims: dict[str, Any]) -> str:
    mine = private_key("another")
    return jwt.encode(claims, mine, algorithm="RS256", headers={"kid": "mine", "jwk": provider.jwk(mine, "mine")})


def _by_another_algorithm(provider: RogueProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, provider.key, algorithm="RS512", headers={"kid": provider.kid})


def _by_a_key_of_another_kind(provider: RogueProvider, claims: dict[str, Any]) -> str:
    mine = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(claims, mine, algorithm="ES256", headers={"kid": provider.kid})


def _changed(provider: RogueProvider, claims: dict[str, Any]) -> str:
    head, _, signature = provider.signed(claims).split(".")
    body = _unsigned(provider, {**claims, "groups": ["ops"]}).split(".")[1]
    return f"{head}.{body}.{signature}"


def _no_token(provider: RogueProvider, claims: dict[str, Any]) -> str:
    return "no.token.é"


@pytest.mark.parametrize(
    "sign",
    [
        _unsigned, _by_the_secret, _by_the_public_key, _by_another_key, _by_an_unlisted_key, _by_a_key_that_it_brings,
        _by_another_algorithm, _by_a_key_of_another_kind, _changed, _no_token,
    ],
)  # fmt: skip
def test_a_token_that_the_provider_has_not_signed_is_refused(here: Site, sign: Callable[..., str]) -> None:
    here.provider.sign = lambda claims: sign(here.provider, claims)
    refused(here.log_in(), "not valid")


def test_a_key_for_encryption_signs_nothing(here: Site) -> None:
    here.provider.listed = [{**here.provider.jwk(), "use": "enc"}]
    refused(here.log_in(), "does not list")


def test_a_token_that_names_no_key_is_taken_where_only_one_fits(here: Site) -> None:
    here.provider.sign = lambda claims: jwt.encode(claims, here.provider.key, algorithm="RS256")
    assert here.log_in().status == 303
    here.provider.listed = [here.provider.jwk(), here.provider.jwk(kid="two")]
    here.clock.advance(timedelta(minutes=11))
    here.provider.claims = {"exp": int(time()) + 3600}
    refused(here.log_in(), "which of the provider")


def test_keys_are_fetched_once_and_again_for_an_unknown_one_but_not_at_anybodys_pace(here: Site) -> None:
    def fetched() -> int:
        return here.provider.asked.count("/keys")

    for _ in range(3):
        assert here.log_in().status == 303
    assert fetched() == 1
    here.clock.advance(timedelta(seconds=11))
    here.provider.kid = "two"
    here.provider.key = private_key("newer")
    assert (here.log_in().status, fetched()) == (303, 2)
    here.provider.sign = lambda claims: _by_an_unlisted_key(here.provider, claims)
    for _ in range(5):
        refused(here.log_in(), "does not list")
    assert fetched() == 2
    here.clock.advance(timedelta(seconds=11))
    refused(here.log_in(), "does not list")
    assert fetched() == 3


def test_a_key_that_the_provider_takes_back_counts_ten_minutes_at_most(here: Site) -> None:
    assert here.log_in().status == 303
    here.provider.listed = []
    here.provider.claims = {"exp": int(time()) + 3600}
    here.clock.advance(timedelta(minutes=11))
    refused(here.log_in(), "does not list")


@pytest.mark.parametrize("said", ["https://accounts.example.com", ""])
def test_an_answer_that_comes_from_another_provider_is_refused_before_its_code_goes_anywhere(
    here: Site, said: str
) -> None:
    here.provider.answer = {"iss": said}
    refused(here.log_in(), "another identity provider")
    assert here.provider.forms == []


def test_an_answer_may_not_hide_who_sent_it_where_the_provider_says_that_it_tells(here: Site) -> None:
    here.provider.answer = {"iss": None}
    assert here.log_in().status == 303
    here.clock.advance(timedelta(minutes=61))
    here.provider.discovery = {"authorization_response_iss_parameter_supported": True}
    refused(here.log_in(), "another identity provider")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"issuer": "https://accounts.example.com"}, "must be the same"),
        ({"token_endpoint": "http://accounts.example.com/token"}, "no https:// address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no https:// address"),
        ({"jwks_uri": "file:///etc/passwd"}, "no https:// address"),
        ({"token_endpoint": 7}, "is not what a provider says"),
    ],
    ids=str,
)
def test_a_provider_that_says_odd_things_of_itself_is_not_asked(here: Site, said: dict[str, Any], words: str) -> None:
    here.provider.discovery = said
    answer = here.api.get("//auth/oidc/login", role=None)
    assert (answer.status, words in answer.text) == (503, True), answer.text
    assert here.provider.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 200),
        ({"aud": ["another", "the-api"]}, 200),
        ({"aud": CLIENT_ID}, 401),  # an ID token
        ({"aud": "another"}, 401),
        ({"iss": "https://accounts.example.com"}, 401),
        ({"sub": "somebody-else"}, 401),
        ({"exp": AN_HOUR_AGO}, 401),
        ({"exp": None}, 401),
        ({"nbf": IN_AN_HOUR}, 401),
    ],
    ids=str,
)
def test_a_bearer_token_of_the_provider_must_be_for_this_api(
    tmp_path: Path, rogue: RogueProvider, claims: dict[str, Any], status: int
) -> None:
    with site(tmp_path, rogue, bearer_audience="the-api") as one:
        assert one.log_in().status == 303
        now = int(time())
        right = {"iss": rogue.address, "sub": "ann-1", "aud": "the-api", "exp": now + 300, "iat": now}
        said = {name: value for name, value in {**right, **timed(claims)}.items() if value is not None}
        for token, expected in ((rogue.signed(said), status), (_by_another_key(rogue, said), 401)):
            asked = {"authorization": f"Bearer {token}"}
            assert one.api.get("/dags", role=None, headers=asked).status == expected


def test_a_bearer_token_of_the_provider_from_before_somebody_was_put_to_sleep_is_none(
    tmp_path: Path, rogue: RogueProvider
) -> None:
    with site(tmp_path, rogue, bearer_audience="the-api") as one:
        assert one.log_in().status == 303
        claims = {"iss": rogue.address, "sub": "ann-1", "aud": "the-api", "exp": int(time()) + 3600}

        def status(made: float) -> int:
            asked = {"authorization": f"Bearer {rogue.signed({**claims, 'iat': int(made)})}"}
            return one.api.get("/dags", role=None, headers=asked).status

        before = time()
        assert status(before) == 200
        one.clock.advance(timedelta(minutes=5))
        for is_active in (False, True):
            one.api.patch("//auth/users/ann", {"is_active": is_active}).ok()
        assert (status(before), status(before + 301)) == (401, 200)


def test_without_the_setting_no_token_of_the_provider_is_a_bearer_token(here: Site) -> None:
    assert here.log_in().status == 303
    now = int(time())
    claims = {"iss": here.provider.address, "sub": "ann-1", "aud": CLIENT_ID, "exp": now + 300, "iat": now}
    asked = {"authorization": f"Bearer {here.provider.signed(claims)}"}
    assert here.api.get("/dags", role=None, headers=asked).status == 401


def test_what_the_provider_says_elsewhere_must_be_about_the_same_person(here: Site) -> None:
    here.provider.claims = {"groups": None}
    here.provider.userinfo = {"groups": ["data"], "sub": "somebody-else"}
    refused(here.log_in(), "different people")
    here.provider.userinfo = {"groups": ["data"]}
    assert here.log_in().status == 303


def test_what_is_signed_outweighs_what_is_said_elsewhere(here: Site, tmp_path: Path) -> None:
    here.provider.claims = {"preferred_username": "ann", "groups": None}
    here.provider.userinfo = {"groups": ["data"], "preferred_username": "admin"}
    assert here.log_in().status == 303
    assert here.api.get("//auth/users/ann").status == 200


def test_people_are_told_apart_by_their_subject_not_by_their_name(here: Site) -> None:
    assert here.log_in().status == 303
    here.provider.claims = {"sub": "another-ann"}
    refused(here.log_in(), "already", 403)
    here.provider.claims = {"preferred_username": "ann-renamed"}
    browser = Browser(here.api)
    assert here.log_in(browser).status == 303
    assert browser.get("//auth/me").ok()["username"] == "ann"


@pytest.mark.parametrize("name", ["", "a/b", " ann", "x" * 251, 7, None, ["ann"]], ids=str)
def test_a_name_that_nobody_can_have_is_refused(here: Site, name: Any) -> None:
    here.provider.claims = {"preferred_username": name}
    assert here.log_in().status in (400, 403)


@pytest.mark.parametrize("groups", [7, {"data": 1}, [["data"]], [None], "ops", ["DATA"]], ids=str)
def test_groups_that_are_none_give_no_role(here: Site, groups: Any) -> None:
    here.provider.claims = {"groups": groups}
    refused(here.log_in(), "gives a role", 403)


def test_groups_may_stand_deeper(tmp_path: Path, rogue: RogueProvider) -> None:
    with site(tmp_path, rogue, groups_claim="realm_access.roles") as one:
        rogue.claims = {"realm_access": {"roles": ["data"]}}
        assert one.log_in().status == 303


def test_an_address_is_a_name_only_where_it_is_verified(tmp_path: Path, rogue: RogueProvider) -> None:
    with site(tmp_path, rogue, username_claim="email") as one:
        rogue.claims = {"email": "admin@example.com"}
        refused(one.log_in(), "verified", 403)
        rogue.claims["email_verified"] = True
        assert one.log_in().status == 303


def test_a_role_that_is_none_is_said(tmp_path: Path, rogue: RogueProvider) -> None:
    with site(tmp_path, rogue, roles='{"data": ["Boss"]}') as one:
        refused(one.log_in(), "no role", 400)
    (tmp_path / "b").mkdir()
    with site(tmp_path / "b", rogue, roles='{"data": ["User@nowhere"]}') as one:
        refused(one.log_in(), "no workspace", 400)


def test_who_the_provider_makes_a_user_and_what_its_groups_change_is_in_the_audit_log(here: Site) -> None:
    for groups in (["data"], ["data"], []):
        here.provider.claims = {"groups": groups}
        here.log_in()
    made, changed = [
        one
        for event in ("create_user", "patch_user")
        for one in here.api.get("//auth/audit", event=event).ok()["entries"]
    ]
    assert (made["name"], made["via"], made["before"], made["after"]) == ("ann", "oidc", None, {"roles": ["User@*"]})
    assert (changed["before"], changed["after"]) == ({"roles": ["User@*"]}, {"roles": []})
    assert changed["address"] == "127.0.0.1"


def test_the_last_admin_is_not_locked_out_by_a_group(tmp_path: Path, rogue: RogueProvider) -> None:
    with site(tmp_path, rogue, roles='{"data": "User", "ops": "Admin"}') as one:
        rogue.claims = {"groups": ["ops"]}
        assert one.log_in().status == 303
        one.api.patch("//auth/users/admin", {"is_active": False}).ok()
        rogue.claims = {"groups": ["data"]}
        refused(one.log_in(), "last one", 409)


def test_what_the_provider_says_in_its_refusal_is_shown_as_text(here: Site) -> None:
    here.provider.answer = {"error": "<script>alert(1)</script>", "code": None}
    answer = here.log_in()
    refused(answer, "&lt;script&gt;")
    assert "<script>" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("given", [{}, {"id_token": 7}, {"id_token": "", "access_token": "x"}], ids=str)
def test_an_answer_without_an_id_token_is_refused(here: Site, given: dict[str, Any]) -> None:
    here.provider.tokens = given
    assert here.log_in().status == 401


def test_a_state_that_many_bring_at_once_counts_once(here: Site) -> None:
    """One after the other in one loop, all before any of them is answered."""
    browser = Browser(here.api)
    sent = browser.get("//auth/oidc/login", headers={"host": "flow.example.com"})
    query = dict(part.split("=", 1) for part in sent.headers["location"].partition("?")[2].split("&"))
    query["redirect_uri"] = "/auth/oidc/callback"
    given = {"state": query["state"], "code": "code-0", "iss": here.provider.address}
    here.provider.get("/authorize", query)
    first = browser.get("//auth/oidc/callback", headers={"host": "flow.example.com"}, **given)
    browser.cookies |= {line.split("=")[0]: line.split("=", 1)[1].split(";")[0] for line in sent.cookies}
    second = browser.get("//auth/oidc/callback", headers={"host": "flow.example.com"}, **given)
    assert (first.status, second.status) == (303, 400)


def test_log_ins_that_never_come_back_do_not_pile_up(here: Site) -> None:
    for _ in range(3):
        Browser(here.api).get("//auth/oidc/login")
    assert len(rows(here.api.database, "oidc_login")) == 3
    here.clock.advance(timedelta(minutes=11))
    Browser(here.api).get("//auth/oidc/login")
    assert len(rows(here.api.database, "oidc_login")) == 1


def test_nobody_begins_log_ins_without_end(here: Site) -> None:
    def begin(address: str) -> Answer:
        return here.api.get("//auth/oidc/login", role=None, address=address)

    assert {begin("192.0.2.1").status for _ in range(300)} == {303}
    stopped = begin("192.0.2.1")
    assert (stopped.status, int(stopped.headers["retry-after"]) > 0) == (429, True)
    assert begin("192.0.2.2").status == 303
    here.clock.advance(timedelta(minutes=11))
    assert begin("192.0.2.1").status == 303


def test_a_provider_that_does_not_answer_is_not_asked_by_each_who_waits(here: Site) -> None:
    here.provider.discovery = {"issuer": "https://accounts.example.com"}
    for _ in range(5):
        assert here.api.get("//auth/oidc/login", role=None).status == 503
    assert here.provider.asked == ["/.well-known/openid-configuration"]
    here.clock.advance(timedelta(seconds=3))
    here.provider.discovery = {}
    assert here.log_in().status == 303


def test_a_provider_that_never_answers_holds_up_nobody_else(tmp_path: Path) -> None:
    is_asked, may_end = threading.Event(), threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_asked.set()
            may_end.wait(60)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        provider = RogueProvider(f"http://127.0.0.1:{server.server_port}")
        with site(tmp_path, provider) as one:
            short = OidcSettings(**{**_given(provider), "timeout_s": 0.2})
            services = replace(one.api.services, settings=replace(one.api.services.settings, oidc=short))
            one.api.app.state.desk.sessions.oidc.close()
            one.api.app.state.desk.sessions.oidc = Oidc(services)
            answer = one.api.get("//auth/oidc/login", role=None)
            assert is_asked.is_set()
            assert (answer.status, "does not answer" in answer.text) == (503, True)
    finally:
        may_end.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _given(provider: RogueProvider) -> dict[str, Any]:
    return {"issuer": provider.address, "client_id": CLIENT_ID, "client_secret": "x", "default_role": "User"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"issuer": "http://accounts.example.com"}, "https://"),
        ({"issuer": "accounts.example.com"}, "https://"),
        ({"client_id": ""}, "oidc.client_id is not"),
        ({"issuer": ""}, "oidc.issuer is not"),
        ({"scopes": "profile"}, "must have openid"),
        ({"bearer_audience": CLIENT_ID}, "every ID token"),
        ({"roles": ""}, "would get a role"),
        ({"roles": "User"}, "JSON object"),
        ({"roles": '{"data": 7}'}, "JSON object"),
    ],
    ids=str,
)
def test_settings_that_can_not_work_stop_the_start(api: Api, settings: dict[str, Any], words: str) -> None:
    given = replace(SHORT, **{"issuer": "https://accounts.example.com", **settings})
    services = replace(api.services, settings=replace(api.services.settings, oidc=given))
    with pytest.raises(InvalidInput, match=words):
        Oidc(services)

"""What every answer tells a browser, of whatever kind it is; hosts that are refused; pages of other origins."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.api import Api, live
from support.databases import sqlite_database
from tradewind.base.settings import ApiSettings, Settings

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HOST = {"host": "flow.example.com"}


@contextmanager
def told(tmp_path: Path, **settings: Any) -> Iterator[Api]:
    given = Settings(home=tmp_path, api=ApiSettings(**settings))
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, settings=given) as api:
        yield api


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/dags", 200),
        ("GET", "//openapi.json", 200),
        ("GET", "//docs", 200),
        ("GET", "//auth/login", 200),
        ("GET", "//nowhere", 404),
        ("GET", "/dags/none", 404),
        ("DELETE", "/dags", 405),
        ("GET", "/dags?limit=x", 400),
        ("GET", "/auth/logout", 307),
        ("POST", "/pools", 400),
        ("GET", "//auth/oidc/login", 404),
    ],
)
def test_every_answer_says_what_a_browser_may_do_with_it(api: Api, method: str, path: str, status: int) -> None:
    path, _, query = path.partition("?")
    answer = api.send(method, path, b"{" if method == "POST" else None, **({"limit": "x"} if query else {}))
    assert answer.status in (status, 422), answer.text
    assert answer.headers.items() >= ALWAYS.items()
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", answer.headers["x-request-id"])
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(("path", "role"), [("/dags", "admin"), ("/dags", None), ("//auth/me", "admin"), ("/connections", "viewer"),
                                            ("//auth/login", None), ("//w/none/api/v2/dags", "admin")])  # fmt: skip
def test_no_cache_keeps_what_is_about_somebody(api: Api, path: str, role: str | None) -> None:
    assert api.get(path, role=role).headers["cache-control"] == "no-store"


def test_answers_before_any_route_have_the_headers_too(api: Api) -> None:
    big = api.send("POST", "/pools", b"{}", headers={"content-length": "999999999", "transfer-encoding": "x"})
    assert big.status == 413
    long = api.get("/dags", tags="x" * 20_000)
    assert (long.status, "longer" in long.json["detail"]) == (414, True)
    for answer in (big, long):
        assert answer.headers.items() >= ALWAYS.items()


def test_the_answer_to_a_bug_has_the_headers_too_and_the_log_its_id(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    sessions = api.app.state.desk.sessions
    sessions.oidc, kept = None, sessions.oidc  # who asks for the log-in page finds a bug
    with live(api.app) as home:
        answer = httpx.get(f"{home}/auth/login")
    sessions.oidc = kept
    assert answer.status_code == 500
    assert dict(answer.headers).items() >= ALWAYS.items()
    assert f"id={answer.headers['x-request-id']}" in caplog.text


def test_data_may_do_nothing_and_pages_only_what_comes_from_here(api: Api) -> None:
    assert api.get("/dags").headers["content-security-policy"].startswith("default-src 'none'")
    assert api.get("//auth/login", role=None).headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["//docs", "//redoc"])
def test_the_documentation_runs_its_own_script_and_no_other(api: Api, path: str) -> None:
    answer = api.get(path, role=None)
    policy = answer.headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    for script in re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL):
        assert f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'" in scripts
    for address in re.findall(r'<script src="([^"]+)"', answer.text):
        assert address.startswith(scripts.split()[1] + "/")


def test_https_is_said_to_stay_https(api: Api) -> None:
    assert api.get("/dags", scheme="https", headers=HOST).headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in api.get("/dags", headers=HOST).headers
    for name in ("localhost:8080", "127.0.0.1"):  # it would bind all servers of this name, on all ports
        answer = api.get("/dags", scheme="https", headers={"host": name})
        assert "strict-transport-security" not in answer.headers


def test_a_proxy_says_https_only_where_it_is_trusted(tmp_path: Path) -> None:
    with told(tmp_path, trusted_proxies="10.0.0.0/8") as api:
        said = {**HOST, "x-forwarded-proto": "https"}
        assert "strict-transport-security" in api.get("/dags", address="10.0.0.1", headers=said).headers
        assert "strict-transport-security" not in api.get("/dags", address="192.0.2.1", headers=said).headers


# -- request ids -----------------------------------------------------------------------------------------------------


def test_each_request_has_an_id_and_keeps_the_one_that_it_came_with(api: Api) -> None:
    first, second = (api.get("/dags").headers["x-request-id"] for _ in range(2))
    assert first != second
    assert api.get("/dags", headers={"x-request-id": "trace-0001"}).headers["x-request-id"] == "trace-0001"


@pytest.mark.parametrize(
    "said", ["short", "x" * 65, "with blank in it", "line\\nbreak-in-it", "<script>alert</script>"]
)
def test_an_id_that_could_do_harm_in_a_log_is_not_kept(api: Api, said: str) -> None:
    assert api.get("/dags", headers={"x-request-id": said}).headers["x-request-id"] != said


# -- hosts -----------------------------------------------------------------------------------------------------------


def test_a_request_for_a_name_that_somebody_else_gave_this_address_is_refused(api: Api) -> None:
    for path in ("/dags", "//auth/login", "//docs", "/monitor/health"):
        answer = api.get(path, headers={"host": "evil.example.com"})
        assert (answer.status, "api.allowed_hosts" in answer.json["detail"]) == (421, True)
    assert api.get("/dags", headers={"host": "127.0.0.1:8080"}).status == 200
    assert api.get("/dags", headers=HOST).status == 200


# -- other origins ---------------------------------------------------------------------------------------------------

ORIGIN = "https://ops.example.com"
PREFLIGHT = {
    "origin": ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization, x-seen-change",
}


def test_without_a_setting_no_page_of_another_origin_may_read(api: Api) -> None:
    answer = api.get("/dags", headers={"origin": ORIGIN})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    preflight = api.send("OPTIONS", "/dags", role=None, headers=PREFLIGHT)
    assert preflight.status == 405
    assert not [name for name in preflight.headers if name.startswith("access-control")]


def test_an_origin_of_the_settings_may_read_and_another_may_not(tmp_path: Path) -> None:
    with told(tmp_path, access_control_allow_origins=f"{ORIGIN}, https://two.example.com") as api:
        preflight = api.send("OPTIONS", "/dags", role=None, headers=PREFLIGHT)
        assert preflight.status == 200
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        assert "POST" in preflight.headers["access-control-allow-methods"]
        assert preflight.headers.items() >= ALWAYS.items()
        for path, status in (("/dags", 200), ("/dags/none", 404)):
            answer = api.get(path, headers={"origin": ORIGIN})
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, ORIGIN)
            assert "Origin" in answer.headers["vary"]
            assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
        other = {**PREFLIGHT, "origin": "https://ops.example.com.evil.example"}
        assert api.send("OPTIONS", "/dags", role=None, headers=other).status == 400
        assert "access-control-allow-origin" not in api.get("/dags", headers=other).headers


def test_any_origin_never_comes_with_cookies(tmp_path: Path) -> None:
    with told(tmp_path, access_control_allow_origins="*") as api:
        answer = api.get("/dags", headers={"origin": ORIGIN, "cookie": "tradewind_session=x"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_methods_and_headers_may_be_fewer(tmp_path: Path) -> None:
    fewer = {"access_control_allow_methods": "GET", "access_control_allow_headers": "authorization"}
    with told(tmp_path, access_control_allow_origins=ORIGIN, **fewer) as api:
        assert api.send("OPTIONS", "/dags", role=None, headers=PREFLIGHT).status == 400
        reading = {
            **PREFLIGHT,
            "access-control-request-method": "GET",
            "access-control-request-headers": "authorization",
        }
        assert api.send("OPTIONS", "/dags", role=None, headers=reading).status == 200
        more = {**reading, "access-control-request-headers": "x-csrf-token"}
        assert api.send("OPTIONS", "/dags", role=None, headers=more).status == 400

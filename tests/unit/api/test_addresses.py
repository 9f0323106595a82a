"""Where a request comes from, whom to believe about it, and where a log-in may lead."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request

from tradewind.api.auth import proxy
from tradewind.api.auth.addresses import address_of, is_secure, networks
from tradewind.api.auth.next_urls import safe_next
from tradewind.base.auth_settings import AuthSettings
from tradewind.base.errors import InvalidInput

TRUSTED = networks("10.0.0.0/8, fd00::/8,", "api.trusted_proxies")
OURS = "https://flow.example.com"


def request(peer: str, *headers: tuple[str, str], scheme: str = "http") -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw, "client": (peer, 1),
         "scheme": scheme, "server": ("localhost", 80)}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("peer", "hops", "address"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["6.6.6.6", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, 10.0.0.2 ,10.0.0.3"], "203.0.113.9"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9, <script>, 10.0.0.2"], "10.0.0.2"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
    ],
    ids=str,
)
def test_the_address_is_that_of_the_last_hop_that_is_no_proxy_of_ours(peer: str, hops: list[str], address: str) -> None:
    assert address_of(request(peer, *(("x-forwarded-for", hop) for hop in hops)), TRUSTED) == address


def test_https_before_the_proxy_counts_where_the_proxy_is_ours() -> None:
    said = ("x-forwarded-proto", "https")
    assert is_secure(request("10.0.0.1", said), TRUSTED)
    assert not is_secure(request("192.0.2.1", said), TRUSTED)
    assert is_secure(request("192.0.2.1", scheme="https"), TRUSTED)
    assert not is_secure(request("10.0.0.1", ("x-forwarded-proto", "http"), scheme="https"), TRUSTED)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "proxy.example.com", "10.0.0.1/8"])
def test_a_network_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"api\.trusted_proxies"):
        networks(text, "api.trusted_proxies")


def test_a_header_that_names_users_is_not_believed_from_anybody() -> None:
    with pytest.raises(InvalidInput, match="everybody could say to be anyone"):
        proxy.check(AuthSettings(proxy_user_header="x-user"), ())
    with pytest.raises(InvalidInput, match="proxy_new_user_role"):
        proxy.check(AuthSettings(proxy_new_user_role="Viewer"), TRUSTED)
    proxy.check(AuthSettings(proxy_user_header="x-user", proxy_new_user_role="Viewer"), TRUSTED)
    proxy.check(AuthSettings(), ())


@pytest.mark.parametrize(
    ("peer", "named", "user"),
    [
        ("10.0.0.1", ["ann"], "ann"),
        ("10.0.0.1", [" ann "], "ann"),
        ("10.0.0.1", [], None),
        ("10.0.0.1", [""], None),
        ("10.0.0.1", ["admin", "ann"], None),
        ("192.0.2.1", ["ann"], None),
    ],
)
def test_one_name_from_a_trusted_proxy_is_believed(peer: str, named: list[str], user: str | None) -> None:
    settings = AuthSettings(proxy_user_header="X-User")
    assert proxy.user_of(request(peer, *(("x-user", one) for one in named)), settings, TRUSTED) == user
    off = AuthSettings()
    assert proxy.user_of(request(peer, *(("x-user", one) for one in named)), off, TRUSTED) is None


# -- where a log-in leads --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/", "/"),
        ("/dags/etl?tab=code#line-3", "/dags/etl?tab=code#line-3"),
        ("/a%2F%2Fb", "/a%2F%2Fb"),
        (f"{OURS}/dags", "/dags"),
        ("HTTPS://FLOW.example.com/dags", "/dags"),
        (OURS, "/"),
        (f"{OURS}//evil.example.com", None),
        ("https://flow.example.com.evil.example.com/", None),
        ("https://flow.example.com@evil.example.com/", None),
        ("https://evil.example.com/", None),
        ("http://flow.example.com/", None),
        ("//evil.example.com", None),
        ("///evil.example.com", None),
        ("/\\evil.example.com", None),
        ("\\\\evil.example.com", None),
        ("/\t/evil.example.com", None),
        (" //evil.example.com", None),
        ("\x01/a", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("dags", None),
        ("", None),
        ("https:/evil.example.com", None),
        ("https:evil.example.com", None),
        ("/é", None),
        ("/" + "a" * 2000, None),
        ("http://[", None),
    ],
)
def test_a_log_in_leads_to_a_path_of_this_server_or_nowhere(given: str, path: str | None) -> None:
    assert safe_next(given, {OURS}) == path


PIECES = st.sampled_from(
    ["/", "//", "\\", "https:", "http:", "//evil.com", "evil.com", "@", ":", ".", "..", "%2f", "%5c", "\t", "\n", "?", "#",
     "flow.example.com", OURS, "javascript:", " ", "\u2044", "\uff0f", "a", ";"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map("".join)))
@example("/.//evil.com")
@example(f"{OURS}@evil.com")
def test_whatever_is_asked_for_a_browser_stays_on_this_server(given: str) -> None:
    found = safe_next(given, {OURS})
    if found is None:
        return
    as_browsers_read_it = (
        found.strip("".join(map(chr, range(33)))).replace("\t", "").replace("\n", "").replace("\r", "")
    )
    as_browsers_read_it = as_browsers_read_it.replace("\\", "/")
    assert urlsplit(urljoin(f"{OURS}/auth/login", as_browsers_read_it))[:2] == ("https", "flow.example.com")
    assert as_browsers_read_it.startswith("/")
    assert not as_browsers_read_it.startswith("//")

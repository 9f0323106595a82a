"""Which hosts a server answers to, and from where pages may call it."""

from __future__ import annotations

import pytest

from tradewind.api.front import Hosts, with_cors
from tradewind.base.api_settings import ApiSettings
from tradewind.base.errors import InvalidInput
from tradewind.base.hosts import is_local


def allowed(asked: str, **settings: str) -> bool:
    return Hosts(ApiSettings(**settings)).allow(asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "localhost.", "flow.localhost:1", "127.0.0.1:8080",
                                  "[::1]:8080", "[::1]", "192.0.2.7", ""])  # fmt: skip
def test_on_a_loopback_address_a_server_answers_to_names_of_this_machine_and_to_addresses(host: str) -> None:
    assert allowed(host)


@pytest.mark.parametrize("host", ["evil.example.com", "evil.example.com:8080", "localhost.example.com", "127.0.0.1.nip.example",
                                  "notlocalhost", "localhost:80@evil.example.com", "x" * 300, "[evil]"])  # fmt: skip
def test_on_a_loopback_address_a_server_answers_to_no_other_name(host: str) -> None:
    assert not allowed(host)
    assert not allowed(host, base_url="https://flow.example.com")


def test_the_name_of_the_base_url_and_those_of_the_settings_are_its_own() -> None:
    assert allowed("Flow.example.com:443", base_url="https://flow.example.com/")
    assert allowed("a.example.org", allowed_hosts="b.example.org, *.example.org")
    assert not allowed("example.org", allowed_hosts="*.example.org")
    assert not allowed("evilexample.org", allowed_hosts="*.example.org")
    assert allowed("anything", allowed_hosts="*")


def test_elsewhere_any_name_is_fine_until_the_settings_name_some() -> None:
    assert allowed("flow", host="0.0.0.0")
    assert not allowed("flow", host="0.0.0.0", allowed_hosts="other")


@pytest.mark.parametrize(("host", "is_here"), [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
                                               ("0.0.0.0", False), ("::", False), ("192.0.2.1", False), ("flow", False)])  # fmt: skip
def test_what_is_of_this_machine_alone(host: str, is_here: bool) -> None:
    assert is_local(host) is is_here


async def _nothing(*_: object) -> None: ...


@pytest.mark.parametrize("origin", ["ops.example.com", "https://ops.example.com/", "https://ops.example.com/x", "null",
                                    "https://*.example.com/", "file://x"])  # fmt: skip
def test_an_origin_that_is_none_stops_the_start(origin: str) -> None:
    with pytest.raises(InvalidInput, match="is no origin"):
        with_cors(_nothing, ApiSettings(access_control_allow_origins=f"https://fine.example.com {origin}"))

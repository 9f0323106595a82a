"""Settings of the HTTP server: where it listens, who may reach it from where, and what it bounds."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.base.setting import setting

__all__ = ["ApiSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    host: str = setting("127.0.0.1", "Address to listen on.", "API__HOST")
    port: int = setting(8080, "Port to listen on.", "API__PORT")
    page_limit: int = setting(50, "Rows of a list when the client does not say.", "API__FALLBACK_PAGE_LIMIT")
    max_page_limit: int = setting(100, "Rows of a list at most.", "API__MAXIMUM_PAGE_LIMIT")
    max_body_mb: int = setting(16, "Size of a request body at most, in MB.")
    test_connection: str = setting(
        "Enabled",
        "Whether admins may let the server try a connection: Enabled, Disabled or Hidden.",
        "CORE__TEST_CONNECTION",
    )
    trusted_proxies: str = setting(
        "", "Networks of proxies whose X-Forwarded headers are believed, with commas: 10.0.0.0/8, ::1; empty: none."
    )
    base_url: str = setting(
        "", "Address that people reach the server at, for links; empty: http://host:port.", "API__BASE_URL"
    )
    allowed_hosts: str = setting(
        "",
        "Names that the server is asked for by, with commas; *.example.com: all below. Empty: on a loopback address only "
        "localhost, IP addresses and the host of base_url, elsewhere any.",
    )
    ssl_cert: str = setting(
        "", "File with the certificate (and those between it and its root); empty: no TLS.", "API__SSL_CERT"
    )
    ssl_key: str = setting("", "File with its private key; empty: in the file of the certificate.", "API__SSL_KEY")
    plain_http: bool = setting(
        False, "Listening without TLS where other machines reach it is fine: a proxy or a private network protects it."
    )
    hsts_s: int = setting(
        31_536_000, "Seconds for which browsers that came by https come by nothing else; 0: not said."
    )
    access_control_allow_origins: str = setting(
        "",
        "Origins whose pages may call the API from a browser, with blanks or commas: https://ops.example.com; `*`: any, "
        "without cookies; empty: none.",
        "API__ACCESS_CONTROL_ALLOW_ORIGINS",
    )
    access_control_allow_methods: str = setting(
        "", "Methods that they may use; empty: all that the API has.", "API__ACCESS_CONTROL_ALLOW_METHODS"
    )
    access_control_allow_headers: str = setting(
        "",
        "Headers that they may send; empty: authorization, content-type and x-csrf-token.",
        "API__ACCESS_CONTROL_ALLOW_HEADERS",
    )
    header_timeout_s: float = setting(15.0, "Seconds in which a request's head must be here.")
    body_timeout_s: float = setting(30.0, "Seconds without a byte after which a request's body is given up.")
    max_header_kb: int = setting(64, "Size of a request's head at most, in KB.")

"""How the API meets the network: who may reach it, over TLS or not, within which bounds."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from tradewind.base.errors import Conflict, InvalidInput
from tradewind.base.hosts import is_local
from tradewind.base.settings import ApiSettings, Settings

if TYPE_CHECKING:
    import uvicorn

__all__ = ["check_reach", "check_somebody_may_log_in", "url_of", "web_config"]

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not listened on
"""Where a server that listens on all addresses is found from its own machine."""


def check_reach(settings: ApiSettings) -> None:
    """Refuse to let other machines in where passwords and tokens would cross the network in the clear.

    Raises:
        InvalidInput: nothing protects them, and nobody has said that this is fine; or only one half of TLS is set.
    """
    if settings.ssl_key and not settings.ssl_cert:
        raise InvalidInput("api.ssl_key is set, and api.ssl_cert is not: set both", name="api.ssl_cert")
    if is_local(settings.host) or settings.ssl_cert or settings.trusted_proxies or settings.plain_http:
        return
    raise InvalidInput(
        f"api.host {settings.host} lets other machines in, and passwords and tokens would cross the network in the clear: set "
        "api.ssl_cert and api.ssl_key, or api.trusted_proxies to the proxy that speaks TLS for this server, or "
        "api.plain_http=true if the network is yours alone",
        name="api.host",
    )


def check_somebody_may_log_in(settings: Settings) -> None:
    """On a database without users: refuse to let other machines in before there is one.

    Raises:
        Conflict: they could come in.
    """
    if is_local(settings.api.host) or settings.oidc.issuer or settings.auth.proxy_user_header:
        return
    raise Conflict(
        f"api.host {settings.api.host} lets other machines in, and there is no user yet: make one with `tradewind users create "
        "-u admin -r Admin --use-random-password`, or start once on 127.0.0.1, which makes one"
    )


def url_of(listener: socket.socket, settings: ApiSettings) -> str:
    """Where the server is found from its own machine."""
    address: tuple[str, int] = listener.getsockname()[:2]
    host, port = ANYWHERE.get(address[0], address[0]), address[1]
    return f"{'https' if settings.ssl_cert else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def web_config(app: Any, settings: ApiSettings) -> uvicorn.Config:
    """How uvicorn serves the application.

    Raises:
        InvalidInput: the certificate or its key can't be used.
    """
    import uvicorn

    from tradewind.cli.certificate import Certificate
    from tradewind.cli.http_protocol import bounded

    files: dict[str, Any] = {}
    if settings.ssl_cert:
        files = {"ssl_certfile": settings.ssl_cert, "ssl_keyfile": settings.ssl_key or None}
    context = Certificate(settings.ssl_cert, settings.ssl_key).context if settings.ssl_cert else None
    config = uvicorn.Config(
        app,
        http=bounded(settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,  # longer than a busy client pauses: closing under its next request would be an error there
        proxy_headers=False,  # the API looks at them itself, and only behind proxies that the settings name
        **files,
    )
    if context is not None:
        config.load()
        config.ssl = context
    return config

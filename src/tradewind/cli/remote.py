"""Talks to a server on another machine: `TRADEWIND_URL` says where it is, `TRADEWIND_TOKEN` is what to show it."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tradewind.base.errors import InvalidInput, Unauthenticated
from tradewind.cli.client import Address, Client, HttpTransport, ServerUnavailable

__all__ = ["TOKEN", "URL", "RemoteTransport", "remote_client", "token_for"]

URL = "TRADEWIND_URL"
TOKEN = "TRADEWIND_TOKEN"  # noqa: S105 - the name of a variable
SHOWN = 80


def remote_client(environ: Mapping[str, str]) -> Client:
    """The client for the server that the environment names.

    Raises:
        InvalidInput: the address is none.
        Unauthenticated: there is no token.
    """
    url = _url(environ)
    token = environ.get(TOKEN, "").strip()
    if not token:
        raise Unauthenticated(
            f'{URL} is set and {TOKEN} is not: export {TOKEN}="$(tradewind auth login -u NAME)", '
            "or take a token that `tradewind tokens create` made"
        )
    return Client(RemoteTransport(Address(url, token, 0, "")))


def token_for(environ: Mapping[str, str], username: str, password: str) -> str:
    """A token of the server that the environment names, for a name and password.

    Raises:
        InvalidInput: it names none.
        Unauthenticated: the password is wrong.
    """
    client = Client(RemoteTransport(Address(_url(environ), "", 0, "")))
    made = client.call("POST", ("/auth", "token"), body={"username": username, "password": password})
    return str(made["access_token"])


def _url(environ: Mapping[str, str]) -> str:
    url = environ.get(URL, "").strip().rstrip("/")
    parts = urlsplit(url)
    try:
        is_fine = parts.scheme in {"http", "https"} and parts.hostname is not None and parts.port != 0
    except ValueError:
        is_fine = False
    if not is_fine:
        raise InvalidInput(
            f"{URL} must be the address of a server, such as https://tradewind.example.com, and is {url!r}"
        )
    return url


class RemoteTransport(HttpTransport):
    """One connection to a server that is known by its address alone."""

    def __init__(self, server: Address) -> None:
        super().__init__(server, Path())

    def find_again(self) -> bool:
        """Never: the environment says where it is."""
        return False

    def _connect(self, timeout: float | None = 30.0) -> Any:
        parts = urlsplit(self._server.url)
        kind = _Https if parts.scheme == "https" else _Http
        connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        connection.base = parts.path
        connection.server = self._server.url
        return connection

    def _headers(self) -> dict[str, str]:
        kept = super()._headers()
        return kept if self._server.token else {name: text for name, text in kept.items() if name != "Authorization"}

    def _silent(self, error: Exception) -> ServerUnavailable:
        url = self._server.url
        if isinstance(error, ssl.SSLCertVerificationError):
            return ServerUnavailable(
                f"the certificate of {url} is not trusted here ({error.verify_message}); "
                "SSL_CERT_FILE names the file of the authority that signed it",
                url=url,
            )
        return ServerUnavailable(f"the server at {url} ({URL}) does not answer: {error}", url=url)


class _Http(http.client.HTTPConnection):
    """Asks below the path of the address, and tells answers of Tradewind from those of what stands in between."""

    base = server = ""

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        super().putrequest(method, self.base + url, *args, **kwargs)

    def getresponse(self) -> http.client.HTTPResponse:
        response = super().getresponse()
        if 300 <= response.status < 400:
            to = response.getheader("Location", "elsewhere")
            raise ServerUnavailable(f"{self.server} sends on to {to}; set {URL} to the address that it leads to")
        kind = response.getheader("Content-Type", "")
        if response.status != 204 and not any(word in kind for word in ("json", "event-stream", "csv")):
            said = " ".join(response.read(4000).decode(errors="replace").split())[:SHOWN]
            raise ServerUnavailable(
                f"what answers at {self.server} is not Tradewind ({response.status}: {said}); "
                f"see whether it runs, and whether {URL} is right"
            )
        return response


class _Https(_Http, http.client.HTTPSConnection):
    """The same by TLS."""

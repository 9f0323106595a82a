"""The identity provider as it is met over HTTP: what it says of itself, its keys, a code's exchange, what it knows of a user."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from tradewind.base.clock import Clock
from tradewind.base.errors import ProviderUnavailable, Unauthenticated
from tradewind.base.hosts import is_local
from tradewind.base.oidc_settings import OidcSettings

if TYPE_CHECKING:
    import urllib3

__all__ = ["Metadata", "Provider", "is_safe"]

METADATA_S = 3600.0
"""How long what it says of itself is believed."""
KEYS_S = 600.0
"""How long its keys are believed: one that it has taken back counts no longer than this."""
RETRY_S = 2.0
"""How long it is not asked again that did not answer: who waits for their turn should not wait for that, too."""
REFETCH_S = 10.0
"""How often at most its keys are fetched because a token names one that is not known."""
LONGEST_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Provider:
    """Asks the provider; every method may block for as long as the settings allow."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._failed: tuple[float, ProviderUnavailable] | None = None
        self._keys: tuple[float, list[dict[str, Any]]] | None = None
        self._http: urllib3.PoolManager | None = None

    def metadata(self) -> Metadata:
        """What it says of itself.

        Raises:
            ProviderUnavailable: it does not answer, or not as a provider does.
        """
        with self._lock:
            now = self._clock.monotonic()
            if self._metadata is None or now - self._metadata[0] >= METADATA_S:
                if self._failed is not None and now - self._failed[0] < RETRY_S:
                    raise ProviderUnavailable(self._failed[1].message)
                try:
                    self._metadata = (now, self._discovered())
                except ProviderUnavailable as error:
                    self._failed = (self._clock.monotonic(), error)
                    raise
            return self._metadata[1]

    def keys(self, kid: str | None) -> list[dict[str, Any]]:
        """The keys that may have signed a token that names this one; all where it names none.

        Raises:
            ProviderUnavailable: it does not answer.
        """
        address = self.metadata().jwks_uri
        with self._lock:
            now = self._clock.monotonic()
            is_new = self._keys is None or now - self._keys[0] >= KEYS_S
            if is_new or (not self._known(kid) and self._keys is not None and now - self._keys[0] >= REFETCH_S):
                found = self._get(address).get("keys")
                if not isinstance(found, list):
                    raise ProviderUnavailable(f"{address} lists no keys; is oidc.issuer the provider's own address?")
                # A key for encryption signs nothing.
                keys = [
                    one for one in cast("list[Any]", found) if isinstance(one, dict) and one.get("use", "sig") == "sig"
                ]
                self._keys = (now, keys)
            return self._known(kid)

    def _known(self, kid: str | None) -> list[dict[str, Any]]:
        keys = self._keys[1] if self._keys is not None else []
        return [one for one in keys if kid is None or one.get("kid") == kid]

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """The tokens for a code.

        Raises:
            Unauthenticated: the provider does not take the code.
            ProviderUnavailable: it does not answer, or does not know this client.
        """
        metadata, settings = self.metadata(), self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if settings.client_secret and "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            import urllib3  # noqa: PLC0415 - takes 50 ms to load; only needed once somebody logs in by the provider

            pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
            headers |= urllib3.make_headers(basic_auth=pair)
        else:
            form["client_id"] = settings.client_id
            if settings.client_secret:
                form["client_secret"] = settings.client_secret
        status, body = self._ask("POST", metadata.token_endpoint, headers, urlencode(form))
        if status == 200:
            return body
        # Neither the form nor the answer is told as a whole: both hold secrets.
        error = str(body.get("error", f"status {status}"))[:100]
        if error == "invalid_grant":
            raise Unauthenticated(
                "the identity provider does not take the code of this log-in (any more); log in again"
            )
        hint = "; are oidc.client_id and oidc.client_secret right?" if error in ("invalid_client", "status 401") else ""
        raise ProviderUnavailable(f"the identity provider gives no token: {error}{hint}")

    def userinfo(self, access_token: str) -> dict[str, Any]:
        """What it knows of the user; nothing, where it offers no such thing.

        Raises:
            ProviderUnavailable: it does not answer.
        """
        address = self.metadata().userinfo_endpoint
        if not address:
            return {}
        return self._get(address, {"Authorization": f"Bearer {access_token}"})

    # -- HTTP --------------------------------------------------------------------------------------------------------

    def _discovered(self) -> Metadata:
        issuer = self._settings.issuer
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            found = msgspec.convert(self._get(address), Metadata)
        except msgspec.ValidationError as error:
            raise ProviderUnavailable(f"{address} is not what a provider says of itself: {error}") from error
        if found.issuer != issuer:
            raise ProviderUnavailable(
                f"{address} says that its issuer is {found.issuer[:200]!r}, and oidc.issuer is {issuer!r}: they must be the "
                "same, to the last slash"
            )
        for one in (
            found.authorization_endpoint,
            found.token_endpoint,
            found.jwks_uri,
            found.userinfo_endpoint,
            found.end_session_endpoint,
        ):
            if one and not is_safe(one):
                raise ProviderUnavailable(f"{address} names {one[:200]!r}, which is no https:// address")
        return found

    def _get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        status, body = self._ask("GET", address, {"Accept": "application/json", **(headers or {})})
        if status != 200:
            raise ProviderUnavailable(f"the identity provider answers {status} at {address}; is oidc.issuer right?")
        return body

    def _ask(
        self, method: str, address: str, headers: Mapping[str, str], body: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        import urllib3  # noqa: PLC0415 - as above

        if self._http is None:
            self._http = urllib3.PoolManager(maxsize=4, retries=False, timeout=self._settings.timeout_s)
        try:
            answer = self._http.request(
                method, address, body=body, headers=headers, redirect=False, preload_content=False
            )
            try:
                content = answer.read(LONGEST_ANSWER + 1)
            finally:
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            raise ProviderUnavailable(
                f"the identity provider does not answer at {address} ({type(error).__name__}); try again, and look at "
                "oidc.issuer if it stays so"
            ) from error
        try:
            found = msgspec.json.decode(content) if len(content) <= LONGEST_ANSWER else None
        except msgspec.DecodeError:
            found = None
        if isinstance(found, dict):
            return answer.status, cast("dict[str, Any]", found)
        if answer.status == 200:
            raise ProviderUnavailable(f"the identity provider's answer at {address} is no JSON object")
        return answer.status, {}


def is_safe(address: str) -> bool:
    """Whether nobody can listen on the way to an address: only a provider on this very machine may do without TLS."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_local(host)))

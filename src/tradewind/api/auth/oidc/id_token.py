"""What the provider's tokens must be before they are believed: signed by one of its keys, meant for us, and of now."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradewind.base.errors import Unauthenticated

if TYPE_CHECKING:
    from tradewind.api.auth.oidc.provider import Provider

__all__ = ["ALGORITHMS", "Expected", "algorithm_of", "check_access", "check_claims", "signed_claims"]

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Those with a public key; what is signed with a shared secret, or not at all, could be made by others than the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str
    now: float
    """Unix time in seconds."""
    skew_s: float


def signed_claims(token: str, provider: Provider) -> dict[str, Any]:
    """The claims of a token that one of the provider's keys has signed.

    Raises:
        Unauthenticated: none has.
        ProviderUnavailable: its keys can't be had.
    """
    import jwt  # noqa: PLC0415 - heavy (it loads cryptography); only needed once somebody logs in

    try:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise _wrong(f"it is signed by {str(algorithm)[:20]!r}, not by a public key such as RS256")
        keys = provider.keys(kid)
        if not keys:
            raise _wrong("it is signed by a key that the provider does not list; try again in some seconds")
        if kid is None:
            keys = [one for one in keys if one.get("alg", algorithm) == algorithm and _fits(one, str(algorithm))]
        if len(keys) != 1:
            raise _wrong("it does not say which of the provider's keys has signed it")
        if keys[0].get("alg", algorithm) != algorithm:
            raise _wrong("it is signed by another algorithm than its key is for")
        key = jwt.PyJWK(keys[0], algorithm=algorithm)
        unchecked = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
        # The times are compared with our own clock, in `check_claims`.
        claims = jwt.decode(token, key, algorithms=[str(algorithm)], options={"verify_signature": True, **unchecked})  # type: ignore[typeddict-item]
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise _wrong(f"its signature is not the provider's ({type(error).__name__})") from error
    return claims


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    return (
        key.get("kty") == {"R": "RSA", "P": "RSA", "E": "EC"}[algorithm[0]]
        if algorithm != "EdDSA"
        else key.get("kty") == "OKP"
    )


def algorithm_of(token: str) -> str:
    """The algorithm that a token says it is signed by; empty: it is no token."""
    import jwt  # noqa: PLC0415 - as above

    try:
        return str(jwt.get_unverified_header(token).get("alg", ""))
    except jwt.PyJWTError:
        return ""


def check_claims(claims: Mapping[str, Any], expected: Expected) -> None:
    """Compare what an ID token says with what it must say.

    Raises:
        Unauthenticated: it says something else.
    """
    _check_there(claims, "nonce")
    _check_maker(claims, expected.issuer, expected.client_id, "client")
    audience = claims["aud"]
    is_shared = isinstance(audience, list) and len(audience) > 1
    if (is_shared or "azp" in claims) and claims.get("azp") != expected.client_id:
        raise _wrong("it was made for another client as well, and given to that one")
    _check_times(claims, expected.now, expected.skew_s)
    if not hmac.compare_digest(str(claims["nonce"]).encode(), expected.nonce.encode()):
        raise _wrong("it belongs to another log-in")


def check_access(claims: Mapping[str, Any], *, issuer: str, audience: str, now: float, skew_s: float) -> None:
    """Compare what an access token says with what it must say.

    Raises:
        Unauthenticated: it says something else.
    """
    _check_there(claims)
    _check_maker(claims, issuer, audience, "API")
    _check_times(claims, now, skew_s)


def _check_there(claims: Mapping[str, Any], *more: str) -> None:
    missing = [name for name in ("iss", "sub", "aud", "exp", "iat", *more) if claims.get(name) in (None, "")]
    if missing:
        raise _wrong(f"it lacks {', '.join(missing)}")
    if not isinstance(claims["sub"], str) or len(claims["sub"]) > 255:
        raise _wrong("sub is no text of 255 characters at most")


def _check_maker(claims: Mapping[str, Any], issuer: str, audience: str, what: str) -> None:
    if claims["iss"] != issuer:
        raise _wrong("another issuer has made it")
    if audience not in (claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]):
        raise _wrong(f"it was made for another {what}")


def _check_times(claims: Mapping[str, Any], now: float, skew_s: float) -> None:
    for name in ("exp", "iat", "nbf"):
        value = claims.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(f"{name} is no time")
    if claims["exp"] <= now - skew_s:
        raise _wrong("it has expired; are the clocks of the provider and of this server right?")
    if max(claims["iat"], claims.get("nbf", 0)) > now + skew_s:
        raise _wrong("it is from the future; are the clocks of the provider and of this server right?")


def _wrong(words: str) -> Unauthenticated:
    return Unauthenticated(f"the identity provider's token is not valid: {words}")

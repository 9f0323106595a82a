"""Tokens of people: signed by HS256, verified once and then remembered by hash until they expire."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, cast, get_args

from tradewind.base.errors import Unauthenticated

__all__ = ["Claims", "TokenKind", "Tokens"]

AUDIENCE = "tradewind-api"
REMEMBERED = 4096

TokenKind = Literal["login", "named", "owner"]
"""From a log-in; asked for by name, and listed; of the owner of the server's home, for the command line."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says."""

    username: str
    token_id: str
    expires_at: float
    """Unix time in seconds."""
    issued_at: float = 0.0
    kind: TokenKind = "login"


class Tokens:
    """Mints and verifies tokens with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._verified: OrderedDict[bytes, Claims] = OrderedDict()

    def mint(self, username: str, token_id: str, now: datetime, ttl_s: float, kind: TokenKind = "login") -> str:
        """A token for this user, good for `ttl_s` seconds."""
        import jwt  # noqa: PLC0415 - heavy (it loads cryptography); only needed once somebody logs in

        claims: dict[str, Any] = {
            "sub": username,
            "jti": token_id,
            "aud": AUDIENCE,
            "iat": now.timestamp(),  # not cut to the second: a password changed later in the same one must count
            "exp": now + timedelta(seconds=ttl_s),
        }
        if kind != "login":
            claims["kind"] = kind
        return jwt.encode(claims, self._key, algorithm="HS256")

    def verify(self, token: str, now: datetime) -> Claims:
        """What the token says.

        Raises:
            Unauthenticated: it is not ours, was changed, or has expired.
        """
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        claims = self._verified.get(digest)
        if claims is None:
            claims = self._decode(token)
            self._verified[digest] = claims
            if len(self._verified) > REMEMBERED:
                self._verified.popitem(last=False)
        if claims.expires_at <= now.timestamp():
            self._verified.pop(digest, None)
            raise Unauthenticated("the token has expired; get a new one at POST /auth/token")
        return claims

    def _decode(self, token: str) -> Claims:
        import jwt  # noqa: PLC0415 - heavy (it loads cryptography); only needed once somebody has a token

        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                options={"require": ["sub", "jti", "exp", "iat"], "verify_exp": False, "verify_iat": False},
            )
            kind = claims.get("kind", "login")
            if kind not in get_args(TokenKind):
                raise Unauthenticated(f"the token is not valid: it is of the unknown kind {kind!r}")
            return Claims(
                str(claims["sub"]),
                str(claims["jti"]),
                float(claims["exp"]),
                float(claims["iat"]),
                cast("TokenKind", kind),
            )
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise Unauthenticated(
                f"the token is not valid ({error}): it is not whole, or another server gave it; POST /auth/token gives one"
            ) from error

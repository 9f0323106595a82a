"""Tokens of attempts: what a worker that is not a child of the scheduler shows with each call.

Signed by HS256 with the server's key, verified without a database, and short: whoever holds one can speak for one
attempt, until the server stops renewing it. Workers never hold the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.base.errors import Unauthenticated

__all__ = ["AttemptClaims", "AttemptTokens"]

AUDIENCE = "tradewind-execution"
SCOPE = "attempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptClaims:
    """What a token says."""

    attempt: str
    run: str = ""
    """uid of the run."""
    dag: str = ""
    task: str = ""
    scope: str = SCOPE


class AttemptTokens:
    """Mints and verifies tokens with one key of at least 32 bytes."""

    def __init__(self, key: bytes, ttl_s: float) -> None:
        self._key = key
        self._ttl = timedelta(seconds=ttl_s)

    def mint(self, claims: AttemptClaims, now: datetime) -> str:
        """A token that speaks for an attempt until `now` plus the time to live."""
        import jwt  # noqa: PLC0415 - heavy, and a scheduler with local workers mints nothing

        content = {
            "attempt": claims.attempt,
            "run": claims.run,
            "dag": claims.dag,
            "task": claims.task,
            "scope": claims.scope,
            "aud": AUDIENCE,
            "exp": now + self._ttl,
        }
        return jwt.encode(content, self._key, algorithm="HS256")

    def verify(self, token: str, now: datetime) -> AttemptClaims:
        """What the token says.

        Raises:
            Unauthenticated: it is not ours, was changed, has expired, or is meant for something else.
        """
        import jwt  # noqa: PLC0415 - see above

        try:
            content = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                options={"require": ["exp", "aud", "attempt"], "verify_exp": False},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthenticated(f"the token of the attempt is not valid: {error}") from error
        if content.get("scope") != SCOPE:
            raise Unauthenticated("the token is not that of an attempt")
        if float(content["exp"]) <= now.timestamp():
            raise Unauthenticated("the token of the attempt has expired; it is renewed by heartbeats")
        return AttemptClaims(
            attempt=str(content["attempt"]),
            run=str(content.get("run", "")),
            dag=str(content.get("dag", "")),
            task=str(content.get("task", "")),
        )

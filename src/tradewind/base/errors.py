"""The tree of our errors: each has a stable code, a sentence, and facts; `api` and `cli` translate them once."""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AuthoringError",
    "BrokenInvariant",
    "BundleError",
    "Conflict",
    "DatabaseUnavailable",
    "ExecutorError",
    "Forbidden",
    "InvalidInput",
    "InvalidMove",
    "LeaseLost",
    "NotFound",
    "ProviderUnavailable",
    "StaleAttempt",
    "TooManyRequests",
    "TradewindError",
    "Unauthenticated",
]


class TradewindError(Exception):
    """Something went wrong that a person can act on.

    Args:
        message: one sentence: what happened, where, and what to do next.
        facts: the names and values behind the sentence, for machines.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class AuthoringError(TradewindError):
    """A DAG file says something that can't be."""

    code = "authoring"


class NotFound(TradewindError):
    """The thing asked for is not there."""

    code = "not_found"


class Conflict(TradewindError):
    """It exists already, or its state does not allow this."""

    code = "conflict"


class Unauthenticated(TradewindError):
    """Nobody, or nobody we can recognise, is asking."""

    code = "unauthenticated"


class Forbidden(TradewindError):
    """The one who asks may not."""

    code = "forbidden"


class TooManyRequests(TradewindError):
    """It was tried too often; `retry_after_s` among the facts says when it may be tried again."""

    code = "too_many_requests"


class InvalidInput(TradewindError):
    """A value given is not acceptable."""

    code = "invalid_input"


class LeaseLost(TradewindError):
    """Another scheduler owns these shards now."""

    code = "lease_lost"


class StaleAttempt(TradewindError):
    """A report of an attempt that is no longer the current one."""

    code = "stale_attempt"


class ExecutorError(TradewindError):
    """An executor could not do what it was told."""

    code = "executor"


class BundleError(TradewindError):
    """The code that a run is bound to can't be laid out."""

    code = "bundle"


class DatabaseUnavailable(TradewindError):
    """The metadata database does not answer, is locked by someone else, or can't be written."""

    code = "database_unavailable"


class ProviderUnavailable(TradewindError):
    """The identity provider does not answer, or not as one does."""

    code = "provider_unavailable"


class InvalidMove(TradewindError):
    """A bug: a transition that the table of moves does not list."""

    code = "invalid_move"


class BrokenInvariant(TradewindError):
    """A bug: the state of the core contradicts itself."""

    code = "broken_invariant"

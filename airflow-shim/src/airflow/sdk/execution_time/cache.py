"""The cache of secrets: there is none, so that a changed secret is seen at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

__all__ = ["SecretCache"]


class SecretCache:
    """Keeps nothing, whatever the setting `secrets.use_cache` says."""

    class NotPresentException(Exception):
        """It is not kept."""

    @classmethod
    def init(cls) -> None:
        """Nothing."""

    @classmethod
    def reset(cls) -> None:
        """Nothing."""

    @classmethod
    def get_variable(cls, key: str, **_: Any) -> str | None:
        """Never there.

        Raises:
            NotPresentException: always.
        """
        raise cls.NotPresentException(key)

    @classmethod
    def get_connection_uri(cls, conn_id: str, **_: Any) -> str:
        """Never there.

        Raises:
            NotPresentException: always.
        """
        raise cls.NotPresentException(conn_id)

    @classmethod
    def save_variable(cls, key: str, value: str | None, **_: Any) -> None:
        """Nothing."""

    @classmethod
    def save_connection_uri(cls, conn_id: str, uri: str, **_: Any) -> None:
        """Nothing."""

    @classmethod
    def invalidate_variable(cls, key: str, **_: Any) -> None:
        """Nothing."""

    @classmethod
    def ttl(cls) -> timedelta:
        """How long anything is kept."""
        return timedelta(0)

"""Texts: random ones, and those that mean yes or no."""

from __future__ import annotations

import secrets
import string

__all__ = ["get_random_string", "to_boolean"]


def get_random_string(length: int = 8, choices: str = string.ascii_letters + string.digits) -> str:
    """Random characters."""
    return "".join(secrets.choice(choices) for _ in range(length))


def to_boolean(astring: str | None) -> bool:
    """Whether a text says yes."""
    return astring is not None and astring.lower() in {"true", "t", "yes", "y", "1", "on"}

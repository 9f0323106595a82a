"""Schemes of the URIs of assets."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["get_normalized_scheme"]


def get_normalized_scheme(uri: str) -> str:
    """The scheme in small letters, without Airflow's own mark."""
    return urlsplit(uri).scheme.removeprefix("x-").lower()


_get_normalized_scheme = get_normalized_scheme

"""One form for URIs of assets, so that two ways to write an address are one asset."""

from __future__ import annotations

import warnings
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tradewind.sdk.authoring_errors import InvalidArgument

__all__ = ["normal_uri"]


def normal_uri(uri: str) -> str:
    """The URI with its scheme in lower case, a path that does not end with ``/`` unless it is one, its query in order,
    without user, password and fragment.

    What has no scheme, or one that begins with ``x-``, stays as it is.

    Raises:
        InvalidArgument: the scheme is ``airflow:``.
    """
    parts = urlsplit(uri)
    if not parts.scheme or parts.scheme.startswith("x-"):
        return uri
    if parts.scheme == "airflow":
        raise InvalidArgument("Asset scheme 'airflow' is reserved")
    _, user, place = parts.netloc.rpartition("@")
    if user:
        warnings.warn(
            "An Asset URI should not contain auth info (e.g. username or password). It has been automatically dropped.",
            UserWarning,
            stacklevel=4,
        )
    query = urlencode(sorted(parse_qsl(parts.query))) if parts.query else ""
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/") or "/", query, ""))

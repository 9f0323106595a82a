"""Where a browser goes after a log-in: back to where it was, on this server and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

__all__ = ["HOME", "safe_next"]

HOME = "/"
"""Where a log-in leads that came from nowhere."""
LONGEST = 2000
_ODD = re.compile(r"[^\x21-\x5b\x5d-\x7e]")
"""What browsers take out of an address or read as something else: blanks, control characters, backslashes, and all that
is not ASCII."""


def safe_next(given: str | None, origins: set[str]) -> str | None:
    """The path on this server that an address means; None: it means none, and must not be followed.

    Args:
        given: a path with its query, or a whole address.
        origins: ``scheme://host:port`` of this server, in small letters.
    """
    if not given or len(given) > LONGEST or _ODD.search(given):
        return None
    try:
        parts = urlsplit(given)
    except ValueError:
        return None
    path = given
    if parts.scheme or parts.netloc:
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin.lower() not in origins:
            return None
        path = given[len(origin) :] or "/"
    # A second slash would begin the name of a host.
    return path if path.startswith("/") and not path.startswith("//") else None

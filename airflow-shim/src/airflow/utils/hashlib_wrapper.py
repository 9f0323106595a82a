"""MD5 for names, not for secrets."""

from __future__ import annotations

import hashlib
from typing import Any

__all__ = ["md5"]


def md5(data: Any = b"", /) -> Any:
    """A hash object, allowed where cryptography by MD5 is forbidden."""
    return hashlib.md5(data, usedforsecurity=False)

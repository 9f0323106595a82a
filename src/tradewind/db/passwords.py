"""Hashes of people's passwords: Argon2id with 19 MiB and two passes, about 40 ms each; run them outside the event loop."""

from __future__ import annotations

import os

__all__ = ["hash_password", "needs_rehash", "verify"]

_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1


def hash_password(password: str, *, memory_kib: int = _MEMORY_KIB) -> str:
    """A salted hash in PHC form (``$argon2id$v=19$m=...``)."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - only who logs people in needs it

    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=_PASSES, lanes=_LANES, memory_cost=memory_kib)
    return kdf.derive_phc_encoded(password.encode("utf-8", "surrogatepass"))


def verify(password: str, stored: str) -> bool:
    """Whether this is the password behind the hash; a damaged hash matches nothing."""
    from cryptography.exceptions import InvalidKey  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - see above

    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8", "surrogatepass"), stored)
    except (InvalidKey, ValueError):
        return False
    return True


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than new ones are."""
    return not stored.startswith(f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p={_LANES}$")

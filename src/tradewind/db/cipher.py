"""Encryption of passwords and secrets at rest: Fernet, with keys in a file that only its owner may read.

The first key of the file encrypts, all of them decrypt: to rotate, put a new key on top, then encrypt everything again.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from tradewind.base.errors import InvalidInput

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

__all__ = ["Cipher", "key_file_cipher", "read_or_make_key"]


class Cipher:
    """Encrypts and decrypts text. Keys are read, and cryptography loaded, when first needed.

    Args:
        keys: gives the Fernet keys (32 bytes, URL-safe base64), the one to encrypt with first.
    """

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys
        self._fernet: MultiFernet | None = None
        self._lock = Lock()

    def encrypt(self, text: str) -> str:
        """The text in a form that only `decrypt` with one of the keys reads."""
        return self._ready().encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """What `encrypt` was given.

        Raises:
            InvalidInput: none of the keys made it.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - 35 ms that most processes never need

        try:
            return self._ready().decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise InvalidInput(
                "a secret in the database was encrypted with another key; put that key into fernet.key, one key a line"
            ) from error

    def _ready(self) -> MultiFernet:
        with self._lock:
            if self._fernet is None:
                from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - see above

                try:
                    self._fernet = MultiFernet([Fernet(key) for key in self._keys()])
                except ValueError as error:
                    raise InvalidInput(f"a Fernet key is not 32 bytes in URL-safe base64: {error}") from error
            return self._fernet


def key_file_cipher(home: Path) -> Cipher:
    """A cipher with the keys in `fernet.key` of the home folder; the file is made at first need."""
    return Cipher(lambda: read_or_make_key(home / "fernet.key").split())


def read_or_make_key(file: Path) -> bytes:
    """The content of a key file; where there is none, a new key of 32 bytes in URL-safe base64, for its owner only.

    Several processes may ask at once: all get the same key.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as new:
                new.write(base64.urlsafe_b64encode(os.urandom(32)) + b"\n")
            os.link(name, file)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return file.read_bytes().strip()

"""Encryption of passwords and secrets at rest: Fernet, with keys in a file that only its owner may read.

The first key encrypts, all of them decrypt: to rotate, put a new key on top, then encrypt everything again. Running servers
notice a key that was added to the file.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from tradewind.base.errors import InvalidInput
from tradewind.base.private_files import make_private_folder
from tradewind.base.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

__all__ = [
    "KEY_FILE",
    "Cipher",
    "Rotated",
    "add_key",
    "cipher_of",
    "key_file_cipher",
    "keep_first_key",
    "read_or_make_key",
]

KEY_FILE = "fernet.key"
Told = Callable[[Mapping[str, object]], None]


class Cipher:
    """Encrypts and decrypts text. Keys are read, and cryptography loaded, when first needed.

    Args:
        keys: gives the Fernet keys (32 bytes, URL-safe base64), the one to encrypt with first.
        told: hears of each thing that was decrypted, by its fields, so that the process can hide its secrets.
    """

    def __init__(self, keys: Callable[[], Sequence[bytes]], told: Told | None = None) -> None:
        self._keys = keys
        self._known: Sequence[bytes] = ()
        self._fernet: MultiFernet | None = None
        self._lock = Lock()
        self._told = told

    def encrypt(self, text: str) -> str:
        """The text in a form that only `decrypt` with one of the keys reads."""
        return self._ready(fresh=True).encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """What `encrypt` was given.

        Raises:
            InvalidInput: none of the keys made it.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - 35 ms that most processes never need

        try:
            return self._ready().decrypt(token.encode()).decode()
        except InvalidToken:
            pass
        try:
            return self._ready(fresh=True).decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise InvalidInput(
                "a secret in the database was encrypted with another key; put that key into fernet.key, one key a line"
            ) from error

    def is_newest(self, token: str) -> bool:
        """Whether the first key made it."""
        from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415 - see above

        self._ready(fresh=True)
        try:
            Fernet(self._known[0]).decrypt(token.encode())
        except InvalidToken:
            return False
        return True

    def tell(self, fields: Mapping[str, object]) -> None:
        """Say what was decrypted, whole: names tell which of the fields are secrets."""
        if self._told is not None:
            self._told(fields)

    def _ready(self, *, fresh: bool = False) -> MultiFernet:
        with self._lock:
            if fresh or self._fernet is None:
                keys = list(self._keys())
                if self._fernet is None or keys != self._known:
                    self._fernet, self._known = _fernet_of(keys), keys
            return self._fernet


def _fernet_of(keys: Sequence[bytes]) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - see above

    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise InvalidInput(f"a Fernet key is not 32 bytes in URL-safe base64: {error}") from error


@dataclass(frozen=True, slots=True)
class Rotated:
    """What encrypting some rows again has done."""

    changed: int
    kept: int
    """Those that the first key had encrypted already."""
    last: tuple[str, str] | None
    """Workspace and name of the last one; None: there are no more."""


def cipher_of(settings: Settings, told: Told | None = None) -> Cipher:
    """The cipher of an installation: the keys of the settings, else of the file `fernet.key`, which is made at first need.

    Where the settings name keys, those of a file that is there still decrypt, until everything is encrypted anew.
    """
    named = [key.strip().encode() for key in settings.secrets.fernet_key.split(",") if key.strip()]
    file = settings.home / KEY_FILE
    if not named:
        return Cipher(lambda: read_or_make_key(file).split(), told)
    return Cipher(lambda: [*named, *(file.read_bytes().split() if file.exists() else ())], told)


def key_file_cipher(home: Path) -> Cipher:
    """A cipher with the keys in `fernet.key` of the home folder; the file is made at first need."""
    return Cipher(lambda: read_or_make_key(home / KEY_FILE).split())


def add_key(file: Path) -> None:
    """Put a new key on top of a key file."""
    _replace(file, [base64.urlsafe_b64encode(os.urandom(32)), *read_or_make_key(file).split()])


def keep_first_key(file: Path) -> int:
    """Forget all keys of a file but the first; how many those were."""
    keys = read_or_make_key(file).split()
    if len(keys) > 1:
        _replace(file, keys[:1])
    return len(keys) - 1


def _replace(file: Path, keys: Sequence[bytes]) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
    with os.fdopen(handle, "wb") as new:
        new.write(b"".join(key + b"\n" for key in keys))
        new.flush()
        os.fsync(new.fileno())
    Path(name).replace(file)


def read_or_make_key(file: Path) -> bytes:
    """The content of a key file; where there is none, a new key of 32 bytes in URL-safe base64, for its owner only.

    Several processes may ask at once: all get the same key.
    """
    if not file.exists():
        make_private_folder(file.parent)
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

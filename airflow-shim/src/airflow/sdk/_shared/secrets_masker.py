"""`SecretsMasker`: a class that provider packages derive from to hide secrets in what they send elsewhere.

Every one of them knows the secrets that the process knows, whoever told it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from airflow.sdk.log import mask_secret, redact, should_hide_value_for_key
from tradewind.worker.secrets_masking import MASK, MASKER, MIN_LENGTH, add_mask, is_sensitive

__all__ = [
    "DEFAULT_SENSITIVE_FIELDS",
    "Redactable",
    "Redacted",
    "SecretsMasker",
    "mask_secret",
    "redact",
    "should_hide_value_for_key",
]

Redactable = Any
Redacted = Any
DEFAULT_SENSITIVE_FIELDS = frozenset(
    {
        "access_token",
        "api_key",
        "apikey",
        "authorization",
        "passphrase",
        "passwd",
        "password",
        "private_key",
        "proxies",
        "proxy",
        "proxy_password",
        "secret",
        "service_account",
        "token",
        "keyfile_dict",
    }
)
"""Words that make the name of a field a sensitive one, in Airflow's list."""


class SecretsMasker(logging.Filter):
    """Hides secrets in values of any shape, and in log records."""

    replacer: Any = None
    patterns: Collection[str] = frozenset()
    MAX_RECURSION_DEPTH = 5

    def __init__(self) -> None:
        super().__init__()
        self.sensitive_variables_fields: list[str] = []
        """More words that make a name a sensitive one."""
        self.min_length_to_mask = MIN_LENGTH
        self.secret_mask_adapter: Any = None

    def should_hide_value_for_key(self, name: Any) -> bool:
        """Whether a value of this name is to be hidden."""
        if not isinstance(name, str):
            return False
        plain = name.strip().lower()
        return is_sensitive(plain) or any(word in plain for word in self.sensitive_variables_fields)

    def add_mask(self, secret: Any, name: str | None = None) -> None:
        """Hide a value from now on, in all of the process."""
        add_mask(secret, name)

    def redact(self, item: Any, name: str | None = None, max_depth: int | None = None, replacement: str = MASK) -> Any:
        """The value with what must not be seen as ``***``."""
        return self._redact(item, name, 0, max_depth or self.MAX_RECURSION_DEPTH, replacement=replacement)

    def filter(self, record: logging.LogRecord) -> bool:
        """Hide secrets in a record; it always passes."""
        record.msg = MASKER.redact(str(record.msg))
        if record.args:
            record.args = self.redact(record.args)
        return True

    def _redact(self, item: Any, name: str | None, depth: int, max_depth: int, *, replacement: str = MASK) -> Any:
        if depth > max_depth:
            return item
        if name is not None and self.should_hide_value_for_key(name):
            return self._redact_all(item, depth, max_depth, replacement=replacement)

        def inner(value: Any, key: Any = None) -> Any:
            return self._redact(value, key, depth + 1, max_depth, replacement=replacement)

        match item:
            case str():
                return MASKER.redact(item)
            case Mapping():
                return {key: inner(value, key if isinstance(key, str) else None) for key, value in item.items()}
            case tuple() if hasattr(item, "_fields"):
                return type(item)(*(inner(value) for value in item))
            case list() | tuple() | set():
                return type(item)(inner(value) for value in item)
            case _:
                return item

    def _redact_all(self, item: Any, depth: int, max_depth: int, *, replacement: str = MASK) -> Any:
        if depth > max_depth or isinstance(item, str):
            return replacement
        match item:
            case Mapping():
                return {k: self._redact_all(v, depth + 1, max_depth, replacement=replacement) for k, v in item.items()}
            case list() | tuple() | set():
                return type(item)(self._redact_all(one, depth + 1, max_depth, replacement=replacement) for one in item)
            case _:
                return item


def _secrets_masker() -> SecretsMasker:
    """One that knows what the process knows, as all do."""
    return SecretsMasker()

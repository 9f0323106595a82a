"""Keeps secret values out of logs, errors and rendered fields: each value, and the ways it is commonly spelled."""

from __future__ import annotations

import base64
import functools
import html
import json
import logging
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO, cast
from urllib.parse import quote, quote_plus

from tradewind.base.settings import load_settings

__all__ = [
    "MASK",
    "MASKER",
    "MIN_LENGTH",
    "MaskedFormatter",
    "MaskedStream",
    "Masker",
    "add_mask",
    "is_sensitive",
    "mask_connection",
    "mask_stored",
]

MASK = "***"
MIN_LENGTH = 5
"""Shorter values are not searched for in text: a password of `a` would star every word."""
MIN_ENCODED = 8
MIN_LINE = 8
MAX_DEPTH = 20
SENSITIVE = (
    "password", "passwd", "passphrase", "secret", "token", "apikey", "authorization", "privatekey", "accesskey",
    "keyfiledict", "serviceaccount", "credential",
)  # fmt: skip
PLAIN_WORDS = frozenset({"false", "none", "null", "true", "localhost", "default"})


def is_sensitive(name: object) -> bool:
    """Whether a field of this name holds a secret."""
    return isinstance(name, str) and _names_secret(name)


@functools.lru_cache(maxsize=4096)
def _names_secret(name: str) -> bool:
    plain = _plain(name)
    return any(word in plain for word in SENSITIVE) or any(word in plain for word in _more_words())


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


@functools.cache
def _more_words() -> tuple[str, ...]:
    """The words of the settings. Read once: zygotes do it for all they fork."""
    words = load_settings(os.environ).logs.sensitive_names.split(",")
    return tuple(_plain(word) for word in words if word.strip())


def _base64_spellings(data: bytes) -> Iterable[str]:
    """The part of the base64 text that is the same wherever `data` stands in a longer text, for each alignment."""
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")
        sure = ((offset + len(data)) * 8) // 6
        yield text[(0, 2, 3)[offset] : sure]


def _spellings(value: str) -> set[str]:
    found = {value, quote(value, safe=""), quote(value), quote_plus(value), repr(value)[1:-1]}
    found |= {html.escape(value), html.escape(value, quote=False)}
    found |= {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    found |= {line.strip() for line in value.splitlines() if len(line.strip()) >= MIN_LINE}
    for text in _base64_spellings(value.encode("utf-8", "surrogatepass")):
        if len(text) >= MIN_ENCODED:
            found |= {text, text.replace("+", "-").replace("/", "_")}
    return {text for text in found if len(text) >= MIN_LENGTH}


def _expression(texts: Sequence[str], start: int = 0) -> str:
    """One expression for sorted texts that are alike up to `start`, the longest first, which asks for each beginning once.

    Texts side by side with `|` would all be tried at each place: with a hundred secrets, a hundred times as long.
    """
    is_end, parts = len(texts[0]) == start, list[str]()
    rest = texts[1:] if is_end else texts
    while rest:
        first, count = rest[0], 1
        while count < len(rest) and rest[count][start] == first[start]:
            count += 1
        alike, rest = rest[:count], rest[count:]
        last, end = alike[-1], start + 1
        while end < len(first) and end < len(last) and first[end] == last[end]:
            end += 1
        parts.append(re.escape(first[start:end]) + (_expression(alike, end) if count > 1 else ""))
    together = f"(?:{'|'.join(parts)})" if len(parts) > 1 or is_end else "".join(parts)
    return f"{together}?" if is_end and parts else together if parts else ""


class Masker:
    """The secrets that a process knows, and one expression that finds them all."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._is_stale = False
        self.longest = 0
        """Length of the longest spelling."""

    def add(self, value: object, name: str | None = None) -> None:
        """Mask a value from now on.

        Args:
            value: text; or a mapping or sequence, of which the values under sensitive names are taken.
            name: the field it comes from; where given, the value counts only if the name is a sensitive one.
        """
        match value:
            case str():
                if name is None or is_sensitive(name):
                    self._add_text(value)
            case Mapping():
                for key, item in cast("Mapping[object, object]", value).items():
                    inner = name if name is not None and is_sensitive(name) else str(key)
                    self.add(item, inner)
            case list() | tuple() | set() | frozenset():
                for item in cast("Iterable[object]", value):
                    self.add(item, name)
            case _:
                return

    def _add_text(self, value: str) -> None:
        text = value.strip()
        if text in self._values or len(text) < MIN_LENGTH or text.lower() in PLAIN_WORDS:
            return
        self._values.add(text)
        new = _spellings(text) - self._spellings
        if new:
            self._spellings |= new
            self._is_stale = True
            self.longest = max(self.longest, *map(len, new))

    def _compiled(self) -> re.Pattern[str] | None:
        if self._is_stale:
            self._pattern = re.compile(_expression(sorted(self._spellings)))
            self._is_stale = False
        return self._pattern

    def compiled_bytes(self) -> re.Pattern[bytes] | None:
        """What finds all known secrets in bytes; None: there are none."""
        if not self._spellings:
            return None
        texts = sorted(text.encode("utf-8", "surrogatepass").decode("latin-1") for text in self._spellings)
        return re.compile(_expression(texts).encode("latin-1"))

    def redact(self, text: str) -> str:
        """The text with every known secret replaced by `***`."""
        pattern = self._compiled()
        return pattern.sub(MASK, text) if pattern is not None else text

    def safe_cut(self, text: str, at: int) -> int:
        """The last place at or before `at` where the text may be cut without cutting through a secret."""
        pattern = self._compiled()
        if pattern is None:
            return at
        for found in pattern.finditer(text):
            if found.start() >= at:
                break
            if found.end() > at:
                return found.start()
        return at

    def redact_fields(self, value: object, name: str | None = None, depth: int = 0) -> object:
        """A copy of a JSON-like value: what stands under a sensitive name is `***`, known secrets in texts too."""
        if depth > MAX_DEPTH:
            return value
        if name is not None and is_sensitive(name) and value not in (None, "", True, False):
            if isinstance(value, Mapping):
                return dict.fromkeys(cast("Mapping[object, object]", value), MASK)
            return MASK
        match value:
            case str():
                return self.redact(value)
            case Mapping():
                items = cast("Mapping[object, object]", value).items()
                return {key: self.redact_fields(item, str(key), depth + 1) for key, item in items}
            case list():
                return [self.redact_fields(item, None, depth + 1) for item in cast("list[object]", value)]
            case tuple():
                return tuple(self.redact_fields(item, None, depth + 1) for item in cast("tuple[object, ...]", value))
            case _:
                return value


MASKER = Masker()
"""The process's own: a secret stays one for as long as the process that has seen it lives."""


def add_mask(value: object, name: str | None = None) -> None:
    """Mask a value in all that this process writes from now on (see `Masker.add`)."""
    MASKER.add(value, name)


class MaskedFormatter(logging.Formatter):
    """Lines of a process's own log, tracebacks too, without the secrets it knows."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return MASKER.redact(super().format(record))


class MaskedStream:
    """A stream of the terminal, without the secrets this process knows; what is not writing goes to the stream itself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write it; returns how much was given."""
        self._stream.write(MASKER.redact(text))
        return len(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def mask_connection(fields: Mapping[str, object]) -> None:
    """Mask the secrets among the fields of a connection, those of its `extra` too."""
    add_mask(fields)
    extra = fields.get("extra")
    try:
        add_mask(json.loads(extra) if isinstance(extra, str) and extra else extra)
    except ValueError:  # no JSON: it has no names to tell secrets by
        return


def mask_surroundings(conf: Mapping[str, object]) -> None:
    """Mask what stands under sensitive names in a run's conf and in the environment, but for paths of files."""
    add_mask(conf)
    add_mask({name: text for name, text in os.environ.items() if is_sensitive(name) and not text.startswith("/")})


def mask_stored(fields: Mapping[str, object]) -> None:
    """Mask the secrets of a connection or variable that this process has decrypted."""
    if "conn_type" in fields:
        mask_connection(fields)
    else:
        add_mask(fields)

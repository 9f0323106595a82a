"""Hiding secrets in what is shown, by the names of keys, and recognising the mask when it comes back."""

from __future__ import annotations

import re

import msgspec

from tradewind.worker.secrets_masking import is_sensitive

__all__ = ["MASK", "hide", "unhide", "without_login"]

MASK = "***"
_LOGIN = re.compile(r"(//[^/\s@:]*):[^/\s]*@")


def hide(value: object, key: str = "") -> object:
    """The value with everything under a secret key masked, however deep."""
    if isinstance(value, dict):
        below = key if is_sensitive(key) else None
        return {name: hide(inner, below or str(name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [hide(inner, key) for inner in value]
    return MASK if value is not None and value != "" and is_sensitive(key) else value


def without_login(text: str | None) -> str | None:
    """The text with the password of each URL in it masked."""
    return _LOGIN.sub(rf"\g<1>:{MASK}@", text) if text else text


def unhide(new: str, old: str | None) -> str:
    """JSON text in which each mask is replaced by what stood there before; another text stays as it is."""
    try:
        given: object = msgspec.json.decode(new)
    except msgspec.DecodeError:
        return new
    try:
        before: object = msgspec.json.decode(old) if old else None
    except msgspec.DecodeError:
        before = None
    return msgspec.json.encode(_restored(given, before)).decode()


def _restored(new: object, old: object) -> object:
    if isinstance(new, dict):
        known = old if isinstance(old, dict) else {}
        return {name: _restored(inner, known.get(name)) for name, inner in new.items()}
    if isinstance(new, list):
        known_items = old if isinstance(old, list) and len(old) == len(new) else [None] * len(new)
        return [_restored(inner, before) for inner, before in zip(new, known_items, strict=True)]
    return old if new == MASK and old is not None else new

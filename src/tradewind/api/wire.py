"""Answers as bytes: plain dicts encoded by msgspec, past the framework's validation, which tests do instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import Response

__all__ = ["created", "encode", "gone", "listing", "refusal", "reply", "seconds"]

encode = msgspec.json.Encoder(enc_hook=str).encode


def reply(body: object, status: int = 200) -> Response:
    """Any JSON-like value; dates become RFC 3339, in UTC with a Z."""
    return Response(encode(body), status, media_type="application/json")


def created(body: object) -> Response:
    """201."""
    return reply(body, 201)


def gone() -> Response:
    """204: done, and nothing to say."""
    return Response(status_code=204)


def listing(name: str, items: Sequence[object], total: int) -> Response:
    """A page of a list under its name, with how many there are in all."""
    return reply({name: items, "total_entries": total})


def refusal(words: str) -> dict[str, Any]:
    """How the document describes an answer that says what went wrong."""
    return {"description": words, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def seconds(start: datetime | None, end: datetime | None) -> float | None:
    """How long it took; None where one end is open."""
    return (end - start).total_seconds() if start and end else None

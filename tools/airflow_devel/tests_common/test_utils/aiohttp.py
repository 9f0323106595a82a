"""An answer of an HTTP server, for aiohttp's clients."""

from __future__ import annotations

import json
from typing import Any, Self
from unittest import mock

from aiohttp import ClientResponseError


class MockAiohttpClientResponse:
    """What a client gets."""

    def __init__(self, json_data: Any = None, status: int = 200, text: str | None = None, **fields: Any) -> None:
        self.status, self._json = status, json_data
        self._text = json.dumps(json_data) if text is None else text
        self.headers: dict[str, str] = fields.pop("headers", None) or {}
        self.reason = fields.pop("reason", None) or ("OK" if status < 400 else "an error")
        vars(self).update(fields)

    def raise_for_status(self) -> None:
        """What aiohttp raises for a status of 400 and more."""
        if self.status >= 400:
            raise ClientResponseError(mock.MagicMock(), (), status=self.status, message=self.reason, headers=None)

    async def json(self, **options: Any) -> Any:
        """The body as JSON."""
        return self._json

    async def text(self, **options: Any) -> str:
        """The body."""
        return self._text

    async def read(self) -> bytes:
        """The body as it came."""
        return self._text.encode()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Nothing is open."""

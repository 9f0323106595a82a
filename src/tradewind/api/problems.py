"""Errors become answers here, once: the tree of `TradewindError` to status codes, everything else to an honest 500."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.api import denials
from tradewind.base.errors import (
    AuthoringError,
    Conflict,
    DatabaseUnavailable,
    Forbidden,
    InvalidInput,
    LeaseLost,
    NotFound,
    ProviderUnavailable,
    StaleAttempt,
    TooManyRequests,
    TradewindError,
    Unauthenticated,
)
from tradewind.worker.secrets_masking import MASKER

__all__ = ["REQUEST_ID", "BodyLimit", "TooLarge", "Unprocessable", "install", "status_of"]

log = logging.getLogger("tradewind.api")

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REQUEST_ID = "tradewind.request_id"
"""Where the scope of a request has its id."""


class TooLarge(TradewindError):
    """A request body beyond the limit."""

    code = "too_large"


class Unprocessable(InvalidInput):
    """Input of the right shape that can't be acted on, where Airflow answers 422."""


STATUS: dict[type[TradewindError], int] = {
    NotFound: 404,
    Conflict: 409,
    StaleAttempt: 409,
    LeaseLost: 409,
    Unauthenticated: 401,
    Forbidden: 403,
    Unprocessable: 422,
    InvalidInput: 400,
    AuthoringError: 400,
    TooLarge: 413,
    TooManyRequests: 429,
    DatabaseUnavailable: 503,
    ProviderUnavailable: 503,
}
"""What is not listed is our fault: 500."""


def install(app: FastAPI) -> None:
    """Answer every error of the tree, of the framework, and any bug."""
    app.add_exception_handler(TradewindError, _expected)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(RecursionError, _too_deep)
    app.add_exception_handler(UnicodeEncodeError, _half_a_character)
    app.add_exception_handler(Exception, _bug)


def problem(
    status: int,
    detail: str,
    code: str,
    facts: dict[str, object] | None = None,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """The body of every error: ``detail`` as in Airflow, a stable ``code``, and the facts behind the sentence."""
    body: dict[str, object] = {"detail": detail, "code": code}
    if facts:
        body["facts"] = facts
    headers = {**headers, **({"WWW-Authenticate": "Bearer"} if status == 401 else {})}
    if facts and "retry_after_s" in facts:
        headers["Retry-After"] = str(facts["retry_after_s"])
    content = MASKER.redact(msgspec.json.encode(body, enc_hook=str).decode()).encode()
    return Response(content, status, headers=headers, media_type="application/json")


def status_of(error: TradewindError) -> int:
    """The status code of an error of the tree."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, TradewindError)
    status = status_of(error)
    if status == 403:
        await denials.note(request, error)
    if status >= 500:
        log.error("request.failed %s", _named(request), exc_info=error)
    return problem(status, error.message, error.code, error.facts)


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if error.status_code == 404 and detail == "Not Found":
        detail = f"there is nothing at {request.url.path}; /openapi.json lists what there is"
    if error.status_code == 405:
        there = ", ".join(_methods(request))
        detail = f"{request.url.path} takes no {request.method}; it takes {there}"
        return problem(405, detail, "http", headers={"Allow": there})
    return problem(error.status_code, detail, "http")


def _methods(request: Request) -> list[str]:
    """The methods that a path takes: each may have a route of its own."""
    routes: list[BaseRoute] = request.app.router.routes
    asked = ({**request.scope, "method": method} for method in METHODS)
    return [one["method"] for one in asked if any(route.matches(one)[0] is Match.FULL for route in routes)]


async def _gone(_request: Request, _error: Exception) -> Response:
    """Who hangs up in the middle of a request hears nothing any more, and is no bug."""
    return problem(400, "the request ended before its body was whole", "http")


async def _invalid(_: Request, error: Exception) -> Response:
    """What is wrong with a request and where, without what was sent: a password may be in it."""
    assert isinstance(error, RequestValidationError)
    shown = [{name: one[name] for name in ("type", "loc", "msg") if name in one} for one in error.errors()]
    return Response(msgspec.json.encode({"detail": shown}, enc_hook=str), 422, media_type="application/json")


async def _too_deep(request: Request, error: Exception) -> Response:
    log.warning("request.too_deep %s", _named(request), exc_info=error)
    return problem(400, "the body is nested too deeply", InvalidInput.code)


async def _half_a_character(request: Request, error: Exception) -> Response:
    log.warning("request.half_a_character %s", _named(request), exc_info=error)
    return problem(400, "a text of the request holds half a character (a lone surrogate)", InvalidInput.code)


async def _bug(request: Request, error: Exception) -> Response:
    log.error("request.crashed %s", _named(request), exc_info=error)
    detail = f"{type(error).__name__} while answering {request.method} {request.url.path}; the server's log has the traceback"
    return problem(500, detail, "internal")


def _named(request: Request) -> str:
    """The request as the log says it; who got the answer knows its id."""
    return f"{request.method} {request.url.path} id={request.scope.get(REQUEST_ID, '')}"


class BodyLimit:
    """Refuses request bodies beyond a size, by their announced length or while they arrive."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > self._limit:
            await self._refusal()(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                # not one of ours: the framework turns any other error while reading a body into a 400
                raise HTTPException(413, f"the request body is larger than {self._limit} bytes")
            return message

        await self._app(scope, counted, send)

    def _refusal(self) -> Response:
        return problem(413, f"the request body is larger than {self._limit} bytes", TooLarge.code)

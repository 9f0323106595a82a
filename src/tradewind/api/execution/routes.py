"""The task API over HTTP, under `/execution/v1`: a request, reports that an attempt started or ended, heartbeats.

Every call bears the token of an attempt; a report is answered once it is durable, whether or not a scheduler is up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from tradewind.api.execution.answers import Answers, Asker
from tradewind.api.services import ApiServices
from tradewind.base.errors import Forbidden, InvalidInput, Unauthenticated
from tradewind.db import reports, task_api
from tradewind.protocol import messages
from tradewind.protocol.token import AttemptClaims, AttemptTokens

__all__ = ["PREFIX", "execution_routes"]

PREFIX = "/execution/v1"
R = TypeVar("R")
InThread = Callable[[Callable[[], Response]], Awaitable[Response]]

_REQUEST = msgspec.json.Decoder(messages.Request)
_STARTED = msgspec.json.Decoder(messages.Started)
_ENDED = msgspec.json.Decoder(messages.Ended)


def execution_routes(services: ApiServices, in_thread: InThread) -> Mount:
    """The routes, to be mounted in the app, whose handlers then turn errors into answers.

    Args:
        in_thread: runs something that blocks and waits for it.
    """
    desk = _Desk(services)

    def served(work: Callable[[AttemptClaims, bytes], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            claims = desk.claims(request.headers.get("authorization"))
            body = await request.body()
            return await in_thread(lambda: work(claims, body))

        return endpoint

    return Mount(
        PREFIX,
        routes=[
            Route("/request", served(desk.request), methods=["POST"]),
            Route("/started", served(desk.started), methods=["POST"]),
            Route("/ended", served(desk.ended), methods=["POST"]),
            Route("/heartbeat", served(desk.heartbeat), methods=["POST"]),
        ],
    )


class _Desk:
    """What the routes share; all methods but `claims` block."""

    def __init__(self, services: ApiServices) -> None:
        self._services = services
        self._tokens = AttemptTokens(services.signing_key, services.settings.auth.attempt_token_ttl_s)
        self._answers = Answers(
            services.database,
            services.cipher,
            services.clock,
            services.ids,
            services.bell,
            retention_days=services.settings.state_store.default_retention_days,
        )

    def claims(self, authorization: str | None) -> AttemptClaims:
        """Who calls.

        Raises:
            Unauthenticated: no token, or one that is not valid.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("send the attempt's token as `Authorization: Bearer TOKEN`")
        return self._tokens.verify(token.strip(), self._services.clock.now())

    def request(self, claims: AttemptClaims, body: bytes) -> Response:
        """Answer one request of an attempt under way."""
        asked = _decoded(_REQUEST, body)
        with self._services.database.read() as tx:
            owner = task_api.owner_of_attempt(tx, claims.attempt)
        asker = Asker(
            dag=owner.dag,
            run_uid=owner.run_uid,
            task_id=owner.task_id,
            map_index=owner.map_index,
            attempt=owner.attempt,
        )
        return _json(self._answers.give(asker, asked))

    def started(self, claims: AttemptClaims, body: bytes) -> Response:
        """The attempt's process runs."""
        return self._report(claims, _decoded(_STARTED, body))

    def ended(self, claims: AttemptClaims, body: bytes) -> Response:
        """The attempt ended."""
        return self._report(claims, _decoded(_ENDED, body))

    def _report(self, claims: AttemptClaims, report: messages.Report) -> Response:
        if report.attempt != claims.attempt:
            raise Forbidden("the token is that of another attempt", attempt=report.attempt)
        with self._services.database.write() as tx:
            reports.post_report(tx, report, self._services.clock.now())
        self._services.bell()
        return _json({})

    def heartbeat(self, claims: AttemptClaims, _: bytes) -> Response:
        """The attempt lives: a new token for an attempt that is still the current one."""
        with self._services.database.read() as tx:
            task_api.require_live(tx, claims.attempt)
        return _json({"token": self._tokens.mint(claims, self._services.clock.now())})


def _decoded(decoder: msgspec.json.Decoder[R], body: bytes) -> R:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"the body is not the message that this path takes: {error}") from error


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")

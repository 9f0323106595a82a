"""What a route gets: one `Call`, the authenticated request with its ways to the database and to the scheduler.

Reads and writes hop once to a small thread pool. State is never changed here: `act` posts core events to the inbox in
the transaction that checked them, rings the scheduler, and waits a moment so that the answer shows the effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from fastapi import Depends, Request

from tradewind.api.auth import Action, Actor, Resource, Sessions, least_role
from tradewind.api.services import ApiServices
from tradewind.base.errors import Forbidden, InvalidInput
from tradewind.core.events import Event
from tradewind.db import event_logs, inbox
from tradewind.db.engine import Tx
from tradewind.spec import DagKey

__all__ = ["WORKSPACE", "Audit", "Call", "Desk", "May", "masked", "may"]

T = TypeVar("T")

WORKSPACE = "default"
"""The workspace that ``/api/v2`` speaks for."""

EFFECT_WAIT_S = 1.0
EFFECT_POLL_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the event log says about a write."""

    event: str
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


class Desk:
    """What all requests of one app share."""

    def __init__(self, services: ApiServices) -> None:
        self.services = services
        self.sessions = Sessions(services)
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="api-db")

    def close(self) -> None:
        """Let the threads go; work in flight ends first."""
        self._threads.shutdown(wait=True)
        self.sessions.close()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run something that blocks."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run a query in a read transaction."""
        return await self.in_thread(lambda: self._read(work))

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run changes in a write transaction."""
        return await self.in_thread(lambda: self._write(work))

    def _read(self, work: Callable[[Tx], T]) -> T:
        with self.services.database.read() as tx:
            return work(tx)

    def _write(self, work: Callable[[Tx], T]) -> T:
        with self.services.database.write() as tx:
            return work(tx)


class Call:
    """One authenticated request."""

    __slots__ = ("actor", "desk", "services", "workspace")

    def __init__(self, desk: Desk, actor: Actor) -> None:
        self.desk = desk
        self.services = desk.services
        self.actor = actor
        self.workspace = WORKSPACE

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.services.clock.now()

    def dag(self, dag_id: str) -> DagKey:
        """The key of a DAG in the workspace this request speaks for."""
        return DagKey(self.workspace, dag_id)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run a query."""
        return await self.desk.read(work)

    async def write(self, audit: Audit, work: Callable[[Tx], T]) -> T:
        """Change resources, with a row in the event log."""

        def audited(tx: Tx) -> T:
            result = work(tx)
            self._record(tx, audit)
            return result

        return await self.desk.write(audited)

    async def act(
        self, audit: Audit | Callable[[T], Audit], work: Callable[[Tx], tuple[T, Sequence[Event]]], *, wait: bool = True
    ) -> tuple[T, bool]:
        """Check a request and post its events in one transaction; then wait up to a second for their effect.

        Returns:
            What `work` returned, and whether the scheduler has taken all events (always true where there were none).
        """
        now = self.services.clock.now()

        def posted(tx: Tx) -> tuple[T, list[int]]:
            result, events = work(tx)
            ids = [inbox.post(tx, event, now) for event in events]
            self._record(tx, audit if isinstance(audit, Audit) else audit(result))
            return result, ids

        result, ids = await self.desk.write(posted)
        if not ids:
            return result, True
        self.services.bell()
        return result, await self._taken(ids) if wait else False

    async def _taken(self, ids: Sequence[int]) -> bool:
        """Wait until the scheduler has consumed these rows of the inbox; not where no scheduler lives."""
        scheduler = (await self.desk.in_thread(self.services.health)).get("scheduler")
        if scheduler is None or not scheduler.is_healthy:
            return False
        loop = asyncio.get_running_loop()
        until = loop.time() + EFFECT_WAIT_S
        while await self.desk.read(lambda tx: inbox.pending(tx, ids)):
            if loop.time() >= until:
                return False
            await asyncio.sleep(EFFECT_POLL_S)
        return True

    def _record(self, tx: Tx, audit: Audit) -> None:
        new = event_logs.NewEvent(
            workspace=self.workspace,
            timestamp=self.services.clock.now(),
            event=audit.event,
            owner=self.actor.username,
            dag_id=audit.dag_id,
            run_id=audit.run_id,
            task_id=audit.task_id,
            map_index=audit.map_index,
            extra=msgspec.json.encode(audit.extra, enc_hook=str).decode() if audit.extra else None,
        )
        event_logs.record(tx, new)


class May:
    """The dependency that recognises the caller and checks the permission a route declares."""

    def __init__(self, action: Action, resource: Resource) -> None:
        self.action = action
        self.resource = resource
        self.role = least_role(action, resource)

    async def __call__(self, request: Request) -> Call:
        desk: Desk = request.app.state.desk
        actor = await desk.sessions.actor(request, desk, WORKSPACE)
        decision = actor.rights.decide(self.action, self.resource)
        if not decision.allowed:
            raise Forbidden(f"Forbidden: {decision.reason}", action=self.action, resource=self.resource)
        return Call(desk, actor)


def may(action: Action, resource: Resource) -> Any:
    """Declare the permission of a route: ``call: Annotated[Call, may("read", "dag")]``."""
    return Depends(May(action, resource))


def masked(fields: Sequence[str], given: Mapping[str, object], update_mask: Sequence[str] | None) -> dict[str, object]:
    """The fields that a PATCH changes: those given, or of these only the ones that the mask names.

    Raises:
        InvalidInput: the mask names something that can't be changed.
    """
    if not update_mask:
        return dict(given)
    names = [name.strip() for mask in update_mask for name in mask.split(",") if name.strip()]
    for name in names:
        if name not in fields:
            raise InvalidInput(f"update_mask: {name!r} can't be changed; there are {', '.join(fields)}", name=name)
    return {name: value for name, value in given.items() if name in names}

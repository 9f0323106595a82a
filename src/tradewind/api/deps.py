"""What a route gets: one `Call`, the authenticated request with its ways to the database and to the scheduler.

Reads and writes hop once to a small thread pool. State is never changed here: `act` posts core events to the inbox in
the transaction that checked them, rings the scheduler, and waits a moment so that the answer shows the effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Depends, Request

from tradewind.api.audit import Audit, Pictures, Source, record
from tradewind.api.auth import Actor, Sessions
from tradewind.api.auth.addresses import address_of
from tradewind.api.connection_tests import ConnectionTests
from tradewind.api.denials import Denials
from tradewind.api.permissions import check, check_event, name_in
from tradewind.api.plugin_answers import PluginAnswers
from tradewind.api.services import ApiServices
from tradewind.api.stream.feed import Feed
from tradewind.api.workspaces import WORKSPACE, workspace_of
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.base.policy import BUILT_IN, Action, Names, Resource, Rights
from tradewind.core.events import Event
from tradewind.db import inbox, workspaces
from tradewind.db.engine import Tx
from tradewind.db.sight import Sight, sight_of
from tradewind.spec import DagKey

__all__ = ["WORKSPACE", "Audit", "Call", "Desk", "May", "masked", "may", "signed_in"]

T = TypeVar("T")

SIGHTS_KEPT = 1024
EFFECT_WAIT_S = 1.0
EFFECT_POLL_S = 0.005


class Desk:
    """What all requests of one app share."""

    def __init__(self, services: ApiServices) -> None:
        self.services = services
        self.sessions = Sessions(services)
        self.feed = Feed(services.database, self.in_thread, services.changes)
        self.connection_tests = ConnectionTests(services.clock, services.ids)
        self.denials = Denials()
        self.plugins = PluginAnswers(services.settings.plugins_folder, services.clock)
        self.writes = 0
        """Counts what was written by requests: answers that are shared are from after the last of it."""
        self._sights: dict[tuple[int, May], tuple[Rights, Sight | None]] = {}
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="api-db")
        self._later: set[asyncio.Task[None]] = set()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Go on with something after the answer; it is given up when the server ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._later.add(task)  # the loop itself does not hold on to it
        task.add_done_callback(self._later.discard)

    def close(self) -> None:
        """Let the threads go; work in flight ends first."""
        for task in self._later:
            task.cancel()
        self.feed.close()
        self.connection_tests.close()
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
        try:
            return await self.in_thread(lambda: self._write(work))
        finally:
            self.writes += 1

    def sight(self, rights: Rights, permission: May) -> Sight | None:
        """What somebody sees in a route; made once for as long as they are believed."""
        made = self._sights.get((id(rights), permission))
        if made is None or made[0] is not rights:
            if len(self._sights) >= SIGHTS_KEPT:
                self._sights.clear()
            made = (rights, sight_of(rights, permission.actions, permission.resource))
            self._sights[id(rights), permission] = made
        return made[1]

    async def check_workspace(self, name: str) -> None:
        """Raises:
        NotFound: there is no such workspace.
        """
        if name != WORKSPACE and not await self.read(lambda tx: workspaces.exists(tx, name)):
            raise NotFound(f"there is no workspace {name!r}", workspace=name)

    def _read(self, work: Callable[[Tx], T]) -> T:
        with self.services.database.read() as tx:
            return work(tx)

    def _write(self, work: Callable[[Tx], T]) -> T:
        with self.services.database.write() as tx:
            return work(tx)


class Call:
    """One authenticated request."""

    __slots__ = ("_sight", "actor", "address", "desk", "services", "workspace")

    def __init__(self, desk: Desk, actor: Actor, workspace: str, permission: May, address: str = "") -> None:
        self.desk = desk
        self.address = address
        self.services = desk.services
        self.actor = actor
        self.workspace = workspace
        self._sight = desk.sight(actor.rights, permission)

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.services.clock.now()

    def dag(self, dag_id: str) -> DagKey:
        """The key of a DAG in the workspace this request speaks for."""
        return DagKey(self.workspace, dag_id)

    def check(self, action: Action, resource: Resource, name: str | None) -> None:
        """Whether the caller may do this to an object that a body names.

        Raises:
            Forbidden: they may not.
        """
        check(self.actor.rights, action, resource, name)

    def names(self, action: Action, resource: Resource) -> Names:
        """The names of a resource that the caller may do this to."""
        return self.actor.rights.visible(action, resource)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run a query; it finds only what the caller may see."""
        return await self.desk.read(lambda tx: work(tx.seen_by(self._sight)))

    async def write(self, audit: Audit, work: Callable[[Tx], T]) -> T:
        """Change resources, with a row in the event log. What the caller may not see is not found."""

        def audited(tx: Tx) -> T:
            pictures = Pictures(tx, self.services.cipher, self.workspace, audit)
            result = work(tx.seen_by(self._sight))
            record(tx, self._source, audit, self.now, pictures.difference())
            return result

        return await self.desk.write(audited)

    async def act(
        self, audit: Audit | Callable[[T], Audit], work: Callable[[Tx], tuple[T, Sequence[Event]]], *, wait: bool = True
    ) -> tuple[T, bool]:
        """Check a request and post its events in one transaction; then wait up to a second for their effect.

        Returns:
            What `work` returned, and whether the scheduler has taken all events (always true where there were none).

        Raises:
            Forbidden: an event names something that the caller may not do this to.
        """
        now = self.services.clock.now()

        def posted(tx: Tx) -> tuple[T, list[int]]:
            known = audit if isinstance(audit, Audit) else Audit(event="")  # what it will be about does not exist yet
            pictures = Pictures(tx, self.services.cipher, self.workspace, known)
            result, events = work(tx.seen_by(self._sight))
            for event in events:
                check_event(tx, self.actor.rights, event)
            ids = [inbox.post(tx, event, now) for event in events]
            said = audit if isinstance(audit, Audit) else audit(result)
            record(tx, self._source, said, now, pictures.difference(events))
            return result, ids

        result, ids = await self.desk.write(posted)
        if not ids:
            return result, True
        self.services.bell()
        if not wait:
            return result, False
        is_taken = await self._taken(ids)
        self.desk.writes += 1  # what was read meanwhile may be from before the effect
        return result, is_taken

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

    @property
    def _source(self) -> Source:
        return Source(self.actor, self.workspace, self.address)


class May:
    """The dependency that recognises the caller and checks the permission a route declares.

    Where the path names the object (`PARAMETERS`), the permission is asked for on that name; else on any one at all,
    and what the call reads and posts is bound to the names it covers.
    """

    def __init__(self, actions: tuple[Action, ...], resource: Resource) -> None:
        self.actions = actions
        self.resource: Resource = resource

    async def __call__(self, request: Request) -> Call:
        desk: Desk = request.app.state.desk
        workspace = workspace_of(request)
        actor = await desk.sessions.actor(request, desk, workspace)
        request.state.actor = actor  # for the audit log, should they be refused
        name = name_in(request.path_params, self.resource)
        if self.actions and not any(
            actor.rights.decide(action, self.resource, name).allowed for action in self.actions
        ):
            check(actor.rights, self.actions[0], self.resource, name)
        await desk.check_workspace(workspace)
        return Call(desk, actor, workspace, self, address_of(request, desk.sessions.trusted_proxies))

    @property
    def action(self) -> str:
        """The action, or those of which one is enough, as ``create|edit``."""
        return "|".join(self.actions) or "any"

    @property
    def role(self) -> str:
        """The least built-in role that has it."""
        return next(
            name
            for name, grants in BUILT_IN.items()
            if not self.actions
            or any(grant.allows(action, self.resource, None) for grant in grants for action in self.actions)
        )


def may(action: Action, resource: Resource, *more: Action) -> Any:
    """Declare the permission of a route: ``call: Annotated[Call, may("read", "dag")]``.

    Args:
        more: other actions; one of them is enough to come in. The route then checks each thing that it does.
    """
    return Depends(May((action, *more), resource))


def signed_in() -> Any:
    """Declare that a route is about its caller alone: whoever is recognised may, whatever else they may do."""
    return Depends(May((), "user"))


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

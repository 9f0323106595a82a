"""Triggers of a run in this process: an event loop that turns while nothing else can."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from tradewind.base.clock import Clock
from tradewind.core.commands import StartTrigger
from tradewind.protocol.triggers import Fired, Waiter, Watch
from tradewind.protocol.waits import Deferral, Resume
from tradewind.sdk.task_api import TaskApi, current_task_api
from tradewind.sdk.trigger import BaseTrigger
from tradewind.worker.triggers import fired_of_error, make_trigger, trigger_events

__all__ = ["InlineWaits"]

log = logging.getLogger("tradewind.task")

CLEANUP_TIMEOUT_S = 5.0
"""How long the end of a run waits for clean-ups of its triggers."""


class InlineWaits:
    """What deferred tasks wait for, and how they go on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._deferrals: dict[str, Deferral] = {}
        self._resumes: dict[str, Resume] = {}
        self._running: dict[str, tuple[asyncio.Task[None], BaseTrigger | None]] = {}
        self._fired: list[Fired] = []
        self._changed = asyncio.Event()

    @property
    def is_waiting(self) -> bool:
        """Whether any trigger runs."""
        return bool(self._running)

    def know(self, attempt: str, deferral: Deferral) -> None:
        """What an attempt deferred to."""
        self._deferrals[attempt] = deferral

    def start(self, order: StartTrigger, run_id: str, api: TaskApi) -> None:
        """Run a trigger, whenever `turn` is called.

        Args:
            api: what answers the trigger's requests.
        """
        start = order.start
        if start is not None:
            self._deferrals[order.trigger] = Deferral(
                classpath=start.classpath, kwargs=start.kwargs, method=start.method, method_kwargs=start.method_kwargs
            )
        deferral = self._deferrals[order.trigger]
        waiter = Waiter(
            dag_id=order.dag.dag_id,
            run_id=run_id,
            run_uid=order.run_uid,
            task_id=order.task_id,
            map_index=order.map_index,
            try_number=order.try_number,
        )
        watch = Watch(id=order.trigger, classpath=deferral.classpath, kwargs=deferral.kwargs, waiter=waiter)
        loop = self._loop = self._loop or asyncio.new_event_loop()
        try:
            trigger = make_trigger(watch)
        except Exception as error:  # noqa: BLE001 - the edge of the trigger: its task is told
            self._fired.append(fired_of_error(watch, error, self._clock))
            task = loop.create_task(asyncio.sleep(0))
            self._running[watch.id] = (task, None)
            return
        self._running[watch.id] = (loop.create_task(self._run(trigger, watch, api)), trigger)

    def pretend(self, trigger: str) -> None:
        """Take a trigger, and its task, as done."""
        self._loop = self._loop or asyncio.new_event_loop()
        self._deferrals[trigger] = Deferral(classpath="", kwargs="{}", method="")
        self._running[trigger] = (self._loop.create_task(asyncio.sleep(0)), None)
        self._fired.append(Fired(id=trigger, at=self._clock.now(), outcome="success"))

    async def _run(self, trigger: BaseTrigger, watch: Watch, api: TaskApi) -> None:
        current_task_api.set(api)
        try:
            async for fired in trigger_events(trigger, watch, self._clock):
                self._fired.append(fired)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of the trigger: its task is told
            self._fired.append(fired_of_error(watch, error, self._clock))
        finally:
            try:
                with contextlib.suppress(Exception):  # as in a triggerer, its clean-up changes nothing for the task
                    await trigger.cleanup()
            finally:
                self._changed.set()  # the task goes on when what its trigger held is free again

    def stop(self, wait: str, *, is_cancelled: bool) -> None:
        """Nobody waits any more."""
        task, trigger = self._running.pop(wait, (None, None))
        deferral = self._deferrals.get(wait)
        if deferral is not None and not is_cancelled:
            self._resumes[wait] = Resume(kind="timeout", method=deferral.method, method_kwargs=deferral.method_kwargs)
        if task is None or self._loop is None:
            return
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(task)
        if is_cancelled and trigger is not None:
            self._loop.run_until_complete(trigger.on_kill())

    def turn(self, timeout_s: float | None) -> list[Fired]:
        """Let the triggers run until one of them says something, or the time is over."""
        assert self._loop is not None
        if not self._fired:
            with contextlib.suppress(TimeoutError):
                self._loop.run_until_complete(asyncio.wait_for(self._changed.wait(), timeout_s))
        self._changed.clear()
        fired, self._fired = self._fired, []
        for one in fired:
            self._running.pop(one.id, None)
            deferral = self._deferrals[one.id]
            kind = "failure" if one.outcome == "failure" else "trigger"
            self._resumes[one.id] = Resume(
                kind=kind, method=deferral.method, method_kwargs=deferral.method_kwargs, event=one.event
            )
        return fired

    def answered(self, request: str, resume: Resume) -> None:
        """A person has answered what an attempt asked."""
        self._resumes[request] = resume

    def resume_of(self, wait: str | None) -> Resume | None:
        """How the attempt after a wait goes on."""
        return None if wait is None else self._resumes.get(wait)

    def close(self) -> None:
        """End the loop, and what still runs in it."""
        for wait in list(self._running):
            self.stop(wait, is_cancelled=True)
        if self._loop is not None:
            cleaning = asyncio.all_tasks(self._loop)  # of triggers that fired beside another one
            if cleaning:
                self._loop.run_until_complete(asyncio.wait(cleaning, timeout=CLEANUP_TIMEOUT_S))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
            self._loop = None

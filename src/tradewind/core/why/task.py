"""Why a task instance is in its state: one function a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tradewind.core.states import TaskState
from tradewind.core.why import ended, waiting
from tradewind.core.why.causes import Cause
from tradewind.core.why.scene import TaskScene

__all__ = ["why_task"]


def why_task(scene: TaskScene) -> list[Cause]:
    """Why the instance is in its state, the most decisive cause first; never empty."""
    if scene.hand is not None and scene.instance.reason and "by hand" in scene.instance.reason:
        return [ended.by_hand(scene)]
    return _EXPLAIN[scene.instance.state](scene)


_EXPLAIN: Mapping[TaskState | None, Callable[[TaskScene], list[Cause]]] = {
    None: waiting.without_state,
    TaskState.SCHEDULED: waiting.scheduled,
    TaskState.QUEUED: waiting.queued,
    TaskState.RUNNING: waiting.running,
    TaskState.UP_FOR_RETRY: waiting.up_for_retry,
    TaskState.UP_FOR_RESCHEDULE: waiting.up_for_reschedule,
    TaskState.DEFERRED: waiting.deferred,
    TaskState.AWAITING_INPUT: waiting.awaiting_input,
    TaskState.RESTARTING: waiting.restarting,
    TaskState.FAILED: ended.failed,
    TaskState.UPSTREAM_FAILED: ended.upstream_failed,
    TaskState.SKIPPED: ended.skipped,
    TaskState.REMOVED: ended.removed,
    TaskState.SUCCESS: ended.succeeded,
}

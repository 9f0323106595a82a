"""What a task's retry policy says of a failure."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from tradewind.sdk.context import Context, entered

if TYPE_CHECKING:
    from tradewind.sdk.retry import RetryDecision
    from tradewind.sdk.task_instance import RuntimeTaskInstance

__all__ = ["Failure", "ask_policy"]

log = logging.getLogger("tradewind.task")


class Failure(Protocol):
    """How an attempt ended, as far as a policy may change it."""

    outcome: Any
    reason: str
    retryable: bool
    retry_delay_s: float | None
    error: BaseException | None


def ask_policy(end: Failure, ti: RuntimeTaskInstance | None, context: Context | None) -> None:
    """Let the task's retry policy, where it has one, say what follows a failure; its reason is kept with it."""
    policy = None if ti is None else getattr(ti.task, "retry_policy", None)
    if policy is None or end.outcome != "failed" or not end.retryable or end.error is None:
        return
    assert ti is not None
    assert context is not None
    from tradewind.sdk.retry import RetryAction  # noqa: PLC0415 - few tasks have a policy

    with entered(context):
        decision = _decision(policy, end.error, ti, context)
    if decision is None or decision.action is RetryAction.DEFAULT:
        return
    delay_s = None if decision.retry_delay is None else decision.retry_delay.total_seconds()
    end.retryable = decision.action is RetryAction.RETRY
    end.retry_delay_s = delay_s if end.retryable else None
    said = f"{decision.action.value}, {decision.reason}" if decision.reason else decision.action.value
    end.reason += f" (retry policy: {said})"
    log.info("The retry policy says %s%s", said, "" if end.retry_delay_s is None else f" in {end.retry_delay_s:g} s")


def _decision(policy: Any, error: BaseException, ti: RuntimeTaskInstance, context: Context) -> RetryDecision | None:
    """What the policy says; one that fails itself decides nothing."""
    from tradewind.sdk.retry import RetryDecision  # noqa: PLC0415 - few tasks have a policy

    try:
        decision = policy.evaluate(exception=error, try_number=ti.try_number, max_tries=ti.max_tries, context=context)
        if not isinstance(decision, RetryDecision):
            raise TypeError(f"a RetryDecision is wanted, not {decision!r}")  # noqa: TRY301 - logged like any other
    except Exception:
        log.exception("The retry policy of task %s failed: the task's own retries hold", ti.task_id)
        return None
    return decision

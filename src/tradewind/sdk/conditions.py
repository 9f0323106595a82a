"""`@task.run_if` and `@task.skip_if`: a condition that is looked at before a task runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.decorators import TaskDecorator

__all__ = ["run_if", "skip_if"]

Condition = Callable[[Any], bool | tuple[bool, str | None]]
"""Takes the context; says whether it holds, and if it likes a message for the log."""


def run_if(condition: Condition, skip_message: str | None = None) -> Callable[[TaskDecorator], TaskDecorator]:
    """Run the decorated task only if the condition holds, else skip it.

    Raises:
        InvalidArgumentType: it is not above a task decorator.
    """
    return _guard(condition, wanted=True, message=skip_message)


def skip_if(condition: Condition, skip_message: str | None = None) -> Callable[[TaskDecorator], TaskDecorator]:
    """Skip the decorated task if the condition holds.

    Raises:
        InvalidArgumentType: it is not above a task decorator.
    """
    return _guard(condition, wanted=False, message=skip_message)


def _guard(condition: Condition, *, wanted: bool, message: str | None) -> Callable[[TaskDecorator], TaskDecorator]:
    name = "run_if" if wanted else "skip_if"

    def decorate(task: TaskDecorator) -> TaskDecorator:
        if not isinstance(task, TaskDecorator):
            raise InvalidArgumentType(f"{name} must be placed above @task, not on {task!r}")
        before: Callable[[Any], None] | None = task.kwargs.get("pre_execute")

        def check(context: Any) -> None:
            if before is not None:  # what is written below this decorator comes first
                before(context)
            answer = condition(context)
            holds, words = answer if isinstance(answer, tuple) else (answer, None)
            if bool(holds) is not wanted:
                from tradewind.sdk.exceptions import AirflowSkipException  # noqa: PLC0415 - at run time only

                raise AirflowSkipException(words or message or f"Task was skipped due to condition of {name}.")

        task.kwargs["pre_execute"] = check
        return task

    return decorate

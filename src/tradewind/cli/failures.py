"""Tells why a run in this process failed: the user's own error first, then where it was raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tradewind.base.headline import headline

if TYPE_CHECKING:
    from tradewind.testing import DagResult, TaskResult

__all__ = ["print_failures"]


def print_failures(result: DagResult, task_id: str | None = None) -> None:
    """For each task that failed the error as a headline and its traceback; nothing for a run that went well.

    Args:
        result: the run.
        task_id: only this task.
    """
    failed = [task for task in result.task_instances if task.state == "failed" and task_id in (None, task.task_id)]
    for task in sorted(failed, key=lambda task: (task.end_date is None, task.end_date)):
        click.echo(f"{click.style('✗', fg='red')} {click.style(task.name, bold=True)}: {_headline(task)}", err=True)
        if task.error:
            click.echo(_indented(task.error.rstrip()), err=True)


def _headline(task: TaskResult) -> str:
    """What the error says, else the reason."""
    return headline(task.error) if task.error else task.reason or "failed"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())

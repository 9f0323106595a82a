"""Watches a run on a server until it ends: a live table of its tasks on a terminal, lines of changes elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent
from typing import TYPE_CHECKING, Any

import click

from tradewind.base.errors import BrokenInvariant, NotFound
from tradewind.cli.board import open_board
from tradewind.cli.commands.tasks.logs import log_lines
from tradewind.cli.live import Absence, events

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["follow_run", "follow_task", "topological"]

SHOWN_LINES = 20
FINISHED = {"success", "failed"}
OVER = {"success", "failed", "skipped", "upstream_failed", "removed"}
"""States that end a task instance."""
AFRESH = {"start", "reset"}
"""Events after which everything is read: what there was before, or what was missed."""


def follow_run(client: Client, dag_id: str, run_id: str, *, is_live: bool) -> str:
    """Wait until the run ends, showing how it goes where `is_live`.

    Returns:
        The state that it ended in.
    """
    path = ("dags", dag_id, "dagRuns", run_id)
    absence = Absence(client)
    if not is_live:
        return _quietly(client, absence, path)
    order = topological(absence.read(lambda: client.get("dags", dag_id, "tasks"))["tasks"])
    with open_board(f"{dag_id}  {run_id}", order, sys.stderr) as board:
        for event in _of_run(client, absence, dag_id, run_id, "dag_run,task_instance"):
            if event["type"] == "task_instance":
                board.set(event["task_id"], event["map_index"], event["new_state"])
                continue
            run = absence.read(lambda: client.get(*path))
            if event["type"] in AFRESH or run["state"] in FINISHED:
                found = absence.read(lambda: list(client.all("task_instances", *path, "taskInstances")))
                for instance in found:
                    board.set(instance["task_id"], instance["map_index"], instance["state"])
                if run["state"] in FINISHED:
                    board.end(run["state"])
                    break
        else:
            raise BrokenInvariant("a stream of changes ended without a word")
    _tell_failures(client, path, found)
    return run["state"]


def follow_task(client: Client, path: tuple[str, ...], map_index: int) -> Iterator[str | None]:
    """The states of a task instance, from the present one on, until it has ended or its run has.

    One that the scheduler has not made yet has no state, as one that has not been scheduled.

    Raises:
        NotFound: the DAG has no such task, or the run ended without it.
    """
    _, dag_id, _, run_id, _, task_id = path
    before: str | None = ""
    absence = Absence(client)
    index = [str(map_index)] if map_index >= 0 else []
    for _ in _of_run(client, absence, dag_id, run_id, "dag_run,task_instance"):
        is_last = (
            absence.read(lambda: client.get(*path[:4]))["state"] in FINISHED
        )  # first, so that what is read next is how it ended
        try:
            state = absence.read(lambda: client.get(*path, *index))["state"]
        except NotFound:
            if is_last:
                raise
            absence.read(
                lambda: client.get("dags", dag_id, "tasks", task_id)
            )  # tells where there is no such task at all
            state = None
        if state != before:
            yield (before := state)
        if is_last or state in OVER:
            return
    raise BrokenInvariant(f"a stream of changes about {task_id} ended without a word")


def _of_run(client: Client, absence: Absence, dag_id: str, run_id: str, types: str) -> Iterator[dict[str, Any]]:
    for event in events(client, absence, types=types, dag_id=dag_id, dag_run_id=run_id):
        # names are patterns in a request for events: of two runs with a * in their names, the wrong one may be told
        if event["type"] in AFRESH or event["dag_run_id"] == run_id:
            yield event


def topological(tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids of the tasks, each after those that it follows."""
    before = {task["task_id"]: 0 for task in tasks}
    after = {task["task_id"]: task["downstream_task_ids"] for task in tasks}
    for names in after.values():
        for name in names:
            before[name] += 1
    ready = [task_id for task_id, count in before.items() if count == 0]
    for task_id in ready:  # grows while it is walked through
        for name in after[task_id]:
            before[name] -= 1
            if before[name] == 0:
                ready.append(name)
    return ready


def _tell_failures(client: Client, path: tuple[str, ...], instances: Sequence[Mapping[str, Any]]) -> None:
    """For each task that failed the end of its log, where the error stands."""
    for instance in instances:
        if instance["state"] == "failed":
            index = instance["map_index"]
            name = instance["task_id"] + (f"[{index}]" if index >= 0 else "")
            where = (*path, "taskInstances", instance["task_id"], "logs", str(max(instance["try_number"], 1)))
            click.echo(f"{click.style('✗', fg='red')} {click.style(name, bold=True)}", err=True)
            for line in list(log_lines(client, where, index))[-SHOWN_LINES:]:
                click.echo(indent(line, "    "), err=True)


def _quietly(client: Client, absence: Absence, path: tuple[str, ...]) -> str:
    _, dag_id, _, run_id = path
    for _ in _of_run(client, absence, dag_id, run_id, "dag_run"):
        state = absence.read(lambda: client.get(*path))["state"]
        if state in FINISHED:
            return state
    raise BrokenInvariant("a stream of changes ended without a word")

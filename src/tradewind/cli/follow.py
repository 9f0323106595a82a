"""Watches a run on a server until it ends: a live table of its tasks on a terminal, lines of changes elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import TYPE_CHECKING, Any

import click

from tradewind.cli.board import open_board
from tradewind.cli.commands.tasks.logs import log_lines

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["follow_run", "topological"]

POLL_S = 0.25
SHOWN_LINES = 20
FINISHED = {"success", "failed"}


def follow_run(client: Client, dag_id: str, run_id: str, *, is_live: bool) -> str:
    """Wait until the run ends, showing how it goes where `is_live`.

    Returns:
        The state that it ended in.
    """
    path = ("dags", dag_id, "dagRuns", run_id)
    if not is_live:
        return _quietly(client, path)
    order = topological(client.get("dags", dag_id, "tasks")["tasks"])
    with open_board(f"{dag_id}  {run_id}", order, sys.stderr) as board:
        while True:
            run = client.get(*path)
            found = list(client.all("task_instances", *path, "taskInstances"))
            for instance in found:
                board.set(instance["task_id"], instance["map_index"], instance["state"])
            if run["state"] in FINISHED:
                board.end(run["state"])
                break
            time.sleep(POLL_S)
    _tell_failures(client, path, found)
    return run["state"]


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


def _quietly(client: Client, path: tuple[str, ...]) -> str:
    while True:
        state = client.get(*path)["state"]
        if state in FINISHED:
            return state
        time.sleep(POLL_S)

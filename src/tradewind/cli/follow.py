"""Watches a run on a server until it ends: a live table of its tasks on a terminal, lines of changes elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from tradewind.cli.board import Board, open_board

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["follow_run"]

POLL_S = 0.25
FINISHED = {"success", "failed"}


def follow_run(client: Client, dag_id: str, run_id: str, *, is_live: bool) -> str:
    """Wait until the run ends, showing how it goes where `is_live`.

    Returns:
        The state that it ended in.
    """
    path = ("dags", dag_id, "dagRuns", run_id)
    if not is_live:
        return _quietly(client, path)
    order = [task["task_id"] for task in client.get("dags", dag_id, "tasks", order_by="task_id")["tasks"]]
    with open_board(f"{dag_id}  {run_id}", order, sys.stderr) as board:
        while True:
            run = client.get(*path)
            _show_states(client, path, board)
            if run["state"] in FINISHED:
                board.end(run["state"])
                return run["state"]
            time.sleep(POLL_S)


def _quietly(client: Client, path: tuple[str, ...]) -> str:
    while True:
        state = client.get(*path)["state"]
        if state in FINISHED:
            return state
        time.sleep(POLL_S)


def _show_states(client: Client, path: tuple[str, ...], board: Board) -> None:
    for instance in client.all("task_instances", *path, "taskInstances"):
        board.set(instance["task_id"], instance["map_index"], instance["state"])

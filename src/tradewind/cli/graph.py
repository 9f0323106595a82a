"""Draws the tasks of a DAG: as a tree in the terminal, or as a file for Graphviz."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["as_dot", "print_tree"]


def print_tree(dag_id: str, tasks: Sequence[Mapping[str, Any]]) -> None:
    """A tree from the first tasks down; a task reached again is named, and not followed twice."""
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    by_id = {task["task_id"]: task for task in tasks}
    below = {task_id: sorted(task["downstream_task_ids"]) for task_id, task in by_id.items()}
    reached = {task_id for names in below.values() for task_id in names}
    tree = Tree(Text(dag_id, style="bold"))
    shown: set[str] = set()
    waiting = [(tree, task_id) for task_id in sorted(by_id.keys() - reached, reverse=True)]
    while waiting:
        branch, task_id = waiting.pop()
        is_again = task_id in shown
        name = Text.assemble(
            task_id,
            (f"  {by_id[task_id]['operator_name']}", "dim"),
            ("  (above)" if is_again and below[task_id] else "", "dim"),
        )
        child = branch.add(name)
        if not is_again:
            shown.add(task_id)
            waiting += [(child, after) for after in reversed(below[task_id])]
    Console(highlight=False, soft_wrap=True).print(tree)


def as_dot(dag_id: str, tasks: Sequence[Mapping[str, Any]]) -> str:
    """The graph in Graphviz's language."""
    lines = [f"digraph {json.dumps(dag_id)} {{", "  rankdir=LR; node [shape=box, style=rounded];"]
    for task in tasks:
        name = json.dumps(task["task_id"])
        lines.append(f"  {name};")
        lines += [f"  {name} -> {json.dumps(after)};" for after in sorted(task["downstream_task_ids"])]
    return "\n".join([*lines, "}"]) + "\n"

"""`tradewind hitl`: questions that tasks ask people: which there are, what one says, and the answer to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from tradewind.base.errors import InvalidInput
from tradewind.cli.output import show, show_one
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["hitl"]

COLUMNS = ("dag_id", "run_id", "task_id", "map_index", "subject", "options", "answer")


@click.group()
def hitl() -> None:
    """Answer questions that tasks ask people (human in the loop)."""


@hitl.command("list")
@click.option("-d", "--dag-id", default="~", help="Only questions of this DAG.")
@click.option("--run-id", default="~", help="Only questions of this run.")
@click.option("-a", "--all", "with_answered", is_flag=True, help="Also questions that are answered.")
@output_option
@pass_session
def list_questions(session: Session, *, dag_id: str, run_id: str, with_answered: bool, output: str) -> None:
    """List questions that wait for an answer."""
    only_open = {} if with_answered else {"response_received": False, "state": "awaiting_input"}
    path = ("dags", dag_id, "dagRuns", run_id, "hitlDetails")
    show((_row(one) for one in session.client.all("hitl_details", *path, **only_open)), COLUMNS, output)


@hitl.command("show")
@click.argument("dag_id")
@click.argument("run_id")
@click.argument("task_id")
@click.option("--map-index", type=int, default=-1, show_default=True, help="Which instance of a mapped task.")
@output_option
@pass_session
def show_question(session: Session, *, dag_id: str, run_id: str, task_id: str, map_index: int, output: str) -> None:
    """Show one question with its form, and the answer if there is one."""
    found = session.client.get(*_path(dag_id, run_id, task_id, map_index))
    names = (
        "subject", "body", "options", "defaults", "multiple", "params", "assigned_users", "created_at",
        "chosen_options", "params_input", "responded_by_user", "responded_at",
    )  # fmt: skip
    show_one({name: found[name] for name in names}, output)


@hitl.command("answer")
@click.argument("dag_id")
@click.argument("run_id")
@click.argument("task_id")
@click.option("--map-index", type=int, default=-1, show_default=True, help="Which instance of a mapped task.")
@click.option("-c", "--choose", "chosen", multiple=True, help="The option to choose; several times for several.")
@click.option("-s", "--set", "fields", multiple=True, help="A field of the form, as NAME=VALUE; VALUE may be JSON.")
@output_option
@pass_session
def answer(
    session: Session, *, dag_id: str, run_id: str, task_id: str, map_index: int, output: str, **given: Sequence[str]
) -> None:
    """Answer a question; the task goes on at once.

    Where there is only one option, --choose can be left out.
    """
    path = _path(dag_id, run_id, task_id, map_index)
    form = session.client.get(*path)
    chosen = list(given["chosen"])
    if not chosen:
        if len(form["options"]) != 1:
            raise InvalidInput(f"--choose is needed: there are {', '.join(form['options'])}")
        chosen = form["options"]
    body = {"chosen_options": chosen, "params_input": dict(_field(text, form["params"]) for text in given["fields"])}
    show_one(session.client.call("PATCH", path, body=body), output)


def _path(dag_id: str, run_id: str, task_id: str, map_index: int) -> tuple[str, ...]:
    return ("dags", dag_id, "dagRuns", run_id, "taskInstances", task_id, str(map_index), "hitlDetails")


def _field(text: str, params: dict[str, Any]) -> tuple[str, Any]:
    """A field and its value: as it stands where the form wants a text, else as JSON."""
    name, separator, value = text.partition("=")
    if not separator:
        raise InvalidInput(f"--set takes NAME=VALUE, not {text!r}")
    kind = ((params.get(name) or {}).get("schema") or {}).get("type")
    if kind == "string":
        return name, value
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _row(detail: dict[str, Any]) -> dict[str, Any]:
    instance = detail["task_instance"]
    return {
        "dag_id": instance["dag_id"],
        "run_id": instance["dag_run_id"],
        "task_id": instance["task_id"],
        "map_index": instance["map_index"],
        "subject": detail["subject"],
        "options": detail["options"],
        "answer": detail["chosen_options"],
    }

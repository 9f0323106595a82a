"""Questions to people in a run in this process: answered by the caller, on the terminal, or by their defaults."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from tradewind.protocol.waits import InputForm, Resume
from tradewind.sdk.param import Param
from tradewind.worker.resuming import inline_codec

__all__ = ["Answers", "Given", "Reply", "answer_form"]

log = logging.getLogger("tradewind.task")

Reply = str | Sequence[str] | Mapping[str, Any]
"""An option, several, or ``{"chosen_options": [...], "params_input": {...}}``."""
Answers = Mapping[str, Reply]
"""Task id -> what is answered."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, or why there is none."""

    chosen_options: list[str]
    params_input: dict[str, Any]
    is_default: bool = False
    error: str | None = None

    def resume(self, form: InputForm, at: datetime) -> Resume:
        """How the task goes on."""
        event: dict[str, Any] = {
            "chosen_options": self.chosen_options,
            "params_input": self.params_input,
            "responded_by_user": None if self.is_default else {"id": "terminal", "name": "terminal"},
            "responded_at": at,
            "timedout": self.is_default,
        }
        if self.error is not None:
            event = {"error": self.error, "error_type": "timeout"}
        text = inline_codec().encode(event).value
        return Resume(kind="input", method=form.method, method_kwargs=form.method_kwargs, event=text)


def answer_form(task_id: str, form: InputForm, answers: Answers) -> Given:
    """The answer that the caller brought; else the one that somebody types; else the defaults. Nobody is waited for."""
    if task_id in answers:
        return _brought(form, answers[task_id])
    if sys.stdin.isatty() and sys.stderr.isatty():
        return _typed(task_id, form)
    if form.defaults is not None:
        log.info("Nobody is asked in this process; the defaults are the answer: %s", ", ".join(form.defaults))
        return Given(form.defaults, _defaults(form), is_default=True)
    return Given(
        [],
        {},
        error=f"task {task_id!r} asks a person ({form.subject!r}), there is no terminal to ask on, and it has no "
        "defaults; give it an answer, as by test_dag(answers={...}), or defaults",
    )


def _defaults(form: InputForm) -> dict[str, Any]:
    return {name: about.get("value") for name, about in form.params.items()}


def _brought(form: InputForm, reply: Reply) -> Given:
    match reply:
        case str():
            return Given([reply], _defaults(form))
        case Mapping():
            chosen = reply.get("chosen_options", form.defaults or form.options[:1])
            options: list[str] = [chosen] if isinstance(chosen, str) else list(chosen)
            filled: Mapping[str, Any] = reply.get("params_input") or {}
            return Given(options, _defaults(form) | dict(filled))
        case _:
            return Given(list(reply), _defaults(form))


def _typed(task_id: str, form: InputForm) -> Given:
    click.echo(f"\n{task_id}: {form.subject}", err=True)
    if form.body:
        click.echo(form.body, err=True)
    default = ",".join(form.defaults) if form.defaults else None
    while True:
        words = "Choose (several with commas between them)" if form.multiple else "Choose"
        typed: str = click.prompt(f"{words} of {', '.join(form.options)}", default=default, err=True)
        chosen = [one.strip() for one in typed.split(",")] if form.multiple else [typed.strip()]
        if all(one in form.options for one in chosen):
            break
        click.echo(f"{typed!r} is none of them", err=True)
    return Given(chosen, {name: _field(name, about) for name, about in form.params.items()})


def _field(name: str, about: Mapping[str, Any]) -> Any:
    """A value that somebody types: JSON where it is, else the text; asked for again until the schema allows it."""
    while True:
        default = about.get("value")
        typed: str = click.prompt(name, default=default if isinstance(default, str) else json.dumps(default), err=True)
        is_text = (about.get("schema") or {}).get("type") == "string"
        try:
            value = typed if is_text else json.loads(typed)
        except json.JSONDecodeError:
            value = typed
        try:
            return Param(default, **(about.get("schema") or {})).resolve(value)
        except ValueError as error:
            click.echo(str(error), err=True)

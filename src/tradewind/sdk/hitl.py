"""What a task asks a person: the form, kept with the running attempt until it gives its slot back.

A task asks with `ask`, then raises `TaskAwaitingInput`; the form travels with the report of that end, and the answer
comes back with the attempt that goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypedDict

from tradewind.sdk.context import get_current_context
from tradewind.sdk.exceptions import AirflowRuntimeError

__all__ = [
    "HITLUser",
    "Question",
    "ask",
    "get_hitl_detail_content_detail",
    "update_hitl_detail_response",
    "upsert_hitl_detail",
]


class HITLUser(TypedDict):
    """Somebody who may answer, or who did."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The form that a person fills in."""

    subject: str
    options: Sequence[str]
    body: str | None = None
    defaults: Sequence[str] | None = None
    """The answer where nobody gives one in time."""
    multiple: bool = False
    """Whether more than one option may be chosen."""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields of the form: name -> JSON schema, default and description, as `Param.dump()` gives them."""
    assigned_users: Sequence[HITLUser] = ()
    """Who may answer; empty: whoever may act on the DAG."""


def ask(ti: Any, question: Question) -> None:
    """Keep the question of this attempt; it is asked when the task raises `TaskAwaitingInput`."""
    ti.question = question


def upsert_hitl_detail(
    ti_id: Any,
    options: Sequence[str],
    subject: str,
    *,
    body: str | None = None,
    defaults: Sequence[str] | None = None,
    multiple: bool = False,
    params: Mapping[str, Any] | None = None,
    assigned_users: Sequence[HITLUser] | None = None,
) -> None:
    """Airflow's name for `ask`; a task can only ask for itself.

    Raises:
        AirflowRuntimeError: `ti_id` is another attempt's.
    """
    ti = get_current_context()["ti"]
    if str(ti_id) != str(ti.id):
        raise AirflowRuntimeError(f"a task can ask a person for itself only, not for the attempt {ti_id}")
    question = Question(
        subject=subject,
        options=list(options),
        body=body,
        defaults=None if defaults is None else list(defaults),
        multiple=multiple,
        params=dict(params or {}),
        assigned_users=list(assigned_users or ()),
    )
    ask(ti, question)


def get_hitl_detail_content_detail(ti_id: Any) -> NoReturn:
    """Airflow's way for a trigger to look whether there is an answer. Here no trigger looks: the server hands the answer to
    the task.

    Raises:
        AirflowRuntimeError: always.
    """
    raise AirflowRuntimeError(
        f"the answer to {ti_id} comes to the task by itself; raise TaskAwaitingInput instead of deferring to a trigger that looks"
    )


def update_hitl_detail_response(ti_id: Any, chosen_options: Sequence[str], params_input: Mapping[str, Any]) -> NoReturn:  # noqa: ARG001 - Airflow's shape
    """Airflow's way for a trigger to take the defaults when the time is over. Here the server does it.

    Raises:
        AirflowRuntimeError: always.
    """
    raise AirflowRuntimeError(f"the server takes the defaults of {ti_id} by itself when its time is over")

"""The form of a task that asks a person, as it travels with the report."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tradewind.protocol.waits import InputForm
from tradewind.sdk.exceptions import AirflowRuntimeError, TaskAwaitingInput, TaskDeferred
from tradewind.sdk.hitl import Question
from tradewind.sdk.xcom_codec import XComCodec
from tradewind.worker.secrets_masking import MASKER
from tradewind.worker.showing import encodable

__all__ = ["awaiting", "form_of"]


def awaiting(raised: TaskDeferred, now: datetime) -> TaskAwaitingInput:
    """The wait of a task that deferred to a trigger which stands for a person's answer."""
    until: datetime | None = raised.trigger.deadline
    timeout = raised.timeout if until is None else until - now
    return TaskAwaitingInput(method_name=raised.method_name, kwargs=raised.kwargs, timeout=timeout)


def form_of(raised: TaskAwaitingInput, question: Question | None, codec: XComCodec, now: datetime) -> InputForm:
    """What the attempt asks.

    Raises:
        AirflowRuntimeError: the task waits for an answer without having asked, or the form is not JSON.
    """
    if question is None:
        raise AirflowRuntimeError(
            "the task raised TaskAwaitingInput without a question; it needs tradewind.sdk.hitl.ask() first"
        )
    return InputForm(
        subject=encodable(MASKER.redact(str(question.subject))),  # a template may have brought in a secret
        options=[str(option) for option in question.options],
        body=None if question.body is None else encodable(MASKER.redact(str(question.body))),
        defaults=None if question.defaults is None else [str(option) for option in question.defaults],
        multiple=question.multiple,
        params=_json(dict(question.params)),
        assigned_users=[{"id": str(user["id"]), "name": str(user["name"])} for user in question.assigned_users],
        deadline=None if raised.timeout is None else now + raised.timeout,
        method=raised.method_name,
        method_kwargs=codec.encode(raised.kwargs or {}).value,
    )


def _json(params: dict[str, Any]) -> dict[str, Any]:
    try:
        return json.loads(json.dumps(params))
    except (TypeError, ValueError) as error:
        raise AirflowRuntimeError(f"the fields of the form are not JSON: {error}") from error

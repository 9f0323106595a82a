"""A task that waits without a process: what travels when it defers, and how its next attempt goes on."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from tradewind.protocol.waits import Deferral, Resume
from tradewind.sdk.exceptions import AirflowFailException, SerializationError, TaskDeferred
from tradewind.sdk.operator import TRIGGER_TIMEOUT
from tradewind.sdk.task_api import EncodedXCom
from tradewind.sdk.trigger import BaseTrigger
from tradewind.sdk.waiting import REPLAY, Journal
from tradewind.sdk.xcom_codec import Pickled, XComCodec

__all__ = ["TRIGGER_FAILURE", "NoFiles", "deferral_of", "go_on", "inline_codec", "journal_of"]

log = logging.getLogger("tradewind.task")

TRIGGER_FAILURE = "Trigger failure"
LONGEST_INLINE = 2**30


class NoFiles:
    """An artifact store for what must be small: it takes no files."""

    def put(self, name: str, data: bytes) -> None:
        """Refuse.

        Raises:
            SerializationError: always.
        """
        raise SerializationError(
            f"a {name.rpartition('.')[2]} value of {len(data)} bytes can't be an argument or event of a trigger; "
            "write it somewhere and pass the path"
        )

    def get(self, name: str) -> bytes:
        """There is none.

        Raises:
            FileNotFoundError: always.
        """
        raise FileNotFoundError(name)

    def get_part(self, name: str, start: int, stop: int) -> bytes:  # noqa: ARG002 - as `get`
        """There is none.

        Raises:
            FileNotFoundError: always.
        """
        raise FileNotFoundError(name)


def inline_codec() -> XComCodec:
    """The codec of triggers' arguments and events, which other processes read without the artifact store."""
    return XComCodec(NoFiles(), LONGEST_INLINE)


def deferral_of(raised: TaskDeferred, codec: XComCodec) -> Deferral:
    """What travels with the report of a task that defers.

    Args:
        codec: for the further arguments of the method to come, which a worker reads.

    Raises:
        AirflowFailException: what it raised is no trigger.
        SerializationError: an argument can't be stored.
    """
    if not isinstance(raised.trigger, BaseTrigger) and not hasattr(raised.trigger, "serialize"):
        raise AirflowFailException(f"defer() takes a trigger, not {raised.trigger!r}")
    classpath, kwargs = raised.trigger.serialize()
    where = f"trigger {classpath}"
    timeout: timedelta | None = raised.timeout
    return Deferral(
        classpath=classpath,
        kwargs=inline_codec().encode(dict(kwargs), where).value,
        method=raised.method_name,
        method_kwargs=_for_itself(dict(raised.kwargs or {}), codec, f"the arguments of {raised.method_name}"),
        timeout_s=None if timeout is None else timeout.total_seconds(),
    )


def _for_itself(kwargs: dict[str, Any], codec: XComCodec, where: str) -> str:
    """What a task keeps for the time after its wait, encoded; only the same task reads it back. So what has no other
    form may be pickled, such as the responses that an operator collects page by page.
    """
    try:
        return codec.encode(kwargs, where).value
    except SerializationError as error:
        try:
            return codec.encode(Pickled(kwargs), where).value
        except Exception:  # noqa: BLE001 - whatever an object's own pickling raises: the first error names the object
            raise error from None


def journal_of(resume: Resume | None, codec: XComCodec) -> Journal:
    """What the waits of a function gave so far."""
    if resume is None or resume.method != REPLAY:
        return Journal()
    kind, value = _outcome(resume, codec)
    before = codec.decode(EncodedXCom(resume.method_kwargs)).get("entries", ())
    return Journal([*before, ("value" if kind in ("trigger", "input") else kind, value)])


def go_on(operator: Any, context: Any, resume: Resume, codec: XComCodec) -> Any:
    """Call what the task wants to be called now that its wait is over; its result is the task's."""
    kind, value = _outcome(resume, codec)
    if kind == "failure":
        log.error("Trigger failed:\n%s", value)
    if resume.method == REPLAY:
        return operator.execute(context)
    if kind == "timeout":
        return operator.resume_execution("__fail__", {"error": TRIGGER_TIMEOUT}, context)
    if kind == "failure":
        given = {"error": TRIGGER_FAILURE, "traceback": str(value).splitlines()}
        return operator.resume_execution("__fail__", given, context)
    kwargs = codec.decode(EncodedXCom(resume.method_kwargs))
    return operator.resume_execution(resume.method, {**kwargs, "event": value}, context)


def _outcome(resume: Resume, codec: XComCodec) -> tuple[str, Any]:
    if resume.kind == "timeout":
        return "timeout", TRIGGER_TIMEOUT
    return resume.kind, codec.decode(EncodedXCom(resume.event))

"""What tasks asked people, and what these answered (Airflow: human-in-the-loop details).

A request is stored with the report of the attempt that asked and has its id. An answer is stored before the core is
told, so that the attempt that goes on finds it; so is the answer that nobody gave in time, the defaults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, String, and_, cast, exists, func, select, update

from tradewind.base.errors import Conflict, NotFound
from tradewind.core.states import TaskState
from tradewind.db.bulk import Bulk, Row, moments, printable
from tradewind.db.engine import Tx
from tradewind.db.listing import DateRange, Page, among, between, like, ordered, prefixed, rows, total
from tradewind.db.tables import attempt, dag, dag_run, input_request, task_instance
from tradewind.db.tasks import COLUMNS, TaskRecord, task_record, with_all
from tradewind.protocol.messages import Ended
from tradewind.protocol.waits import InputForm, Resume
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec

__all__ = [
    "Answer",
    "InputFilter",
    "InputRecord",
    "defaults_of",
    "event_of",
    "get_request",
    "give_answer",
    "keep_requests",
    "list_requests",
    "record_answer",
    "resume_of",
    "take_defaults",
    "timeout_of",
]

_Q = input_request.c
_KEY = ("run_uid", "task_id", "map_index")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was chosen and filled in."""

    chosen_options: Sequence[str]
    params_input: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRecord:
    """A request, and its answer if there is one."""

    id: str
    task: TaskRecord
    try_number: int
    form: InputForm
    created_at: datetime
    responded_at: datetime | None
    responded_by: dict[str, str] | None
    """``{"id": ..., "name": ...}``; None too where the time ran out."""
    chosen_options: list[str] | None
    params_input: dict[str, Any] | None
    timed_out: bool


# -- by the committer ------------------------------------------------------------------------------------------------

_NEW = "(id, run_uid, task_id, map_index, workspace, dag_id, form, method, created_at, deadline)"
_ADD = Bulk(
    f"INSERT INTO input_request {_NEW} SELECT ?1, r.uid, ?3, ?4, r.workspace, r.dag_id, ?5, ?6, ?7, ?8"
    " FROM dag_run r WHERE r.uid = ?2 ON CONFLICT DO NOTHING",
    f"INSERT INTO input_request {_NEW} SELECT n.id, r.uid, n.task_id, n.map_index, r.workspace, r.dag_id, n.form,"
    " n.method, n.created_at, n.deadline FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[], %s::text[],"
    " %s::text[], %s::timestamptz[], %s::timestamptz[])"
    " AS n(id, run_uid, task_id, map_index, form, method, created_at, deadline)"
    " JOIN dag_run r ON r.uid = n.run_uid ON CONFLICT DO NOTHING",
)


def keep_requests(tx: Tx, asked: Sequence[tuple[tuple[str, str, int], Ended]]) -> None:
    """Store what these attempts ask; each with the run, task and map index it belongs to."""
    moment = moments(tx)
    found: list[Row] = []
    for key, ended in asked:
        form = ended.form
        if form is not None:
            text = printable(msgspec.json.encode(form).decode())
            found.append((ended.attempt, *key, text, form.method, moment(ended.at), moment(form.deadline)))
    _ADD.run(tx, found)


def take_defaults(tx: Tx, requests: Sequence[str], now: datetime) -> None:
    """The tasks of these requests go on: where nobody answered, the defaults are the answer, if there are any."""
    open_ones = select(_Q.id, _Q.form).where(_Q.id.in_(requests), _Q.responded_at.is_(None))
    for request, stored in tx.execute(open_ones).all():
        form = msgspec.convert(stored, InputForm)
        values = {} if form.defaults is None else _values(defaults_of(form), None, now)
        tx.execute(update(input_request).where(_Q.id == request).values(**values, timed_out=True))


def record_answer(tx: Tx, request: str, answer: Answer | None, at: datetime, *, is_default: bool) -> None:
    """Store what was answered where nobody could be asked over the API; None: nobody answered."""
    by = None if is_default else {"id": "terminal", "name": "terminal"}
    values = {} if answer is None else _values(answer, by, at)
    tx.execute(update(input_request).where(_Q.id == request).values(**values, timed_out=is_default or answer is None))


def defaults_of(form: InputForm) -> Answer:
    """The answer where nobody gives one."""
    return Answer(
        chosen_options=form.defaults or [],
        params_input={name: about.get("value") for name, about in form.params.items()},
    )


def _values(answer: Answer, by: Mapping[str, str] | None, now: datetime) -> dict[str, Any]:
    return {
        "responded_at": now,
        "responded_by": None if by is None else dict(by),
        "chosen_options": list(answer.chosen_options),
        "params_input": dict(answer.params_input),
    }


def resume_of(tx: Tx, request: str) -> Resume | None:
    """How the attempt after this one goes on; None: it asked nobody."""
    columns = (_Q.form, _Q.responded_at, _Q.responded_by, _Q.chosen_options, _Q.params_input, _Q.timed_out)
    row = tx.execute(select(*columns).where(_Q.id == request)).first()
    if row is None:
        return None
    form = msgspec.convert(row.form, InputForm)
    if row.responded_at is None:
        return timeout_of(form)
    answer = Answer(chosen_options=row.chosen_options or [], params_input=row.params_input or {})
    return event_of(form, answer, by=row.responded_by, at=row.responded_at, timed_out=row.timed_out)


def timeout_of(form: InputForm) -> Resume:
    """What the task is told where nobody answered in time and there are no defaults."""
    until = "" if form.deadline is None else f" until {form.deadline.isoformat()}"
    return _resume(form, {"error": f"nobody answered{until}, and there are no defaults", "error_type": "timeout"})


def event_of(form: InputForm, answer: Answer, *, by: Mapping[str, str] | None, at: datetime, timed_out: bool) -> Resume:
    """What the task is told of an answer."""
    event = {
        "chosen_options": list(answer.chosen_options),
        "params_input": dict(answer.params_input),
        "responded_by_user": None if by is None else dict(by),
        "responded_at": at,
        "timedout": timed_out,
    }
    return _resume(form, event)


def _resume(form: InputForm, event: Mapping[str, object]) -> Resume:
    text = XComCodec(MemoryArtifacts(), inline_bytes=2**30).encode(dict(event)).value
    return Resume(kind="input", method=form.method, method_kwargs=form.method_kwargs, event=text)


# -- by people -------------------------------------------------------------------------------------------------------


def give_answer(tx: Tx, record: InputRecord, answer: Answer, by: Mapping[str, str], now: datetime) -> None:
    """Store an answer.

    Raises:
        Conflict: there is one already, or the task no longer waits.
    """
    where = f"{record.task.task_id} in {record.task.run_id}"
    if record.task.state is not TaskState.AWAITING_INPUT and record.responded_at is None:
        raise Conflict(f"{where} no longer waits for an answer: it is {record.task.state or 'not started'}")
    changed = tx.execute(
        update(input_request)
        .where(_Q.id == record.id, _Q.responded_at.is_(None), _Q.timed_out.is_(False))
        .values(**_values(answer, by, now))
    )
    if changed.rowcount == 0:
        raise Conflict(
            f"Human-in-the-loop detail has already been updated: the question of {where} is answered by "
            + (record.responded_by["name"] if record.responded_by else "its defaults, or the time ran out"),
            request=record.id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFilter:
    """Which requests; empty sequences and None: no condition."""

    dag_ids: Sequence[str] = ()
    run_ids: Sequence[str] = ()
    task_ids: Sequence[str] = ()
    map_indexes: Sequence[int] = ()
    states: Sequence[TaskState | None] = ()
    is_answered: bool | None = None
    responder_ids: Sequence[str] = ()
    responder_names: Sequence[str] = ()
    subject: str | None = None
    """Text that the subject holds; so for the body."""
    body: str | None = None
    created_at: DateRange | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix: str | None = None


_asked = attempt.alias("asked")
_newer = input_request.alias("newer")
_OF_TRY = input_request.join(
    task_instance, and_(*(input_request.c[name] == task_instance.c[name] for name in _KEY))
).join(_asked, _asked.c.id == _Q.id)
_COLUMNS = (
    _Q.id, _asked.c.try_number, _Q.form, _Q.created_at, _Q.responded_at, _Q.responded_by, _Q.chosen_options,
    _Q.params_input, _Q.timed_out,
)  # fmt: skip


def _is_last_of(same: ColumnElement[bool]) -> ColumnElement[bool]:
    """No later request of the same instance is of the same try."""
    later = _asked.alias("later")
    return ~exists().where(
        *(_newer.c[name] == input_request.c[name] for name in _KEY),
        _newer.c.created_at > _Q.created_at,
        later.c.id == _newer.c.id,
        later.c.try_number == _asked.c.try_number,
        same,
    )


_CURRENT = (_asked.c.try_number == task_instance.c.try_number, _is_last_of(_newer.c.id != _Q.id))


def get_request(
    tx: Tx, workspace: str, run: tuple[str, str], task: tuple[str, int], *, try_number: int | None = None
) -> InputRecord:
    """What an instance asks, or asked in one of its tries.

    Args:
        run: DAG id and run id.
        task: task id and map index.
        try_number: None: the current try.

    Raises:
        NotFound: there is no such instance, or it asked nothing.
    """
    of_try = _CURRENT if try_number is None else (_asked.c.try_number == try_number, _CURRENT[1])
    statement = select(*COLUMNS, *_COLUMNS).select_from(with_all(_OF_TRY))
    found = rows(
        tx,
        statement.where(
            task_instance.c.workspace == workspace,
            task_instance.c.dag_id == run[0],
            dag_run.c.run_id == run[1],
            task_instance.c.task_id == task[0],
            task_instance.c.map_index == task[1],
            *of_try,
        ),
    )
    if not found:
        index = f"[{task[1]}]" if task[1] >= 0 else ""
        raise NotFound(
            f"Human-in-the-loop detail does not exist: {task[0]}{index} of run {run[1]!r} of DAG {run[0]!r} asked nothing",
            dag_id=run[0],
            run_id=run[1],
            task_id=task[0],
        )
    return _record(found[0])


def list_requests(tx: Tx, workspace: str, wanted: InputFilter, page: Page) -> tuple[list[InputRecord], int]:
    """A page of the requests of current tries, and how many there are in all.

    Raises:
        InvalidInput: the page sorts by something unknown.
    """
    json = _json_of(tx.dialect)
    conditions = [_Q.workspace == workspace, *_CURRENT, *_conditions(wanted, json)]
    source = with_all(_OF_TRY)
    sortable: dict[str, ColumnElement[Any]] = {
        "ti_id": _Q.id,
        "created_at": _Q.created_at,
        "responded_at": _Q.responded_at,
        "subject": json(_Q.form, "subject"),
        "responded_by_user_id": json(_Q.responded_by, "id"),
        "responded_by_user_name": json(_Q.responded_by, "name"),
        "dag_id": task_instance.c.dag_id,
        "run_id": dag_run.c.run_id,
        "run_after": dag_run.c.run_after,
        "task_id": task_instance.c.task_id,
        "task_display_name": task_instance.c.task_id,
        "task_instance_operator": task_instance.c.operator,
        "task_instance_state": task_instance.c.state,
        "map_index": task_instance.c.map_index,
        "rendered_map_index": task_instance.c.rendered_map_index,
        "dag_display_name": dag.c.display_name,
    }
    statement = ordered(
        select(*COLUMNS, *_COLUMNS).select_from(source).where(*conditions), page, sortable, (_Q.created_at, _Q.id)
    )
    found = rows(tx, statement.limit(page.limit).offset(page.offset)) if page.limit else ()
    counted = select(func.count()).select_from(source).where(*conditions)
    return [_record(row) for row in found], total(tx, len(found), counted, page)


def _json_of(dialect: str) -> Any:
    """How this dialect reads a text out of a JSON document."""

    def extract(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        text = cast(column, String)
        if dialect == "sqlite":
            return func.json_extract(text, f"$.{name}")
        return text.op("::jsonb ->>")(name)

    return extract


def _conditions(wanted: InputFilter, json: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, values in (
        (task_instance.c.dag_id, wanted.dag_ids),
        (dag_run.c.run_id, wanted.run_ids),
        (task_instance.c.task_id, wanted.task_ids),
        (task_instance.c.map_index, wanted.map_indexes),
        (task_instance.c.state, wanted.states),
        (json(_Q.responded_by, "id"), wanted.responder_ids),
        (json(_Q.responded_by, "name"), wanted.responder_names),
    ):
        found += among(column, values)
    for column, pattern, prefix in (
        (task_instance.c.dag_id, wanted.dag_id_pattern, wanted.dag_id_prefix),
        (task_instance.c.task_id, wanted.task_id_pattern, wanted.task_id_prefix),
        (json(_Q.form, "subject"), wanted.subject, None),
        (json(_Q.form, "body"), wanted.body, None),
    ):
        found += like(column, pattern) + prefixed(column, prefix)
    found += between(_Q.created_at, wanted.created_at)
    if wanted.is_answered is not None:
        found.append(_Q.responded_at.is_not(None) if wanted.is_answered else _Q.responded_at.is_(None))
    return found


def _record(row: Sequence[Any]) -> InputRecord:
    key, try_number, form, created, responded, by, chosen, filled, timed_out = row[len(COLUMNS) :]
    return InputRecord(
        id=key,
        task=task_record(row[: len(COLUMNS)]),
        try_number=try_number,
        form=msgspec.convert(form, InputForm),
        created_at=created,
        responded_at=responded,
        responded_by=by,
        chosen_options=chosen,
        params_input=filled,
        timed_out=timed_out,
    )

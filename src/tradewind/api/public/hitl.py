"""Questions that tasks ask people: look at them, answer them (Airflow: human in the loop)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.hitl import (
    HITLDetail,
    HITLDetailCollection,
    HITLDetailHistory,
    HITLDetailQuery,
    HITLDetailResponse,
    UpdateHITLDetailPayload,
)
from tradewind.api.public.task_instances import INSTANCE, RUN, shown
from tradewind.api.selection import spec_of_run
from tradewind.api.shapes import tasks_by_id, try_out
from tradewind.api.wire import listing, reply
from tradewind.base.errors import Forbidden, InvalidInput, NotFound
from tradewind.core.events import Event, InputGiven
from tradewind.db import dags, inputs, runs, tasks
from tradewind.db.engine import Tx
from tradewind.db.inputs import Answer, InputFilter, InputRecord
from tradewind.protocol.waits import InputForm
from tradewind.sdk.authoring_errors import ParamValidationError
from tradewind.sdk.param import Param

router = APIRouter(tags=["Task Instance"])

DETAILS = INSTANCE + "/{map_index}/hitlDetails"
Reader = Annotated[Call, may("read", "task_instance")]
MapIndex = Annotated[int, Path(ge=-1)]


@router.get(RUN + "/hitlDetails", operation_id="get_hitl_details", response_model=HITLDetailCollection)
async def get_hitl_details(
    dag_id: str, dag_run_id: str, query: Annotated[HITLDetailQuery, Query()], call: Reader
) -> Response:
    """Questions of a run; `~` as DAG or run means all of them."""
    wanted = InputFilter(
        dag_ids=() if dag_id == "~" else (dag_id,),
        run_ids=() if dag_run_id == "~" else (dag_run_id,),
        task_ids=() if query.task_id is None else (query.task_id,),
        map_indexes=() if query.map_index is None else (query.map_index,),
        states=query.state,
        is_answered=query.response_received,
        responder_ids=query.responded_by_user_id,
        responder_names=query.responded_by_user_name,
        subject=query.subject_search,
        body=query.body_search,
        created_at=query.created_at(),
        dag_id_pattern=query.dag_id_pattern,
        dag_id_prefix=query.dag_id_prefix_pattern,
        task_id_pattern=query.task_id_pattern,
        task_id_prefix=query.task_id_prefix_pattern,
    )
    page = query.page(call.services.settings.api, "created_at")

    def find(tx: Tx) -> tuple[list[dict[str, object]], int]:
        if "~" not in (dag_id, dag_run_id):
            runs.get_run(tx, call.workspace, dag_id, dag_run_id)
        elif dag_id != "~":
            dags.get_dag(tx, call.dag(dag_id))
        found, total = inputs.list_requests(tx, call.workspace, wanted, page)
        instances = shown(tx, call, [one.task for one in found])
        return [detail_out(one, instance) for one, instance in zip(found, instances, strict=True)], total

    return listing("hitl_details", *await call.read(find))


@router.get(DETAILS, operation_id="get_hitl_detail", response_model=HITLDetail)
async def get_hitl_detail(dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex, call: Reader) -> Response:
    """What an instance asks, and the answer if there is one."""

    def find(tx: Tx) -> dict[str, object]:
        found = inputs.get_request(tx, call.workspace, (dag_id, dag_run_id), (task_id, map_index))
        return detail_out(found, shown(tx, call, [found.task])[0])

    return reply(await call.read(find))


@router.get(
    DETAILS + "/tries/{try_number}", operation_id="get_hitl_detail_try_detail", response_model=HITLDetailHistory
)
async def get_hitl_detail_try_detail(
    dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex, try_number: int, call: Reader
) -> Response:
    """What an instance asked in one of its tries."""

    def find(tx: Tx) -> dict[str, object]:
        run, task = (dag_id, dag_run_id), (task_id, map_index)
        found = inputs.get_request(tx, call.workspace, run, task, try_number=try_number)
        tries = [one for one in tasks.tries_of(tx, found.task) if one.try_number == try_number]
        if not tries:
            raise NotFound(f"{task_id} had no try {try_number}", task_id=task_id, try_number=try_number)
        spec = spec_of_run(tx, call, runs.get_run(tx, call.workspace, dag_id, dag_run_id))
        return detail_out(found, try_out(found.task, tries[-1], tasks_by_id(spec).get(task_id)))

    return reply(await call.read(find))


@router.patch(DETAILS, operation_id="update_hitl_detail", response_model=HITLDetailResponse)
async def update_hitl_detail(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: MapIndex,
    body: UpdateHITLDetailPayload,
    call: Annotated[Call, may("edit", "task_instance")],
) -> Response:
    """Answer; the task goes on at once."""
    now = call.now
    user = {"id": call.actor.username, "name": call.actor.username}

    def answer(tx: Tx) -> tuple[Answer, list[Event]]:
        found = inputs.get_request(tx, call.workspace, (dag_id, dag_run_id), (task_id, map_index))
        check_responder(found.form, call.actor.username)
        given = checked_answer(found.form, body.chosen_options, body.params_input)
        inputs.give_answer(tx, found, given, user, now)
        return given, [InputGiven(found.id, now)]

    audit = Audit(event="update_hitl_detail", dag_id=dag_id, run_id=dag_run_id, task_id=task_id, map_index=map_index,
                  extra={"chosen_options": body.chosen_options})  # fmt: skip
    given, _ = await call.act(audit, answer)
    return reply(
        {
            "responded_by": user,
            "responded_at": now,
            "chosen_options": given.chosen_options,
            "params_input": given.params_input,
        }
    )


def check_responder(form: InputForm, username: str) -> None:
    """Go on only for somebody who may answer.

    Raises:
        Forbidden: the question is for others.
    """
    if form.assigned_users and not any(username in {user["id"], user["name"]} for user in form.assigned_users):
        names = ", ".join(user["name"] for user in form.assigned_users)
        raise Forbidden(f"the question is for {names}; {username} may not answer it", username=username)


def checked_answer(form: InputForm, chosen: list[str], filled: Mapping[str, Any]) -> Answer:
    """The answer, with the defaults of the fields that were left out.

    Raises:
        InvalidInput: it is none that the form allows; the sentence says what is wrong.
    """
    unknown = [option for option in chosen if option not in form.options]
    if unknown:
        raise InvalidInput(f"chosen_options: {unknown[0]!r} is no option; there are {', '.join(form.options)}")
    if len(set(chosen)) != len(chosen):
        raise InvalidInput("chosen_options names an option twice")
    if len(chosen) > 1 and not form.multiple:
        raise InvalidInput(f"chosen_options: one option can be chosen, not {len(chosen)}")
    strange = [name for name in filled if name not in form.params]
    if strange:
        fields = ", ".join(form.params) or "none"
        raise InvalidInput(f"params_input: the form has no field {strange[0]!r}; its fields: {fields}")
    values: dict[str, object] = {}
    for name, about in form.params.items():
        try:
            values[name] = Param(about.get("value"), **(about.get("schema") or {})).resolve(
                filled.get(name, about.get("value"))
            )
        except ParamValidationError as error:
            raise InvalidInput(f"params_input: {name}: {error.message}", name=name) from error
    return Answer(chosen_options=chosen, params_input=values)


def detail_out(record: InputRecord, instance: Mapping[str, object]) -> dict[str, object]:
    """`HITLDetail`, or with a try as the instance `HITLDetailHistory`."""
    form = record.form
    return {
        "task_instance": instance,
        "options": form.options,
        "subject": form.subject,
        "body": form.body,
        "defaults": form.defaults,
        "multiple": form.multiple,
        "params": form.params,
        "assigned_users": form.assigned_users,
        "created_at": record.created_at,
        "responded_by_user": record.responded_by,
        "responded_at": record.responded_at,
        "chosen_options": record.chosen_options,
        "params_input": record.params_input or {},
        "response_received": record.responded_at is not None,
    }

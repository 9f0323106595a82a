"""Questions to people over REST: listed, shown, answered once, by those who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from support.api import Api
from support.contract import matches
from support.rows import one, spec
from tradewind.api.models import hitl as models
from tradewind.core.events import AttemptAwaitsInput
from tradewind.db import inputs
from tradewind.protocol.messages import Ended
from tradewind.protocol.waits import InputForm

RUN = "/dags/etl/dagRuns/r"
DETAIL = f"{RUN}/taskInstances/extract/-1/hitlDetails"
ROWS = {"value": 3, "schema": {"type": "integer", "minimum": 1}, "description": None, "source": "task"}


def asked(api: Api, task_id: str = "extract", **form: Any) -> str:
    """A task of a new run that waits for a person; the request's id."""
    api.has(spec(tasks=("extract", "load")))
    api.triggered("etl", dag_run_id="r")
    return asks(api, task_id, **form)


def asks(api: Api, task_id: str = "extract", **form: Any) -> str:
    """The task asks, as its worker reports it."""
    attempt = api.engine.start(task_id)
    del api.engine.dispatched[task_id, -1]
    now = datetime.now(UTC)
    asked_for = InputForm(**{"subject": "Go on?", "options": ["yes", "no"], **form})
    report = Ended(attempt=attempt, at=now, outcome="awaiting_input", form=asked_for)
    event = AttemptAwaitsInput(attempt, now, asked_for.deadline, asked_for.defaults is not None)
    api.engine.apply(event, outputs={attempt: report})
    return attempt


def state(api: Api, task_id: str = "extract") -> str:
    return api.get(f"{RUN}/taskInstances/{task_id}").ok()["state"]


def test_a_question_is_shown_answered_and_the_task_goes_on(both: Api) -> None:
    request = asked(both, body="**all** of it", params={"rows": ROWS}, defaults=["no"])
    assert state(both) == "awaiting_input"
    found = matches(both.get(DETAIL).ok(), models.HITLDetail)
    assert (found["subject"], found["options"], found["response_received"]) == ("Go on?", ["yes", "no"], False)
    assert found["task_instance"]["state"] == "awaiting_input"
    answer = both.patch(DETAIL, {"chosen_options": ["yes"], "params_input": {"rows": 5}}, role="user")
    said = matches(answer.ok(), models.HITLDetailResponse)
    assert (said["chosen_options"], said["params_input"]) == (["yes"], {"rows": 5})
    assert said["responded_by"] == {"id": "user", "name": "user"}
    assert both.engine.dispatched["extract", -1].resume == request
    with both.database.read() as tx:
        resume = inputs.resume_of(tx, request)
    assert resume is not None
    event = msgspec.json.decode(resume.event)
    assert (resume.kind, resume.method) == ("input", "execute_complete")
    assert (event["chosen_options"], event["params_input"], event["timedout"]) == (["yes"], {"rows": 5}, False)
    after = matches(both.get(DETAIL).ok(), models.HITLDetail)
    assert (after["response_received"], after["responded_by_user"]) == (True, {"id": "user", "name": "user"})


def test_a_question_is_answered_once(api: Api) -> None:
    asked(api)
    api.patch(DETAIL, {"chosen_options": ["yes"]}).ok()
    again = api.patch(DETAIL, {"chosen_options": ["no"]})
    assert (again.status, "answered by admin" in again.text) == (409, True)
    assert api.get(DETAIL).ok()["chosen_options"] == ["yes"]


def test_an_answer_must_be_one_that_the_form_allows(api: Api) -> None:
    asked(api, params={"rows": ROWS})

    def refused(**body: Any) -> str:
        answer = api.patch(DETAIL, {"chosen_options": ["yes"], **body})
        assert answer.status == 400, answer.text
        return answer.json["detail"]

    assert "'perhaps' is no option; there are yes, no" in refused(chosen_options=["perhaps"])
    assert "one option can be chosen, not 2" in refused(chosen_options=["yes", "no"])
    assert "names an option twice" in refused(chosen_options=["yes", "yes"])
    assert "no field 'colour'; its fields: rows" in refused(params_input={"colour": "red"})
    assert "rows: 0 is less than the minimum" in refused(params_input={"rows": 0})
    assert api.patch(DETAIL, {"chosen_options": []}).status == 422
    assert state(api) == "awaiting_input"
    api.patch(DETAIL, {"chosen_options": ["no"]}).ok()
    assert api.get(DETAIL).ok()["params_input"] == {"rows": 3}


def test_only_those_who_were_asked_may_answer(api: Api) -> None:
    asked(api, assigned_users=[{"id": "user", "name": "The User"}])
    refused = api.patch(DETAIL, {"chosen_options": ["yes"]}, role="admin")
    assert (refused.status, "the question is for The User" in refused.text) == (403, True)
    assert api.patch(DETAIL, {"chosen_options": ["yes"]}, role="viewer").status == 403
    assert api.patch(DETAIL, {"chosen_options": ["yes"]}, role="user").status == 200


def test_several_options_where_the_form_allows_several(api: Api) -> None:
    asked(api, multiple=True)
    assert api.patch(DETAIL, {"chosen_options": ["no", "yes"]}).ok()["chosen_options"] == ["no", "yes"]


def test_questions_are_listed_and_filtered(both: Api) -> None:
    both.has(spec("other", tasks=("extract",)))
    both.triggered("other", dag_run_id="r2")
    asks(both, subject="Delete it?", body="It is 3 GB")
    both.patch("/dags/other/dagRuns/r2/taskInstances/extract/-1/hitlDetails", {"chosen_options": ["no"]}).ok()
    both.engine.dispatched.clear()
    asked(both)

    def subjects(dag: str = "~", run: str = "~", **query: object) -> list[str]:
        body = matches(both.get(f"/dags/{dag}/dagRuns/{run}/hitlDetails", **query).ok(), models.HITLDetailCollection)
        assert body["total_entries"] == len(body["hitl_details"])
        return [found["subject"] for found in body["hitl_details"]]

    assert subjects() == ["Delete it?", "Go on?"]
    assert subjects(order_by="-subject") == ["Go on?", "Delete it?"]
    assert subjects("etl", "r") == ["Go on?"]
    assert subjects(response_received=False) == ["Go on?"]
    assert subjects(state="awaiting_input") == ["Go on?"]
    assert subjects(responded_by_user_id="admin") == ["Delete it?"]
    assert subjects(responded_by_user_name="nobody") == []
    assert subjects(subject_search="delete") == ["Delete it?"]
    assert subjects(body_search="3 gb") == ["Delete it?"]
    assert subjects(dag_id_pattern="oth", task_id="extract", map_index=-1) == ["Delete it?"]
    assert subjects(created_at_lt="2020-01-01") == []
    assert both.get("/dags/~/dagRuns/~/hitlDetails", order_by="colour").status == 400
    assert both.get("/dags/etl/dagRuns/nothing/hitlDetails").status == 404


def test_an_instance_that_asked_nothing_has_no_question(api: Api) -> None:
    asked(api)
    assert api.get(f"{RUN}/taskInstances/load/-1/hitlDetails").status == 404
    assert api.patch(f"{RUN}/taskInstances/load/-1/hitlDetails", {"chosen_options": ["yes"]}).status == 404


def test_each_try_has_its_own_question(api: Api) -> None:
    asked(api)
    body = {"dry_run": False, "only_failed": False, "task_ids": ["extract"], "dag_run_id": "r"}
    api.post("/dags/etl/clearTaskInstances", body).ok()
    api.engine.drain()
    assert api.get(DETAIL).status == 404
    assert api.patch(DETAIL, {"chosen_options": ["yes"]}).status == 404
    asks(api, subject="And now?")
    assert api.get(DETAIL).ok()["subject"] == "And now?"
    first = matches(api.get(f"{DETAIL}/tries/1").ok(), models.HITLDetailHistory)
    assert (first["subject"], first["task_instance"]["try_number"]) == ("Go on?", 1)
    assert api.get(f"{DETAIL}/tries/7").status == 404


def test_when_the_time_is_over_the_defaults_are_the_answer(api: Api) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.05)
    request = asked(api, deadline=soon, defaults=["no"], params={"rows": ROWS})
    api.engine.wait_until(soon)
    assert api.engine.dispatched["extract", -1].resume == request
    found = api.get(DETAIL).ok()
    assert (found["chosen_options"], found["params_input"]) == (["no"], {"rows": 3})
    assert (found["response_received"], found["responded_by_user"]) == (True, None)
    assert one(api.database, "input_request")["timed_out"] == 1
    assert api.patch(DETAIL, {"chosen_options": ["yes"]}).status == 409


def test_when_the_time_is_over_and_there_are_no_defaults_the_task_is_told(api: Api) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.05)
    request = asked(api, deadline=soon)
    api.engine.wait_until(soon)
    with api.database.read() as tx:
        resume = inputs.resume_of(tx, request)
    assert resume is not None
    assert msgspec.json.decode(resume.event)["error_type"] == "timeout"
    assert api.get(DETAIL).ok()["response_received"] is False
    assert api.patch(DETAIL, {"chosen_options": ["yes"]}).status == 409

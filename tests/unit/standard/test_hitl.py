"""Operators that ask a person: the question, the answer, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from support.attempts import Bench
from tradewind import DAG, BaseNotifier, BaseOperator, Param
from tradewind.protocol.waits import Resume
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from tradewind.providers.standard.triggers.hitl import HITLTrigger
from tradewind.sdk.exceptions import TaskAwaitingInput
from tradewind.sdk.hitl import upsert_hitl_detail
from tradewind.worker.secrets_masking import add_mask

ANSWERED = datetime(2026, 1, 5, 4, tzinfo=UTC)
ANN = {"id": "ann", "name": "Ann"}


@pytest.fixture
def dag():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC), params={"of_dag": 1}) as dag:
        yield dag


def answered(dag, task_id="ask", **event):
    """The task goes on with an answer."""
    bench = Bench(dag)
    given = {"chosen_options": [], "params_input": {}, "responded_at": ANSWERED, "responded_by_user": ANN,
             "timedout": False, **event}  # fmt: skip
    text = bench.codec.encode(given).value
    ended = bench.run(task_id, resume=Resume(kind="input", method="execute_complete", event=text))
    return ended, bench.pushed(ended)


def test_the_question_is_the_form_that_people_see(dag):
    HITLOperator(
        task_id="ask", subject="Ship {{ ds }}?", options=["yes", "no"], body="of {{ params.of_dag }}", defaults="no",
        params={"rows": Param(3, type="integer")}, assigned_users=ANN, response_timeout=timedelta(minutes=5),
    )  # fmt: skip
    ended = Bench(dag).run("ask")
    form = ended.form
    assert (ended.outcome, form.subject, form.body) == ("awaiting_input", "Ship 2026-01-05?", "of 1")
    assert (form.options, form.defaults, form.multiple, form.assigned_users) == (["yes", "no"], ["no"], False, [ANN])
    assert form.params == {"rows": {"value": 3, "schema": {"type": "integer"}, "description": None, "source": "task"}}
    assert form.deadline - ended.at <= timedelta(minutes=5)
    assert form.deadline - ended.at > timedelta(minutes=4)


def test_secrets_that_a_template_brings_in_are_starred(dag):
    add_mask("s3cr3t-of-ours", None)
    HITLOperator(task_id="ask", subject="Use s3cr3t-of-ours?", options=["yes"], body="It is s3cr3t-of-ours")
    form = Bench(dag).run("ask").form
    assert (form.subject, form.body) == ("Use ***?", "It is ***")


def test_the_answer_is_what_the_task_returns(dag):
    HITLOperator(task_id="ask", subject="?", options=["yes", "no"], params={"rows": 3})
    ended, pushed = answered(dag, chosen_options=["yes"], params_input={"rows": 5})
    assert ended.outcome == "success"
    assert pushed["return_value"] == {
        "chosen_options": ["yes"],
        "params_input": {"rows": 5},
        "responded_at": ANSWERED,
        "responded_by_user": ANN,
    }


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"chosen_options": ["perhaps"], "params_input": {"rows": 1}}, "not in ['yes', 'no']"),
        ({"chosen_options": ["yes"], "params_input": {}}, "does not match params"),
        ({"chosen_options": ["yes"], "params_input": {"rows": "x"}}, "params_input rows"),
        ({"error": "nobody answered", "error_type": "timeout"}, "HITLTimeoutError"),
        ({"error": "no", "error_type": "unknown"}, "HITLTriggerEventError"),
    ],
)
def test_an_answer_that_can_not_be_fails_the_task(dag, event, words):
    HITLOperator(task_id="ask", subject="?", options=["yes", "no"], params={"rows": Param(3, type="integer")})
    ended, _ = answered(dag, **event)
    assert (ended.outcome, words in ended.reason) == ("failed", True), ended.reason


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        (HITLOperator, {"options": []}, '"options" cannot be empty'),
        (HITLOperator, {"options": ["a"], "defaults": ["b"]}, "should be a subset of options"),
        (HITLOperator, {"options": ["a", "b"], "defaults": ["a", "b"]}, "More than one defaults"),
        (HITLOperator, {"options": ["a"], "params": {"_options": 1}}, "is not allowed in params"),
        (ApprovalOperator, {"options": ["a"]}, "Passing options to ApprovalOperator"),
        (ApprovalOperator, {"multiple": True}, "Passing multiple to ApprovalOperator"),
        (HITLBranchOperator, {"options": ["a"], "options_mapping": {"b": "t"}}, "keys that are not in `options`"),
        (HITLBranchOperator, {"options": ["a"], "options_mapping": {"a": 1}}, "must be strings"),
    ],
)
def test_questions_that_can_not_be_asked(dag, kind, arguments, words):
    with pytest.raises(ValueError, match=words.replace("`", "`")):
        kind(task_id="ask", subject="?", **arguments)


class Told(BaseNotifier):
    template_fields = ("message",)

    def __init__(self, message, into):
        super().__init__()
        self.message, self.into = message, into

    def notify(self, context):
        link = HITLOperator.generate_link_to_ui_from_context(context=context, base_url="http://here:1/x", options=["a"])
        self.into.append((self.message, link))


def test_those_who_want_to_know_are_told_when_the_question_is_asked(dag):
    told = []
    HITLOperator(task_id="ask", subject="Well?", options=["a"], notifiers=Told("{{ task.subject }}", told))
    assert Bench(dag).run("ask").outcome == "awaiting_input"
    path = "/dags/d/runs/manual__2026-01-05T03:00:00+00:00/tasks/ask/required_actions"
    assert told == [("Well?", f"http://here:1{path}?_options=%5B%27a%27%5D&map_index=-1")]


def test_links_to_answers_that_can_not_be(dag):
    task = HITLOperator(task_id="ask", subject="?", options=["a"])
    with pytest.raises(ValueError, match="not valid options"):
        task.generate_link_to_ui(task_instance=None, options="b")
    with pytest.raises(ValueError, match="not valid params"):
        task.generate_link_to_ui(task_instance=None, params_input={"x": 1})


@pytest.mark.parametrize(
    ("arguments", "chosen", "outcome", "skipped"),
    [
        ({}, "Approve", "success", []),
        ({}, "Reject", "success", ["next"]),
        ({"ignore_downstream_trigger_rules": True}, "Reject", "success", ["next", "last"]),
        ({"fail_on_reject": True}, "Reject", "failed", []),
    ],
)
def test_an_approval(dag, arguments, chosen, outcome, skipped):
    (
        ApprovalOperator(task_id="ask", subject="?", **arguments)
        >> EmptyOperator(task_id="next")
        >> EmptyOperator(task_id="last")
    )
    ended, _ = answered(dag, chosen_options=[chosen])
    assert (ended.outcome, sorted(ended.skip)) == (outcome, sorted(skipped))


def test_a_branch_that_people_choose(dag):
    ask = HITLBranchOperator(
        task_id="ask", subject="?", options=["left", "the other"], options_mapping={"the other": "right"}, multiple=True
    )
    ask >> [EmptyOperator(task_id=name) for name in ("left", "right", "straight")]
    assert answered(dag, chosen_options=["the other"])[0].skip == ["left", "straight"]
    assert answered(dag, chosen_options=["left", "the other"])[0].skip == ["straight"]


def test_a_form_without_options_has_one(dag):
    task = HITLEntryOperator(task_id="ask", subject="?", params={"name": "x"})
    assert (task.options, task.defaults) == (["OK"], ["OK"])


def test_a_limit_of_the_work_is_taken_as_the_limit_of_the_wait(dag):
    task = HITLOperator(task_id="ask", subject="?", options=["a"], execution_timeout=timedelta(seconds=9))
    assert (task.response_timeout, task.execution_timeout) == (timedelta(seconds=9), None)


class AsksBySelf(BaseOperator):
    """As operators of other providers do it."""

    def __init__(self, *, by_trigger=False, **kwargs):
        super().__init__(**kwargs)
        self.by_trigger = by_trigger

    def execute(self, context):
        upsert_hitl_detail(context["ti"].id, options=["a"], subject="Well?", defaults=["a"])
        if self.by_trigger:
            trigger = HITLTrigger(ti_id=context["ti"].id, options=["a"], params={}, timeout_datetime=ANSWERED)
            self.defer(trigger=trigger, method_name="after", kwargs={"x": 1})
        raise TaskAwaitingInput(method_name="after", kwargs={"x": 1}, timeout=timedelta(hours=1))

    def after(self, context, event, x):
        return [x, event["chosen_options"]]


@pytest.mark.parametrize("by_trigger", [False, True])
def test_operators_of_other_providers_ask_the_same_way(dag, by_trigger):
    AsksBySelf(task_id="ask", by_trigger=by_trigger)
    bench = Bench(dag)
    form = bench.run("ask").form
    assert (form.subject, form.defaults, form.method) == ("Well?", ["a"], "after")
    assert form.deadline is not None
    event = bench.codec.encode({"chosen_options": ["a"]}).value
    resume = Resume(kind="input", method=form.method, method_kwargs=form.method_kwargs, event=event)
    assert bench.pushed(bench.run("ask", resume=resume)) == {"return_value": [1, ["a"]]}


class WaitsForNothing(BaseOperator):
    def execute(self, context):
        raise TaskAwaitingInput


def test_a_task_that_waits_without_having_asked_fails(dag):
    WaitsForNothing(task_id="ask")
    ended = Bench(dag).run("ask")
    assert (ended.outcome, "without a question" in ended.reason) == ("failed", True)

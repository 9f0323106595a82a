"""Stories of timetables that users write: asked outside, answered by an event, asked again when that fails."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.story import START, Story, dag, dispatched, nothing, paused, resumed
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.spec import DagKey, DagSpec
from tradewind.timetables import Interval, NextRun

KEY = DagKey("default", "d")
HOUR = timedelta(hours=1)


@pytest.fixture
def story() -> Story:
    return Story()


def custom(**options: object) -> DagSpec:
    return dag("a", schedule=("custom", {"class": "plugin.Workdays"}), start_date=START, **options)


def asked(story: Story) -> list[c.AskTimetable]:
    return [x for x in story.said if isinstance(x, c.AskTimetable)]


def warnings(story: Story) -> list[str | None]:
    return [x.message for x in story.said if isinstance(x, c.SaveWarning)]


def created(story: Story) -> list[datetime]:
    return [x.run.run_after for x in story.said if isinstance(x, c.CreateRun)]


def run_at(hour: float) -> NextRun:
    end = START + hour * HOUR
    return NextRun(end, Interval(end - HOUR, end))


def answered(*runs: NextRun, failure: str = "", question: str = ""):
    def step(story: Story) -> None:
        newest = next(x.question for x in reversed(story.log) if isinstance(x, c.AskTimetable))
        story.apply(e.TimetableAnswered(KEY, question or newest, runs, failure))

    return step


def test_a_timetable_of_a_user_is_asked_and_its_answer_is_the_next_run(story: Story) -> None:
    story.given(custom(catchup=True))
    question = asked(story)[0]
    assert (question.dag, question.version_id, question.last) == (KEY, "d-v1", None)
    assert (question.earliest, question.latest, question.catchup) == (START, None, True)
    story.when(answered(run_at(2)))
    assert story.rows.dags[KEY].next_run_after == START + 2 * HOUR
    story.after("1h59m", nothing()).after("1m", dispatched("a"))
    assert created(story) == [START + 2 * HOUR]
    assert asked(story)[0].last == run_at(2).interval


def test_runs_that_the_answer_named_ahead_are_not_asked_for(story: Story) -> None:
    story.given(custom(catchup=True)).when(answered(run_at(1), run_at(3), run_at(4)))
    story.after("3h")
    assert (created(story), asked(story)) == ([START + HOUR, START + 3 * HOUR], [])
    story.after("1h")
    assert (created(story), [q.last for q in asked(story)]) == ([START + 4 * HOUR], [run_at(4).interval])


def test_while_the_answer_is_out_nothing_else_waits_for_it(story: Story) -> None:
    story.given(custom()).run("by_hand").expect(dispatched("a"))
    story.work()
    assert story.run_state("by_hand") == "success"
    assert asked(story) == []


def test_a_question_that_nobody_answers_is_asked_again(story: Story) -> None:
    story.given(custom())
    first = asked(story)[0].question
    story.after("9m59s", nothing()).after("1s")
    again = asked(story)[0].question
    assert again != first
    story.when(answered(run_at(1), question=first)).expect(nothing())
    story.when(answered(run_at(1)))
    assert story.rows.dags[KEY].next_run_after == START + HOUR


def test_a_failure_is_a_warning_and_is_asked_again_ever_later(story: Story) -> None:
    story.given(custom()).when(answered(failure="KeyError: 'holidays'"))
    assert warnings(story) == ["KeyError: 'holidays'"]
    for wait in ("30s", "1m", "2m"):
        story.after(wait)
        assert len(asked(story)) == 1
        story.when(answered(failure="KeyError: 'holidays'"))
    story.after("3m59s", nothing()).after("1s")
    story.when(answered(run_at(1)))
    assert warnings(story) == [None]
    story.after("1h", dispatched("a"))


def test_a_timetable_that_has_no_run_for_now_is_asked_again_later(story: Story) -> None:
    story.given(custom()).when(answered())
    assert warnings(story) == []
    story.after("29s", nothing()).after("1s")
    assert len(asked(story)) == 1


def test_a_timetable_that_names_the_same_run_for_ever_is_told_so(story: Story) -> None:
    story.given(custom()).when(answered(run_at(1))).after("1h")
    story.when(answered(run_at(1)))
    assert created(story) == []
    assert "named the run that it was asked to follow" in str(warnings(story)[0])


def test_a_run_held_back_by_a_pause_is_asked_for_anew_without_catchup(story: Story) -> None:
    story.given(custom()).when(answered(run_at(1))).when(paused())
    story.after("5h")
    assert created(story) == []
    story.when(resumed())
    assert (created(story), len(asked(story))) == ([], 1)
    story.when(answered(run_at(5)))
    assert created(story) == [START + 5 * HOUR]


def test_a_run_held_back_by_a_pause_is_made_up_for_with_catchup(story: Story) -> None:
    story.given(custom(catchup=True)).when(answered(run_at(1))).when(paused()).after("5h")
    story.when(resumed())
    assert created(story) == [START + HOUR]


def test_new_code_is_asked_anew(story: Story) -> None:
    story.given(custom()).when(answered(run_at(1)))
    story.said = []
    story.given(custom())
    assert [q.version_id for q in asked(story)] == ["d-v2"]


def test_after_a_restart_the_question_is_asked_again(story: Story) -> None:
    story.given(custom()).when(answered(run_at(1))).after("1h")
    story.restart()
    assert [q.last for q in asked(story)] == [run_at(1).interval]


def test_a_timetable_that_never_runs_by_itself_is_not_asked(story: Story) -> None:
    story.given(dag("a", schedule=("custom", {"class": "plugin.Manual", "is_manual": True})))
    assert asked(story) == []


def test_a_timetable_beside_assets_is_asked_too(story: Story) -> None:
    inner = {"kind": "custom", "args": {"class": "plugin.Workdays"}, "timezone": "UTC"}
    story.given(dag("a", schedule=("assets", {"condition": {"asset": {"uri": "a"}}, "timetable": inner}), catchup=True))
    assert len(asked(story)) == 1
    story.when(answered(run_at(1))).after("1h", dispatched("a"))

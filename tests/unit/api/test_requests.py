"""What somebody asks for becomes the facts of a run, or an error that says why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.api.requests import RunWish, check_conf, plan_run
from tradewind.base.errors import InvalidInput
from tradewind.core.events import RunFacts
from tradewind.spec import DagKey, DagSpec, ParamSpec, ScheduleSpec

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAG = DagKey("default", "etl")
DAILY = ScheduleSpec("cron_interval", {"cron": "0 0 * * *"})


def plan(spec: DagSpec | None = None, **wish: Any) -> RunFacts:
    return plan_run(DAG, spec or DagSpec(dag_id="etl", schedule=DAILY), RunWish(**wish), "uid", NOW)


def test_without_a_logical_date_a_run_is_about_no_interval() -> None:
    facts = plan()
    assert (facts.logical_date, facts.interval_start, facts.run_after) == (None, None, NOW)
    assert facts.run_id == "manual__2026-05-01T12:00:00+00:00"


def test_a_logical_date_is_run_after_the_interval_that_the_timetable_gives() -> None:
    facts = plan(logical_date=datetime(2026, 4, 10, 8, tzinfo=UTC))
    assert (facts.interval_start, facts.interval_end) == (
        datetime(2026, 4, 9, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC),
    )  # fmt: skip
    assert facts.run_after == facts.interval_end


def test_an_interval_that_is_given_is_taken_as_it_is() -> None:
    start, end = NOW - timedelta(days=2), NOW - timedelta(days=1)
    facts = plan(logical_date=start, interval_start=start, interval_end=end, run_after=NOW)
    assert (facts.interval_start, facts.interval_end, facts.run_after) == (start, end, NOW)
    with pytest.raises(InvalidInput, match="after data_interval_end"):
        plan(interval_start=end, interval_end=start)


@given(st.text(max_size=300))
def test_a_run_id_is_taken_as_given_or_refused(run_id: str) -> None:
    try:
        facts = plan(run_id=run_id)
    except InvalidInput:
        return
    assert facts.run_id == run_id or run_id == ""
    assert "/" not in facts.run_id
    assert 1 <= len(facts.run_id) <= 250


@pytest.mark.parametrize("run_id", [".", ".."])
def test_a_run_id_that_clients_leave_out_of_urls_is_refused(run_id: str) -> None:
    with pytest.raises(InvalidInput, match="can't be"):
        plan(run_id=run_id)


def param(name: str, schema: dict[str, Any], **more: Any) -> ParamSpec:
    return ParamSpec(**{"name": name, "default": None, "has_default": False, "schema": schema, **more})


@pytest.mark.parametrize(
    ("params", "conf", "word"),
    [
        ((param("n", {"type": "integer"}),), {}, "n"),
        ((param("n", {"type": "integer"}, has_default=True),), {}, "n"),
        ((param("n", {"type": "integer", "maximum": 3}),), {"n": 4}, "maximum"),
        ((param("d", {"type": "string", "format": "date"}),), {"d": "tomorrow"}, "date"),
        ((param("a", {"type": "array", "items": {"type": "string"}}),), {"a": ["x", 1]}, "string"),
    ],
)
def test_a_conf_that_the_params_refuse_is_refused_by_name(
    params: tuple[ParamSpec, ...], conf: dict[str, object], word: str
) -> None:
    with pytest.raises(InvalidInput, match=word) as refused:
        check_conf(params, conf)
    assert params[0].name in refused.value.message


def test_a_conf_may_hold_more_than_the_params() -> None:
    check_conf(
        (param("n", {"type": ["integer", "null"]}, has_default=True), param("free", {})), {"free": [1], "more": 2}
    )

"""Each statement of the page "Differences from Airflow" names tests that hold it, and they exist; what no other test has is here."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from support.story import START, Story, dag, dispatched
from tradewind import DAG, Asset, task
from tradewind.core.commands import CreateRun
from tradewind.providers.standard.operators.bash import BashOperator
from tradewind.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.sdk.asset import AssetAccessControl
from tradewind.sdk.hook import BaseHook
from tradewind.sdk.serialize import serialize_dag
from tradewind.testing import golden

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "differences-from-airflow.md"
STATEMENT = re.compile(r"^- .*?(?=^- |^\n|^#|\Z)", re.MULTILINE | re.DOTALL)
TESTS = re.compile(r"<!-- (.*?) -->")


def _statements() -> list[str]:
    return [found.strip() for found in STATEMENT.findall(PAGE.read_text(encoding="utf-8"))]


@cache
def _names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("statement", _statements(), ids=lambda text: text[2:50])
def test_a_statement_names_tests_that_are_there(statement: str) -> None:
    named = TESTS.search(statement)
    assert named, "say in a comment at its end which tests hold it, or `not tested:` and why"
    if named.group(1).startswith("not tested: "):
        return
    for place in named.group(1).split():
        file, _, name = place.partition("::")
        assert (ROOT / "tests" / file).is_file(), place
        assert not name or name in _names_in(ROOT / "tests" / file), place


def test_the_page_is_short() -> None:
    text = TESTS.sub("", PAGE.read_text(encoding="utf-8"))
    assert 40 <= len(_statements()) <= 80
    assert len(text.split()) < 2200


def test_what_has_no_effect_is_accepted() -> None:
    with DAG("a") as flow:
        BashOperator(
            task_id="a",
            bash_command="true",
            executor_config={"pod_override": 1},
            run_as_user="nobody",
            outlets=[Asset("x", access_control=AssetAccessControl())],
        )
    assert serialize_dag(flow, "a.py").tasks[0].task_id == "a"
    assert flow.test().state == "success"


def test_loggers_of_operators_and_hooks_are_below_tradewind_task() -> None:
    names = {BaseHook().log.name, BashOperator(task_id="a", bash_command="true").log.name}
    assert all(name.startswith("tradewind.task.") for name in names), names


def test_a_run_that_would_be_triggered_is_only_told(caplog: pytest.LogCaptureFixture) -> None:
    with DAG("a") as flow:
        TriggerDagRunOperator(task_id="go", trigger_dag_id="there_is_no_such_dag", trigger_run_id="x")

        @task
        def after() -> str:
            return "went on"

        flow.get_task("go") >> after()
    assert flow.test().state == "success"
    assert "there_is_no_such_dag" in caplog.text


def test_the_run_id_of_a_partitioned_schedule_has_no_random_end() -> None:
    schedule = ("cron_partition", {"cron": "0 * * * *", "key_format": "%H"})
    story = Story()
    story.given(dag("a", schedule=schedule, start_date=START)).after("59m59s").after("1s", dispatched("a"))
    made = [one.run for one in story.log if isinstance(one, CreateRun)]
    assert [run.run_id for run in made] == [f"scheduled__{run.run_after.isoformat()}" for run in made]
    assert made


def test_what_was_skipped_is_listed_in_the_order_of_the_dag() -> None:
    with DAG("a") as flow:

        @task.short_circuit
        def go_on() -> bool:
            return False

        go_on() >> [BashOperator(task_id=name, bash_command="true") for name in ("zebra", "ape", "newt")]
    values = {key: value for _, _, key, value in golden(flow, logical_date=START)["xcoms"]}
    assert values["skipmixin_key"] == {"skipped": ["zebra", "ape", "newt"]}

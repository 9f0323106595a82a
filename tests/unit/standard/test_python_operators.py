"""Python functions: how they are called, and in which interpreter."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from support.attempts import Bench
from tradewind import DAG, task
from tradewind.providers.standard.operators.branch import BranchDateTimeOperator, BranchDayOfWeekOperator
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.python import (
    ExternalPythonOperator,
    PythonOperator,
    PythonVirtualenvOperator,
)
from tradewind.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.sdk.exceptions import DagRunAlreadyExists
from tradewind.testing.memory import MemoryApi


@pytest.fixture
def dag():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        yield dag


def value_of(dag, task_id="t", **facts):
    bench = Bench(dag)
    ended = bench.run(task_id, **facts)
    assert ended.outcome == "success", ended.error
    return bench.pushed(ended).get("return_value")


def test_arguments_are_templated_and_the_context_fills_the_rest(dag):
    def work(first, ds, *, second, ti=None):
        return [first, ds, second, ti.task_id]

    PythonOperator(task_id="t", python_callable=work, op_args=["{{ ds_nodash }}"], op_kwargs={"second": "{{ ts }}"})
    assert value_of(dag) == ["20260105", "2026-01-05", "2026-01-05T03:00:00+00:00", "t"]


def test_a_function_that_takes_everything_gets_the_whole_context(dag):
    def work(mine, **context):
        return [mine, context["run_id"], context["dag"].dag_id, "mine" in context]

    PythonOperator(task_id="t", python_callable=work, op_kwargs={"mine": 1})
    assert value_of(dag) == [1, "manual__2026-01-05T03:00:00+00:00", "d", False]


def test_a_templates_dict_is_handed_over(dag):
    def work(templates_dict):
        return templates_dict

    PythonOperator(task_id="t", python_callable=work, templates_dict={"day": "{{ ds }}"})
    assert value_of(dag) == {"day": "2026-01-05"}


def test_a_positional_argument_may_not_take_the_place_of_a_context_key(dag):
    PythonOperator(task_id="t", python_callable=lambda ds: ds, op_args=["mine"])
    ended = Bench(dag).run("t")
    assert ended.outcome == "failed"
    assert "The key 'ds' in args is a part of kwargs and therefore reserved." in ended.reason


def test_what_is_not_callable_is_refused(dag):
    with pytest.raises(TypeError, match="`python_callable` param must be callable"):
        PythonOperator(task_id="t", python_callable="text")


def test_the_return_value_may_stay_out_of_the_log(dag, caplog):
    caplog.set_level("INFO", logger="tradewind.task")
    PythonOperator(task_id="t", python_callable=lambda: "private", show_return_value_in_logs=False)
    value_of(dag)
    assert "private" not in caplog.text


def test_another_interpreter_runs_the_source_of_the_function(dag):
    def work(a, b, ds, logical_date):
        import os
        import sys

        return {"sum": a + b, "ds": ds, "date": logical_date, "python": sys.executable, "pid": os.getpid()}

    ExternalPythonOperator(task_id="t", python=sys.executable, python_callable=work, op_args=[1], op_kwargs={"b": 2})
    value = value_of(dag)
    assert value["sum"] == 3
    assert value["date"] == datetime(2026, 1, 5, 3, tzinfo=UTC)
    assert type(value["date"]) is datetime
    assert value["python"] == sys.executable


def test_an_error_over_there_fails_the_task_with_its_words(dag):
    def work():
        raise ValueError("over there")

    ExternalPythonOperator(task_id="t", python=sys.executable, python_callable=work)
    ended = Bench(dag).run("t")
    assert ended.outcome == "failed"
    assert "ValueError: over there" in ended.reason


def test_an_exit_code_may_mean_skip(dag):
    def work():
        import sys

        sys.exit(77)

    ExternalPythonOperator(task_id="t", python=sys.executable, python_callable=work, skip_on_exit_code=77)
    assert Bench(dag).run("t").outcome == "skipped"


def test_environment_variables_and_string_arguments(dag):
    def work():
        import os

        return [os.environ.get("MINE"), os.environ.get("HOME"), virtualenv_string_args]  # noqa: F821

    ExternalPythonOperator(
        task_id="t", python=sys.executable, python_callable=work, env_vars={"MINE": "m"}, inherit_env=False,
        string_args=["x"],
    )  # fmt: skip
    assert value_of(dag) == ["m", None, ["x"]]


def test_arguments_that_cannot_be_pickled_are_said_so(dag):
    def work(f):
        return f

    ExternalPythonOperator(task_id="t", python=sys.executable, python_callable=work, op_args=[threading.Lock()])
    ended = Bench(dag).run("t")
    assert "can't be pickled by pickle" in ended.reason


def test_an_interpreter_that_is_not_there_is_named(dag):
    def work():
        return 1

    ExternalPythonOperator(task_id="t", python="/nowhere/python", python_callable=work)
    assert "/nowhere/python" in Bench(dag).run("t").reason


@pytest.mark.parametrize("function", [lambda: 1, print])
def test_only_functions_with_a_source_can_travel(dag, function):
    with pytest.raises(ValueError, match="only supports functions"):
        PythonVirtualenvOperator(task_id="t", python_callable=function)


def test_a_virtual_environment_is_made_once_and_sees_our_packages(dag, tmp_path):
    @task.virtualenv(venv_cache_path=str(tmp_path))
    def where(ds):
        import sys

        import msgspec

        return [sys.prefix, bool(msgspec), ds]

    where()
    first = value_of(dag, "where")
    assert first[0].startswith(str(tmp_path))
    assert first[1:] == [True, "2026-01-05"]
    made = next(tmp_path.glob("venv-*/tradewind-complete")).stat().st_mtime_ns
    assert value_of(dag, "where") == first
    assert next(tmp_path.glob("venv-*/tradewind-complete")).stat().st_mtime_ns == made


def test_an_isolated_environment_does_not_see_our_packages(dag, tmp_path):
    @task.virtualenv(venv_cache_path=str(tmp_path), system_site_packages=False)
    def look():
        try:
            import msgspec  # noqa: F401
        except ImportError:
            return "alone"
        return "not alone"

    look()
    assert value_of(dag, "look") == "alone"


def test_requirements_that_cannot_be_installed_fail_the_task(dag, tmp_path):
    @task.virtualenv(venv_cache_path=str(tmp_path), requirements=["no-such-package"], index_urls=[])
    def look():
        return 1

    look()
    ended = Bench(dag).run("look")
    assert "virtual environment can't be made" in ended.reason
    assert not list(tmp_path.glob("venv-*/tradewind-complete"))


def test_a_branch_decided_by_another_interpreter(dag):
    @task.branch_external_python(python=sys.executable)
    def choose():
        return "left"

    choose() >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
    assert Bench(dag).run("choose").skip == ["right"]


@pytest.mark.parametrize(
    ("kind", "arguments", "skipped"),
    [
        (BranchDayOfWeekOperator, {"week_day": "Monday"}, ["no"]),
        (BranchDayOfWeekOperator, {"week_day": {"Saturday", "SUNDAY"}}, ["yes"]),
        (
            BranchDateTimeOperator,
            {"target_lower": datetime(2026, 1, 1), "target_upper": datetime(2026, 2, 1, tzinfo=UTC)},
            ["no"],
        ),
        (BranchDateTimeOperator, {"target_lower": None, "target_upper": datetime(2026, 1, 2)}, ["yes"]),
        (
            BranchDateTimeOperator,
            {"target_lower": datetime(2026, 1, 1, 2).time(), "target_upper": datetime(2026, 1, 1, 4).time()},
            ["no"],
        ),
        (
            BranchDateTimeOperator,
            {"target_lower": datetime(2026, 1, 1, 22).time(), "target_upper": datetime(2026, 1, 1, 1).time()},
            ["yes"],
        ),
    ],
)
def test_branches_by_date_of_the_run(dag, kind, arguments, skipped):
    branch = kind(
        task_id="t",
        follow_task_ids_if_true="yes",
        follow_task_ids_if_false="no",
        use_task_logical_date=True,
        **arguments,
    )
    branch >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    assert Bench(dag).run("t").skip == skipped


@pytest.mark.parametrize(("is_today", "skipped"), [(True, ["no"]), (False, ["yes"])])
def test_a_branch_by_the_day_of_the_week_looks_at_the_clock_where_it_is_not_told_otherwise(dag, is_today, skipped):
    today = datetime.now(UTC)
    days = {(today + timedelta(days=more)).strftime("%A") for more in (range(2) if is_today else range(2, 7))}
    branch = BranchDayOfWeekOperator(
        task_id="t", follow_task_ids_if_true="yes", follow_task_ids_if_false="no", week_day=days
    )
    branch >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    assert Bench(dag).run("t").skip == skipped


class Others(MemoryApi):
    """A server that starts runs of other DAGs."""

    def __init__(self, server, states=("success",), error=None):
        super().__init__(server, "t", -1)
        self.asked, self.states, self.error = [], list(states), error

    def trigger_run(self, dag_id, **wanted):
        if self.error:
            raise self.error
        self.asked.append((dag_id, wanted))
        return "run-9"

    def run_state(self, dag_id, run_id):
        return self.states.pop(0)


def test_another_dag_is_triggered(dag):
    TriggerDagRunOperator(task_id="t", trigger_dag_id="other", conf={"day": "{{ ds }}"}, logical_date=None, note="n")
    bench = Bench(dag)
    api = Others(bench.server)
    ended = bench.run("t", api=api)
    link = {"_link_TriggerDagRunLink": "/dags/other/runs/run-9"}
    assert bench.pushed(ended) == {"trigger_run_id": "run-9"} | link
    dag_id, wanted = api.asked[0]
    assert dag_id == "other"
    assert wanted["conf"] == {"day": "2026-01-05"}
    assert wanted["logical_date"] is None
    assert wanted["note"] == "n"


@pytest.mark.parametrize(("states", "outcome"), [(("running", "success"), "success"), (("queued", "failed"), "failed")])
def test_the_triggered_run_may_be_waited_for(dag, states, outcome):
    TriggerDagRunOperator(task_id="t", trigger_dag_id="other", wait_for_completion=True, poke_interval=0.001)
    bench = Bench(dag)
    assert bench.run("t", api=Others(bench.server, states)).outcome == outcome


@pytest.mark.parametrize(("skip", "outcome"), [(True, "skipped"), (False, "failed")])
def test_a_run_that_is_there_already(dag, skip, outcome):
    TriggerDagRunOperator(task_id="t", trigger_dag_id="other", skip_when_already_exists=skip)
    bench = Bench(dag)
    assert bench.run("t", api=Others(bench.server, error=DagRunAlreadyExists("there"))).outcome == outcome

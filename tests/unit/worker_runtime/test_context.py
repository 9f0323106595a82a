"""The context: its keys, which of them are absent, and what they cost."""

from __future__ import annotations

from datetime import UTC, datetime

import pendulum
import pytest

from support.attempts import Bench
from tradewind import DAG, get_current_context, task
from tradewind.providers.standard.operators.bash import BashOperator
from tradewind.providers.standard.operators.python import PythonOperator
from tradewind.sdk.context import Context, Lazy
from tradewind.sdk.task_api import PreviousRun
from tradewind.testing.memory import MemoryApi

DATED = {
    "logical_date", "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "data_interval_start",
    "data_interval_end", "prev_data_interval_start_success", "prev_data_interval_end_success",
}  # fmt: skip


def seen_by(look, bench_options=None, api_of=None):
    """What a function that takes the whole context sees."""
    seen = []

    def work(**context):
        seen.append(look(context))

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        task(work)()
    bench = Bench(dag, **(bench_options or {}))
    ended = bench.run("work", api=api_of(bench.server) if api_of else None)
    assert ended.outcome == "success", ended.error
    return seen[0]


def test_the_values_of_a_run_with_a_date():
    assert seen_by(lambda c: {k: c[k] for k in ("ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "run_id", "try_number",
                                                 "task_instance_key_str")}) == {
        "ds": "2026-01-05", "ds_nodash": "20260105", "ts": "2026-01-05T03:00:00+00:00", "ts_nodash": "20260105T030000",
        "ts_nodash_with_tz": "20260105T030000+0000", "run_id": "manual__2026-01-05T03:00:00+00:00", "try_number": 1,
        "task_instance_key_str": "d__work__20260105",
    }  # fmt: skip


def test_moments_are_pendulum_datetimes():
    kinds = seen_by(lambda c: [type(c[k]) for k in ("logical_date", "data_interval_start", "data_interval_end")])
    assert kinds == [pendulum.DateTime] * 3
    assert seen_by(lambda c: type(c["dag_run"].run_after)) is pendulum.DateTime


def test_keys_that_need_a_date_are_absent_without_one():
    keys = seen_by(set, {"logical_date": None})
    assert not keys & DATED
    assert seen_by(lambda c: c["task_instance_key_str"], {"logical_date": None}).endswith(
        "manual__2026-01-05T03:00:00+00:00"
    )
    assert seen_by(set) >= DATED


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (lambda **context: context["ds"], "KeyError: 'ds'"),
        (lambda data_interval_end: data_interval_end, "missing 1 required positional argument: 'data_interval_end'"),
    ],
)
def test_who_asks_for_a_date_that_the_run_does_not_have_is_told_how_to_give_one(work, why):
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        PythonOperator(task_id="work", python_callable=work)
    error = Bench(dag, logical_date=None).run("work").error
    assert why in error
    assert "This run has no logical date" in error
    assert "--logical-date" in error


@pytest.mark.parametrize(
    ("operator", "said"),
    [
        (
            PythonOperator(task_id="a", python_callable=lambda **context: context["execution_date"]),
            "The context has no 'execution_date' since Airflow 3: use 'logical_date'",
        ),
        (
            PythonOperator(task_id="a", python_callable=lambda next_ds: next_ds),
            "The context has no 'next_ds' since Airflow 3: use 'data_interval_end'",
        ),
        (
            PythonOperator(task_id="a", python_callable=lambda **context: context["conf"]),
            "The context has no 'conf' since Airflow 3: use `conf` of airflow.configuration",
        ),
        (
            BashOperator(task_id="a", bash_command="echo {{ tomorrow_ds }}"),
            "The context has no 'tomorrow_ds' since Airflow 3: use {{ macros.ds_add(ds, 1) }}",
        ),
        (
            BashOperator(task_id="a", bash_command="echo {{ prev_ds }}"),
            "The context has no 'prev_ds' since Airflow 3: what comes near is {{ prev_data_interval_start_success }}",
        ),
        (
            BashOperator(task_id="a", bash_command="echo {{ dag_run.external_trigger.real }}"),
            "It has no 'external_trigger' since Airflow 3: use 'run_type'",
        ),
        (
            PythonOperator(task_id="a", python_callable=lambda ti: ti.execution_date),
            "It has no 'execution_date' since Airflow 3: use 'logical_date'",
        ),
        (
            PythonOperator(task_id="a", python_callable=lambda dag_run: dag_run.external_trigger),
            "It has no 'external_trigger' since Airflow 3: use 'run_type'",
        ),
    ],
)
def test_who_asks_for_what_airflow_3_has_dropped_is_told_what_takes_its_place(operator, said):
    with DAG("d", schedule=None) as dag:
        dag.add_task(operator)
    assert said in Bench(dag).run("a").error


@pytest.mark.parametrize("work", [lambda: {}["nope"], lambda: {}.execution_date, lambda other: other])
def test_other_errors_are_left_as_they_are(work):
    with DAG("d", schedule=None) as dag:
        PythonOperator(task_id="a", python_callable=work)
    assert "Airflow 3" not in Bench(dag).run("a").error


def test_a_value_that_a_template_misses_elsewhere_is_not_told_to_be_the_contexts():
    with DAG("d", schedule=None, params={"of": {}}) as dag:
        BashOperator(task_id="a", bash_command="echo {{ params.of.execution_date.year }}")
    error = Bench(dag).run("a").error
    assert "has no attribute 'execution_date'" in error
    assert "Airflow 3" not in error


def test_a_template_that_names_the_date_of_a_run_without_one_is_told_too():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        BashOperator(task_id="work", bash_command="echo {{ ds }}")
        BashOperator(task_id="other", bash_command="echo {{ nope }}")
    bench = Bench(dag, logical_date=None)
    assert "its context has no 'ds'" in bench.run("work").error
    assert "the field 'bash_command' of task 'work' was rendered: echo {{ ds }}" in bench.run("work").error
    assert "logical date" not in bench.run("other").error


def test_the_other_keys_are_there():
    assert seen_by(set) >= {
        "conn", "dag", "dag_run", "expanded_ti_count", "inlets", "macros", "map_index_template", "outlets", "params",
        "prev_start_date_success", "prev_end_date_success", "task", "task_instance", "task_reschedule_count",
        "templates_dict", "test_mode", "ti", "triggering_asset_events", "var",
    }  # fmt: skip


class WithPast(MemoryApi):
    """A server that knows an earlier run."""

    asked = 0

    def previous_run(self, state):
        type(self).asked += 1
        moment = datetime(2026, 1, 4, tzinfo=UTC)
        return PreviousRun("before", moment, moment, moment, moment, moment, state)


def test_the_run_before_is_asked_for_once_and_only_where_somebody_looks():
    WithPast.asked = 0

    def api(server):
        return WithPast(server, "work", -1)

    assert seen_by(lambda c: c["prev_data_interval_start_success"], api_of=api) == pendulum.datetime(2026, 1, 4)
    assert WithPast.asked == 1

    def narrow(ds):
        return ds

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        task(narrow)()
    bench = Bench(dag)
    assert bench.run("narrow", api=api(bench.server)).outcome == "success"
    assert WithPast.asked == 1


def test_macros_work_in_templates():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task
        def show(a, b, c):
            return [a, b, c]

        show(
            "{{ macros.ds_add(ds, 3) }}",
            "{{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%y') }}",
            "{{ macros.timedelta(hours=2) }}",
        )
    bench = Bench(dag)
    assert bench.pushed(bench.run("show"))["return_value"] == ["2026-01-08", "05.01.26", "2:00:00"]


def test_variables_and_connections_in_templates(monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_CITY", "Rome")
    monkeypatch.setenv("TRADEWIND_VAR_PLACES", '{"a": [1]}')
    monkeypatch.setenv("AIRFLOW_CONN_DB", "postgres://me@host/base")
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task
        def show(texts):
            return texts

        show(
            [
                "{{ var.value.city }}",
                "{{ var.json.places.a[0] }}",
                "{{ conn.db.host }}",
                "{{ var.value.get('x', 'd') }}",
            ]
        )
    bench = Bench(dag)
    assert bench.pushed(bench.run("show"))["return_value"] == ["Rome", "1", "host", "d"]


def test_the_current_context_is_reachable_while_a_task_runs_only():
    def work():
        return get_current_context()["ti"].task_id

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        task(work)()
    bench = Bench(dag)
    assert bench.pushed(bench.run("work"))["return_value"] == "work"
    with pytest.raises(RuntimeError, match="no context was found"):
        get_current_context()


def test_a_lazy_value_is_worked_out_once_by_every_way_of_reading():
    def context():
        return Context(plain=1, lazy=Lazy(lambda: made.append(1) or "value"))

    for read in (
        lambda c: c["lazy"],
        lambda c: c.get("lazy"),
        lambda c: dict(c)["lazy"],
        lambda c: dict(c.items())["lazy"],
        lambda c: list(c.values())[1],
        lambda c: c.pop("lazy"),
        lambda c: c.setdefault("lazy", "other"),
        lambda c: (lambda **k: k["lazy"])(**c),
        lambda c: {**c}["lazy"],
        lambda c: c.copy()["lazy"],
        lambda c: (c | {})["lazy"],
    ):
        made: list[int] = []
        assert read(context()) == "value"
        assert made == [1]


def test_a_lazy_value_that_nobody_reads_is_never_worked_out():
    context = Context(lazy=Lazy(lambda: pytest.fail("it was worked out")))
    assert "lazy" in context
    assert list(context) == ["lazy"]
    assert context.copy().get("none") is None

"""DAGs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tradewind import DAG, BaseOperator, TaskGroup
from tradewind.sdk.authoring_errors import TaskNotFound
from tradewind.sdk.serialize import serialize_dag


def test_a_dag_has_the_defaults_of_airflow() -> None:
    dag = DAG("d")
    assert (dag.catchup, dag.max_active_tasks, dag.max_active_runs, dag.is_paused_upon_creation) == (
        False,
        16,
        16,
        None,
    )
    assert (dag.schedule, dag.start_date, dag.fail_fast, dag.auto_register) == (None, None, False, True)
    assert dag.dag_display_name == "d"


def test_every_argument_is_in_the_spec() -> None:
    dag = DAG(
        "d", description="words", schedule="@daily", start_date=datetime(2024, 1, 1), end_date=datetime(2025, 1, 1),
        catchup=True, max_active_tasks=3, max_active_runs=2, max_consecutive_failed_dag_runs=5,
        dagrun_timeout=timedelta(hours=1), fail_fast=True, allowed_run_types=["manual", "scheduled"],
        is_paused_upon_creation=False, dag_display_name="D", doc_md="# d", tags=["b", "a"],
        owner_links={"ada": "https://x"}, render_template_as_native_obj=True, template_searchpath=Path("sql"),
        on_failure_callback=print, access_control={"role": {"DAGs": {"can_read"}}}, default_args={"retries": 2},
        disable_bundle_versioning=True, rerun_with_latest_version=False, params={"p": 1},
    )  # fmt: skip
    with dag:
        BaseOperator(task_id="b", owner="bob")
        BaseOperator(task_id="a", owner="ada")
    spec = serialize_dag(dag, "sub/d.py")

    assert spec.start_date == datetime(2024, 1, 1, tzinfo=UTC)
    assert spec.end_date == datetime(2025, 1, 1, tzinfo=UTC)
    assert (spec.catchup, spec.max_active_tasks, spec.max_active_runs) == (True, 3, 2)
    assert (spec.max_consecutive_failed_dag_runs, spec.dagrun_timeout_s, spec.fail_fast) == (5, 3600.0, True)
    assert (spec.allowed_run_types, spec.is_paused_upon_creation) == (("manual", "scheduled"), False)
    assert (spec.display_name, spec.description, spec.doc_md, spec.tags) == ("D", "words", "# d", ("a", "b"))
    assert (spec.owners, spec.owner_links) == (("ada", "bob"), {"ada": "https://x"})
    assert (spec.render_template_as_native_obj, spec.template_searchpath) == (True, ("sql",))
    assert (spec.has_callbacks, spec.access_control) == (("on_failure",), {"role": {"DAGs": ["can_read"]}})
    assert (spec.default_args, spec.relative_fileloc) == ({"retries": 2}, "sub/d.py")
    assert (spec.disable_bundle_versioning, spec.rerun_with_latest_version) == (True, False)
    assert [param.name for param in spec.params] == ["p"]


def test_dates_may_be_in_the_default_args() -> None:
    zone = ZoneInfo("Europe/Oslo")
    dag = DAG("d", default_args={"start_date": datetime(2024, 1, 1, tzinfo=zone), "end_date": datetime(2024, 6, 1)})
    task = BaseOperator(task_id="x", dag=dag)

    assert dag.start_date == datetime(2024, 1, 1, tzinfo=zone)
    assert dag.end_date == datetime(2024, 6, 1, tzinfo=zone)
    assert task.end_date == datetime(2024, 6, 1, tzinfo=zone)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"schedule_interval": "@daily"}, "unexpected keyword argument 'schedule_interval'"),
        ({"start_date": "2024-01-01"}, "start_date must be a datetime"),
        ({"max_active_runs": "3"}, "max_active_runs must be a whole number"),
        ({"max_active_tasks": -1}, "Invalid max_active_tasks"),
        ({"dagrun_timeout": 3}, "dagrun_timeout must be a timedelta"),
        ({"on_failure_callback": "mail"}, "on_failure_callback must be a function"),
        ({"tags": "abc"}, "tags must be a list"),
        ({"tags": ["x" * 101]}, "longer than 100"),
        ({"allowed_run_types": "weekly"}, "no run type 'weekly'"),
        ({"params": ["a"]}, "params must be a dict"),
    ],
)
def test_arguments_that_can_not_be_are_refused(arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        DAG("d", **arguments)


def test_a_bad_id_is_refused() -> None:
    with pytest.raises(ValueError, match="The key 'bad id!' has to be made of alphanumeric"):
        DAG("bad id!")


def test_tasks_and_groups_are_found_by_id() -> None:
    with DAG("d") as dag:
        BaseOperator(task_id="a")
        b = BaseOperator(task_id="b")
        TaskGroup("g")
        dag.set_dependency("a", "b")

    assert dag.get_task("b") is b
    assert b.upstream_task_ids == {"a"}
    assert (dag.has_task("a"), dag.has_task("c"), dag.has_task_group("g"), dag.has_task_group("h")) == (
        True, False, True, False,
    )  # fmt: skip
    with pytest.raises(TaskNotFound, match="Task c not found in Dag d"):
        dag.get_task("c")
    dag.add_tasks([BaseOperator(task_id="c"), BaseOperator(task_id="e")])
    assert dag.task_ids == ["a", "b", "c", "e"]


def test_blocks_of_dags_can_be_nested() -> None:
    with DAG("outer") as outer:
        with DAG("inner") as inner:
            BaseOperator(task_id="in")
        BaseOperator(task_id="out")
    assert (outer.task_ids, inner.task_ids) == (["out"], ["in"])


def test_a_block_is_closed_by_an_error_too() -> None:
    with pytest.raises(RuntimeError), DAG("d"):
        raise RuntimeError
    assert not BaseOperator(task_id="x").has_dag()


def test_it_knows_where_it_was_declared() -> None:
    dag = DAG("d")
    assert dag.fileloc == __file__
    assert dag.folder == str(Path(__file__).parent)


def test_template_files_are_looked_for_beside_the_dag() -> None:
    environment = DAG(
        "d", user_defined_macros={"two": 2}, user_defined_filters={"add": lambda a, b: a + b}
    ).get_template_env()
    assert environment.from_string("{{ two | add(3) }}").render() == "5"

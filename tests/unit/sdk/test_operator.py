"""What every operator is declared with."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tradewind import DAG, BaseAsyncOperator, BaseOperator, Param, TriggerRule, WeightRule
from tradewind.sdk.authoring_errors import (
    AuthoringError,
    DuplicateTaskIdFound,
    FailFastDagInvalidTriggerRule,
    InvalidArgument,
    InvalidArgumentType,
    NotInDag,
)
from tradewind.sdk.exceptions import AirflowException
from tradewind.sdk.operator_args import EXPECTED_TYPES


class Copy(BaseOperator):
    """Copies."""

    template_fields = ("source",)

    def __init__(self, *, source: object, target: str = "here", **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.target = target


def test_a_task_has_the_defaults_of_airflow() -> None:
    task = BaseOperator(task_id="one")

    assert (task.owner, task.retries, task.retry_delay, task.queue, task.pool, task.pool_slots) == (
        "airflow",
        0,
        timedelta(minutes=5),
        "default",
        "default_pool",
        1,
    )
    assert task.trigger_rule == TriggerRule.ALL_SUCCESS
    assert task.weight_rule == WeightRule.DOWNSTREAM
    assert task.do_xcom_push is True
    assert task.isolation is None


def test_an_unknown_argument_is_named_with_the_task() -> None:
    with pytest.raises(TypeError, match=r"Invalid arguments were passed to Copy \(task_id: x\).*\n.*colour") as caught:
        Copy(task_id="x", source="a", colour="red")
    assert isinstance(caught.value, AuthoringError)


def test_positional_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="Use keyword arguments when initializing operators"):
        Copy("x")


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(TypeError, match="Copy: missing keyword argument 'source'"):
        Copy(task_id="x")
    with pytest.raises(TypeError, match="missing keyword argument 'task_id'"):
        Copy(source="a")


WRONG = {
    "owner": 1, "email": 1, "email_on_retry": "yes", "email_on_failure": "yes", "retries": 1.5, "retry_delay": "5m",
    "retry_exponential_backoff": "2", "max_retry_delay": "5m", "start_date": "2024-01-01", "end_date": "2024-01-01",
    "depends_on_past": "no", "ignore_first_depends_on_past": "no", "wait_for_past_depends_before_skipping": "no",
    "wait_for_downstream": "no", "params": "a", "default_args": "a", "priority_weight": "1", "queue": 1, "pool": 1,
    "pool_slots": "1", "execution_timeout": 3, "pre_execute": 1, "post_execute": 1, "trigger_rule": 1,
    "run_as_user": 1, "map_index_template": 1, "max_active_tis_per_dag": "1", "max_active_tis_per_dagrun": "1",
    "executor": 1, "executor_config": "a", "do_xcom_push": "no", "multiple_outputs": "no", "doc": 1, "doc_md": 1,
    "doc_yaml": 1, "doc_rst": 1, "task_display_name": 1, "logger_name": 1, "allow_nested_operators": "no",
    "render_template_as_native_obj": "no", "isolation": 1,
}  # fmt: skip


def test_every_argument_with_a_type_is_in_the_list_of_wrong_values() -> None:
    assert WRONG.keys() == EXPECTED_TYPES.keys()


@pytest.mark.parametrize("name", sorted(WRONG))
def test_an_argument_of_the_wrong_type_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name!r} has an invalid type"):
        BaseOperator(task_id="x", **{name: WRONG[name]})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"pool_slots": 0}, "pool_slots cannot be less than 1"),
        ({"retries": "many"}, "'retries' type must be int"),
        ({"trigger_rule": "some"}, "trigger_rule must be one of 'all_success'.*'some'"),
        ({"weight_rule": "heavy"}, "weight_rule must be one of 'downstream'"),
        ({"isolation": "vm"}, "isolation must be one of 'fork', 'spawn', 'reuse'"),
        ({"retry_exponential_backoff": -1.0}, "retry_exponential_backoff"),
    ],
)
def test_a_value_that_can_not_be_is_refused(arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidArgument, match=sentence):
        BaseOperator(task_id="x", **arguments)


def test_loose_values_become_strict_ones() -> None:
    task = BaseOperator(
        task_id="x",
        retries="3",
        retry_delay=10,
        max_retry_delay=timedelta(days=30),
        retry_exponential_backoff=True,
        wait_for_downstream=True,
        outlets="a",
        inlets=("b", "c"),
        isolation="reuse",
    )

    assert task.retries == 3
    assert task.retry_delay == timedelta(seconds=10)
    assert task.max_retry_delay == timedelta(days=1)
    assert task.retry_exponential_backoff == 2.0
    assert task.depends_on_past is True
    assert (task.outlets, task.inlets) == (["a"], ["b", "c"])
    assert task.isolation == "reuse"


@pytest.mark.parametrize("key", ["bad id!", "a b", "", "x" * 251])
def test_an_id_is_made_of_few_characters_and_is_not_long(key: str) -> None:
    with pytest.raises(ValueError, match="has to be"):
        BaseOperator(task_id=key)


def test_an_id_that_is_no_string_is_refused() -> None:
    with pytest.raises(TypeError, match="The key has to be a string"):
        BaseOperator(task_id=1)


def test_the_same_id_twice_says_where_both_are() -> None:
    with DAG("d"):
        BaseOperator(task_id="f")
        with pytest.raises(
            DuplicateTaskIdFound, match=r"Task id 'f' has already been added.*test_operator\.py:\d+.*again"
        ):
            BaseOperator(task_id="f")


def test_a_task_belongs_to_the_open_dag_or_to_the_one_given() -> None:
    other = DAG("other")
    with DAG("open") as dag:
        here = BaseOperator(task_id="here")
        there = BaseOperator(task_id="there", dag=other)
    alone = BaseOperator(task_id="alone")

    assert here.dag is dag
    assert there.dag is other
    assert not alone.has_dag()
    with pytest.raises(NotInDag, match="has not been assigned to a Dag yet"):
        _ = alone.dag
    alone.dag = dag
    assert dag.task_ids == ["here", "alone"]
    with pytest.raises(NotInDag, match="can not be changed"):
        alone.dag = other


# -- default_args --------------------------------------------------------------------------------------------------


def test_default_args_fill_in_what_a_call_leaves_out() -> None:
    with DAG("d", default_args={"retries": 2, "owner": "ada", "target": "there"}):
        plain = Copy(task_id="plain", source="a")
        own = Copy(task_id="own", source="a", retries=0, default_args={"owner": "bob"})

    assert (plain.retries, plain.owner, plain.target) == (2, "ada", "there")
    assert (own.retries, own.owner, own.target) == (0, "bob", "there")


def test_default_args_can_give_required_arguments() -> None:
    with DAG("d", default_args={"source": "a"}):
        assert Copy(task_id="x").source == "a"


def test_default_args_that_an_operator_does_not_know_are_passed_over() -> None:
    with DAG("d", default_args={"nonsense": 1}):
        assert BaseOperator(task_id="x").task_id == "x"


def test_a_subclass_that_fixes_an_argument_wins_over_default_args() -> None:
    class Fixed(Copy):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(source="fixed", retries=7, **kwargs)

    with DAG("d", default_args={"source": "other", "retries": 1, "owner": "ada"}):
        task = Fixed(task_id="x")

    assert (task.source, task.retries, task.owner) == ("fixed", 7, "ada")


def test_default_args_reach_the_base_of_a_class_that_passes_nothing_on() -> None:
    class Closed(BaseOperator):
        def __init__(self, task_id: str) -> None:
            super().__init__(task_id=task_id)

    with DAG("d", default_args={"retries": 4}):
        assert Closed(task_id="x").retries == 4


def test_dates_without_a_zone_are_in_the_zone_of_the_dag() -> None:
    zone = ZoneInfo("Europe/Oslo")
    with DAG("d", start_date=datetime(2024, 1, 1, tzinfo=zone)):
        task = BaseOperator(task_id="x", start_date=datetime(2024, 2, 1))

    assert task.start_date == datetime(2024, 2, 1, tzinfo=zone)


# -- outputs of other tasks ----------------------------------------------------------------------------------------


def test_an_output_in_a_template_field_is_an_upstream_task_however_deep() -> None:
    with DAG("d"):
        a, b = BaseOperator(task_id="a"), BaseOperator(task_id="b")
        c = Copy(task_id="c", source={"x": [a.output, ("text", b.output["key"])]})

    assert c.upstream_task_ids == {"a", "b"}


def test_an_output_in_another_field_is_none() -> None:
    with DAG("d"):
        a = BaseOperator(task_id="a")
        c = Copy(task_id="c", source="s", target=a.output)

    assert c.upstream_task_ids == set()


def test_an_output_set_after_the_constructor_is_an_upstream_task_too() -> None:
    with DAG("d"):
        a = BaseOperator(task_id="a")
        c = Copy(task_id="c", source="s")
        c.source = a.output

    assert c.upstream_task_ids == {"a"}


# -- the rest ------------------------------------------------------------------------------------------------------


def test_params_of_the_task_win_over_those_of_the_dag() -> None:
    with DAG("d", params={"a": 1, "b": 2}):
        task = BaseOperator(task_id="x", params={"b": Param(3, type="integer")})

    assert task.params.dump() == {"a": 1, "b": 3}
    assert task.params.get_param("a").source == "dag"
    assert task.params.get_param("b").source == "task"
    assert list(task.own_params) == ["b"]


def test_a_dag_that_stops_at_the_first_failure_has_no_task_that_waits_for_failures() -> None:
    with DAG("d", fail_fast=True), pytest.raises(FailFastDagInvalidTriggerRule, match="'x' has one_failed"):
        BaseOperator(task_id="x", trigger_rule="one_failed")


def test_hooks_are_called_around_the_work() -> None:
    calls: list[object] = []
    task = BaseOperator(task_id="x", pre_execute=calls.append, post_execute=lambda _, result: calls.append(result))

    task.pre_execute({"ds": "2024-01-01"})
    task.post_execute({}, "result")

    assert calls == [{"ds": "2024-01-01"}, "result"]


def test_an_operator_without_work_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="define execute"):
        BaseOperator(task_id="x").execute({})


def test_an_async_operator_runs_its_coroutine() -> None:
    class Sleepy(BaseAsyncOperator):
        async def aexecute(self, context: object) -> str:
            return f"done with {context}"

    assert Sleepy(task_id="x").execute("it") == "done with it"


def test_a_prepared_copy_can_change_without_changing_the_task() -> None:
    task = Copy(task_id="x", source="a")
    copy = task.prepare_for_execution()
    copy.source = "b"

    assert task.source == "a"


def test_templates_are_rendered_in_place() -> None:
    with DAG("d"):
        task = Copy(task_id="x", source=["{{ name }}", {"k": "{{ name | upper }}"}])
    copy = task.prepare_for_execution()
    copy.render_template_fields({"name": "ada"})

    assert copy.source == ["ada", {"k": "ADA"}]


def test_errors_of_authoring_are_not_the_exceptions_of_running() -> None:
    assert not issubclass(InvalidArgumentType, AirflowException)


def test_sla_is_accepted_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="'sla' has no effect"):
        BaseOperator(task_id="x", sla=timedelta(hours=1))


def test_the_start_date_is_kept() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    assert BaseOperator(task_id="x", start_date=start).start_date == start


@pytest.mark.parametrize("moment", ["execute", "failure", "success", "retry", "skipped"])
def test_a_callback_can_be_called(moment: str) -> None:
    name = f"on_{moment}_callback"
    assert getattr(BaseOperator(task_id="x", **{name: [print, len]}), name) == [print, len]
    with pytest.raises(
        InvalidArgumentType, match=f"{name} must be a function, a notifier, or a list of them, not 'mail'"
    ):
        BaseOperator(task_id="x", **{name: [print, "mail"]})

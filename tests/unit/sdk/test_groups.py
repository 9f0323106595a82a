"""Task groups."""

import pytest

from tradewind import DAG, BaseOperator, Label, TaskGroup, TriggerRule, task, task_group
from tradewind.sdk.authoring_errors import DuplicateTaskIdFound, InvalidArgument, NotInDag
from tradewind.sdk.serialize import serialize_dag


def test_members_have_the_group_before_their_id() -> None:
    with DAG("d") as dag, TaskGroup("outer") as outer, TaskGroup("inner", tooltip="words") as inner:
        one = BaseOperator(task_id="one")

    assert one.task_id == "outer.inner.one"
    assert one.label == "one"
    assert inner.group_id == "outer.inner"
    assert dag.task_group_dict == {"outer": outer, "outer.inner": inner}
    assert outer.has_task(one)
    assert list(outer) == [one]


def test_a_group_may_leave_the_ids_alone() -> None:
    with DAG("d"), TaskGroup("outer"), TaskGroup("inner", prefix_group_id=False):
        assert BaseOperator(task_id="one").task_id == "outer.one"


def test_the_spec_knows_who_is_in_which_group() -> None:
    with DAG("d") as dag:
        with TaskGroup("outer", group_display_name="The outer one", tooltip="words", ui_color="red"):
            BaseOperator(task_id="one")
            with TaskGroup("inner", doc_md="# doc"):
                BaseOperator(task_id="two")
        BaseOperator(task_id="three")
    spec = serialize_dag(dag)

    assert {task.task_id: task.group_id for task in spec.tasks} == {
        "outer.one": "outer", "outer.inner.two": "outer.inner", "three": None,
    }  # fmt: skip
    assert {task.task_id: task.label for task in spec.tasks}["outer.inner.two"] == "two"
    outer, inner = spec.groups
    assert (outer.group_id, outer.parent_id, outer.display_name, outer.tooltip, outer.ui_color) == (
        "outer", None, "The outer one", "words", "red",
    )  # fmt: skip
    assert (inner.group_id, inner.parent_id, inner.doc_md) == ("outer.inner", "outer", "# doc")


def test_default_args_of_a_group_win_over_those_of_the_dag_and_lose_to_those_of_the_task() -> None:
    with DAG("d", default_args={"retries": 1, "owner": "dag", "queue": "dag"}):
        with (
            TaskGroup("outer", default_args={"retries": 2, "owner": "outer"}),
            TaskGroup("inner", default_args={"retries": 3}),
        ):
            one = BaseOperator(task_id="one")
            two = BaseOperator(task_id="two", retries=4)
        three = BaseOperator(task_id="three")

    assert (one.retries, one.owner, one.queue) == (3, "outer", "dag")
    assert two.retries == 4
    assert (three.retries, three.owner) == (1, "dag")


def test_a_group_and_a_task_can_not_have_the_same_id() -> None:
    with DAG("d"):
        BaseOperator(task_id="same")
        with pytest.raises(DuplicateTaskIdFound, match="group_id 'same' has already been added"):
            TaskGroup("same")
        with TaskGroup("other"):
            pass
        with pytest.raises(DuplicateTaskIdFound, match="'other' has already been added"):
            BaseOperator(task_id="other")


def test_a_group_can_take_a_suffix_where_its_id_is_taken() -> None:
    with DAG("d"):
        ids = [TaskGroup("g", add_suffix_on_collision=True).group_id for _ in range(3)]
    assert ids == ["g", "g__1", "g__2"]


@pytest.mark.parametrize("group_id", ["a.b", "a b", ""])
def test_an_id_of_a_group_has_no_dots_or_blanks(group_id: str) -> None:
    with DAG("d"), pytest.raises(ValueError, match="alphanumeric"):
        TaskGroup(group_id)


def test_a_group_needs_a_dag() -> None:
    with pytest.raises(NotInDag, match="can only be used inside a dag"):
        TaskGroup("g")


def test_a_task_can_be_given_its_group() -> None:
    with DAG("d") as dag:
        group = TaskGroup("g")
        one = BaseOperator(task_id="one", task_group=group)
    two = BaseOperator(task_id="two", task_group=group)

    assert (one.task_id, two.task_id) == ("g.one", "g.two")
    assert two.dag is dag


def test_teardowns_are_not_the_end_of_a_group() -> None:
    with DAG("d"):
        after = BaseOperator(task_id="after")
        with TaskGroup("g") as group:
            make = BaseOperator(task_id="make").as_setup()
            work = BaseOperator(task_id="work")
            drop = BaseOperator(task_id="drop").as_teardown(setups=make)
            make >> work >> drop
        group >> after
    assert after.upstream_task_ids == {"g.work"}


# -- @task_group ---------------------------------------------------------------------------------------------------


@task
def double(x: int) -> int:
    return 2 * x


def test_a_function_that_returns_an_output_passes_it_on() -> None:
    with DAG("d") as dag:

        @task_group
        def twice(x: int) -> object:
            """Two times two."""
            return double(double(x))

        result = twice(1)
        double(result)

    assert dag.task_ids == ["twice.double", "twice.double__1", "double"]
    assert dag.get_task("double").upstream_task_ids == {"twice.double__1"}
    assert dag.task_group_dict["twice"].tooltip == "Two times two."


def test_a_function_that_returns_nothing_gives_the_group() -> None:
    with DAG("d"):

        @task_group(group_id="other", default_args={"retries": 5})
        def one() -> None:
            double(1)
            double(2)

        end = BaseOperator(task_id="end")
        one() >> end
        again = one.override(group_id="third")()

    assert end.upstream_task_ids == {"other.double", "other.double__1"}
    assert again.group_id == "third"
    assert next(iter(again)).retries == 5


def test_calling_it_twice_makes_two_groups() -> None:
    with DAG("d") as dag:

        @task_group
        def g() -> None:
            double(1)

        g()
        g()
    assert dag.task_ids == ["g.double", "g__1.double"]


def test_a_mapped_group_is_in_the_spec_with_what_it_is_mapped_over() -> None:
    with DAG("d") as dag:

        @task
        def numbers() -> list[int]: ...

        @task_group
        def g(x: int, y: int) -> object:
            return double(double(x))

        out = g.partial(y=3).expand(x=numbers())
        double(out)
    spec = serialize_dag(dag)

    (group,) = spec.groups
    assert group.mapped is not None
    assert [(name, source.task_id) for name, source in group.mapped.inputs] == [("x", "numbers")]
    upstream = {task.task_id: task.upstream for task in spec.tasks}
    assert upstream == {
        "numbers": (), "g.double": ("numbers",), "g.double__1": ("g.double",), "double": ("g.double__1",),
    }  # fmt: skip
    assert all(task.mapped is None for task in spec.tasks)


def test_a_task_in_a_mapped_group_that_takes_no_argument_still_waits_for_the_input() -> None:
    with DAG("d") as dag:

        @task
        def numbers() -> list[int]: ...

        @task_group
        def g(x: int) -> None:
            BaseOperator(task_id="alone")

        g.expand(x=numbers())
    assert dag.get_task("g.alone").upstream_task_ids == {"numbers"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "no arguments to expand against"),
        ({"z": [1]}, "unexpected keyword argument 'z'"),
        ({"x": 1}, "unexpected type 'int' for keyword argument 'x'"),
    ],
)
def test_a_group_is_mapped_over_lists_for_arguments_that_it_has(arguments: dict[str, object], sentence: str) -> None:
    with DAG("d"):

        @task_group
        def g(x: int) -> None: ...

        with pytest.raises(TypeError, match=sentence):
            g.expand(**arguments)


def test_what_cannot_be_in_a_mapped_group_is_refused() -> None:
    with DAG("d"):

        @task_group
        def outer(x: int) -> None:
            with pytest.raises(TypeError, match="over an argument of a mapped group"):
                double.expand(x=x)
            with pytest.raises(InvalidArgument, match="trigger rule 'always'"):
                BaseOperator(task_id="x", trigger_rule=TriggerRule.ALWAYS)

        outer.expand(x=[1, 2])


def test_a_group_knows_the_tasks_and_groups_that_arrows_join_to_it() -> None:
    with DAG("d"):
        before, after = BaseOperator(task_id="before"), BaseOperator(task_id="after")
        with TaskGroup("other") as other:
            BaseOperator(task_id="x")
        group = TaskGroup("group")
        before >> group >> Label("then") >> after
        group >> other

    assert (group.upstream_task_ids, group.downstream_task_ids) == ({"before"}, {"after"})
    assert (group.upstream_group_ids, group.downstream_group_ids) == (set(), {"other"})


def test_a_group_that_adds_a_task_when_its_block_ends_finds_the_arrows_drawn_before() -> None:
    class Launched(TaskGroup):  # as packages do for work that is started as a whole
        def __exit__(self, kind: object, error: object, trace: object) -> None:
            roots = list(self.get_roots())
            launch = BaseOperator(task_id="launch", task_group=self)
            for root in roots:
                root.set_upstream(launch)
            for task_id in self.upstream_task_ids:
                assert self.dag is not None
                launch.set_upstream(self.dag.get_task(task_id))
            super().__exit__(kind, error, trace)

    with DAG("d") as dag:
        group = Launched("g")
        BaseOperator(task_id="first") >> group
        with group:
            BaseOperator(task_id="work")

    assert dag.get_task("g.launch").upstream_task_ids == {"first"}
    assert dag.get_task("g.work").upstream_task_ids == {"g.launch"}

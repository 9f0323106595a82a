"""Templates: what is rendered, with which names, and what is left alone."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jinja2
import pytest

from tradewind import DAG, BaseOperator, literal
from tradewind.sdk.context import Context, Lazy
from tradewind.sdk.exceptions import AirflowException
from tradewind.sdk.notifier import BaseNotifier
from tradewind.sdk.template import render_operator, render_value

CONTEXT = Context(ds="2026-01-05", n=3, logical_date=datetime(2026, 1, 5, 3, tzinfo=UTC), _private=1)


class Show(BaseOperator):
    template_fields = ("what",)
    template_ext = (".sql",)

    def __init__(self, *, what, **kwargs):
        super().__init__(**kwargs)
        self.what = what


def rendered(what, context=CONTEXT, **dag_arguments):
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC), **dag_arguments):
        operator = Show(task_id="show", what=what)
    render_operator(operator, context)
    return operator.what


Point = namedtuple("Point", "x y")  # noqa: PYI024 - the other kind of tuple with names


@dataclass(frozen=True)
class Box:
    label: str
    size: int = 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{ ds }}!", "2026-01-05!"),
        ("no template {", "no template {"),
        (["{{ ds }}", 1, None], ["2026-01-05", 1, None]),
        (("{{ n }}",), ("3",)),
        ({"k": {"deep": ["{{ n }}"]}, "{{ ds }}": 1}, {"k": {"deep": ["3"]}, "{{ ds }}": 1}),
        ({"{{ n }}"}, {"3"}),
        (Point("{{ n }}", 2), Point("3", 2)),
        (Box("{{ n }}"), Box("3")),
        (timedelta(1), timedelta(1)),
        (literal("{{ n }}"), "{{ n }}"),
        ("{% for i in range(n) %}{{ i }}{% endfor %}", "012"),
        ("{# nothing #}x", "x"),
    ],
)
def test_values_of_every_shape_are_rendered(before, after):
    assert rendered(before) == after


def test_the_filters_for_dates():
    text = (
        "{{ logical_date | ds }} {{ logical_date | ds_nodash }} {{ logical_date | ts }} {{ logical_date | ts_nodash }}"
    )
    assert rendered(text) == "2026-01-05 20260105 2026-01-05T03:00:00+00:00 20260105T030000"
    assert rendered("{{ logical_date | ts_nodash_with_tz }}") == "20260105T030000+0000"


def test_an_unknown_name_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="'nope' is undefined"):
        rendered("{{ nope }}")


def test_an_error_says_which_field_of_which_task_it_was_in():
    with pytest.raises(jinja2.UndefinedError) as caught:
        rendered("echo {{ nope }}")
    assert caught.value.__notes__ == ["It happened while the field 'what' of task 'show' was rendered: echo {{ nope }}"]
    with pytest.raises(jinja2.UndefinedError) as caught:
        rendered(["a", {"b": "{{ nope }}"}])
    assert caught.value.__notes__ == ["It happened while the field 'what' of task 'show' was rendered"]


def test_a_dag_may_forgive_unknown_names():
    assert rendered("{{ nope }}", template_undefined=jinja2.Undefined) == ""


def test_native_rendering_gives_python_objects():
    assert rendered("{{ [n, n + 1] }}", render_template_as_native_obj=True) == [3, 4]


def test_macros_and_filters_of_the_dag():
    assert rendered("{{ twice(n) }} {{ n | neg }}", user_defined_macros={"twice": lambda x: 2 * x},
                    user_defined_filters={"neg": lambda x: -x}) == "6 -3"  # fmt: skip


def test_a_template_file_is_read_from_the_search_path_and_rendered(tmp_path):
    (tmp_path / "query.sql").write_text("select '{{ ds }}'")
    assert rendered("query.sql", template_searchpath=str(tmp_path)) == "select '2026-01-05'"


def test_a_missing_template_file_is_named_with_the_folders(tmp_path):
    with pytest.raises(AirflowException, match="nope.sql.*" + tmp_path.name):
        rendered("nope.sql", template_searchpath=str(tmp_path))


def test_dunder_attributes_are_closed_to_templates():
    with pytest.raises(jinja2.exceptions.SecurityError):
        rendered("{{ ds.__class__.__mro__ }}")


def test_lazy_values_are_worked_out_only_where_a_template_names_them():
    asked = []
    context = Context(a=Lazy(lambda: asked.append("a") or "A"), b=Lazy(lambda: asked.append("b") or "B"))
    assert rendered("{{ a }}{{ a }}", context) == "AA"
    assert asked == ["a"]


def test_an_object_with_template_fields_is_rendered_in_place():
    class Inner:
        template_fields = ("text",)
        text = "{{ n }}"

    inner = Inner()
    assert rendered({"inner": inner})["inner"] is inner
    assert inner.text == "3"


class Container:
    def __init__(self, image, env):
        self.image, self.env = image, env


class ShowContainers(Show):
    """Reaches into objects that know nothing of templates, as operators of other packages do."""

    def _render_nested_template_fields(self, value, context, jinja_env, seen_oids):
        if isinstance(value, Container) and id(value) not in seen_oids:
            seen_oids.add(id(value))
            self._do_render_template_fields(value, ("image",), context, jinja_env, seen_oids)
            return
        super()._render_nested_template_fields(value, context, jinja_env, seen_oids)


def test_an_operator_may_say_how_objects_of_others_are_rendered():
    container = Container("image:{{ n }}", "{{ n }}")
    operator = ShowContainers(task_id="show", what=["{{ ds }}", container, Box("{{ n }}")])
    render_operator(operator, CONTEXT)
    assert operator.what == ["2026-01-05", container, Box("3")]
    assert (container.image, container.env) == ("image:3", "{{ n }}")


def test_fields_that_are_made_up_while_a_task_or_notifier_runs_can_be_rendered_then():
    class Note(BaseNotifier):
        template_fields = ("text",)
        text = "{{ n }} of {{ ds | twice }}"

    with DAG("d", user_defined_filters={"twice": lambda text: text * 2}) as dag:
        operator = Show(task_id="show", what=None)
    operator.what = "{{ ds | twice }}"
    operator._do_render_template_fields(operator, ["what"], CONTEXT, operator.get_template_env(), set())
    note = Note()
    note._do_render_template_fields(note, ["text"], CONTEXT, note.get_template_env(dag=dag), set())
    assert (operator.what, note.text) == ("2026-01-052026-01-05", "3 of 2026-01-052026-01-05")


def test_a_value_can_be_rendered_on_its_own():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        operator = Show(task_id="show", what=None)
    assert render_value(operator, ["{{ n }}"], CONTEXT) == ["3"]


def test_included_files_and_imported_macros_see_the_context(tmp_path):
    (tmp_path / "tail.sql").write_text("limit {{ n }} {{ shout(ds) }}")
    (tmp_path / "macros.sql").write_text("{% macro since() %}'{{ ds }}'{% endmacro %}")
    (tmp_path / "main.sql").write_text(
        "{% import 'macros.sql' as own with context %}{% set table = 't' %}{% macro cols() %}a, b{% endmacro %}"
        "select {{ cols() }} from {{ table }} where {{ own.since() }} {% include 'tail.sql' %}"
    )
    after = rendered(
        "main.sql", template_searchpath=str(tmp_path), user_defined_macros={"shout": lambda text: f"{text}!"}
    )
    assert after == "select a, b from t where '2026-01-05' limit 3 2026-01-05!"

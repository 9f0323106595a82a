"""Jinja templates of operators: environments, filters, and the rendering of nested fields.

A text without ``{{``, ``{%`` or ``{#`` never reaches Jinja. Compiled templates are kept per environment, and an
environment is kept as long as its DAG object lives.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import jinja2
import jinja2.nativetypes
import jinja2.sandbox

from tradewind.sdk.exceptions import AirflowException
from tradewind.sdk.resolve import Resolvable

if TYPE_CHECKING:
    from tradewind.sdk.context import Context

__all__ = [
    "FILTERS",
    "environment_of",
    "make_environment",
    "render_named",
    "render_operator",
    "render_text",
    "render_value",
]


def _ds(value: datetime | None) -> str:
    return "" if value is None else value.strftime("%Y-%m-%d")


def _ds_nodash(value: datetime | None) -> str:
    return "" if value is None else value.strftime("%Y%m%d")


def _ts(value: datetime | None) -> str:
    return "" if value is None else value.isoformat()


def _ts_nodash(value: datetime | None) -> str:
    return "" if value is None else value.strftime("%Y%m%dT%H%M%S")


def _ts_nodash_with_tz(value: datetime | None) -> str:
    return "" if value is None else value.isoformat().replace("-", "").replace(":", "")


FILTERS = {
    "ds": _ds,
    "ds_nodash": _ds_nodash,
    "ts": _ts,
    "ts_nodash": _ts_nodash,
    "ts_nodash_with_tz": _ts_nodash_with_tz,
}


class _Rules:
    """Attributes with one leading underscore are open to templates, those with two are not."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - the shape of Jinja
        return not jinja2.sandbox.is_internal_attribute(obj, attr)


class _TextEnvironment(_Rules, jinja2.sandbox.SandboxedEnvironment):
    pass


class _NativeEnvironment(_Rules, jinja2.nativetypes.NativeEnvironment, jinja2.sandbox.SandboxedEnvironment):
    pass


class _Names(dict[str, Any]):
    """What a template sees: the context as it is, so that its lazy values stay lazy, and then the globals."""

    __slots__ = ("_context",)

    def __init__(self, context: Mapping[str, Any], global_names: Mapping[str, Any]) -> None:
        super().__init__(global_names)
        self._context = context

    def __contains__(self, key: object) -> bool:
        return key in self._context or dict.__contains__(self, key)

    def __getitem__(self, key: str) -> Any:
        return self._context[key] if key in self._context else dict.__getitem__(self, key)

    def __iter__(self) -> Iterator[str]:
        # An own __iter__ makes `dict(names)` read through __getitem__: what an included template sees is copied so.
        return iter(self.keys())

    def keys(self) -> Any:
        return dict.fromkeys([*dict.keys(self), *self._context]).keys()


def make_environment(dag: Any, *, native: bool) -> jinja2.Environment:
    """The Jinja environment of a DAG: its search path, macros, filters, and idea of undefined names.

    Args:
        dag: the DAG, or None for the defaults.
        native: render to Python objects instead of texts.
    """
    folder = getattr(dag, "folder", "") or (os.path.dirname(getattr(dag, "fileloc", "") or "") or ".")  # noqa: PTH120
    searchpath = [str(folder), *_texts(getattr(dag, "template_searchpath", None))]
    options: dict[str, Any] = {
        "loader": jinja2.FileSystemLoader(searchpath),
        "undefined": getattr(dag, "template_undefined", None) or jinja2.StrictUndefined,
        "extensions": ["jinja2.ext.do"],
        "cache_size": 0,
    }
    options.update(getattr(dag, "jinja_environment_kwargs", None) or {})
    environment = (_NativeEnvironment if native else _TextEnvironment)(**options)
    environment.filters.update(FILTERS)
    environment.filters.update(getattr(dag, "user_defined_filters", None) or {})
    environment.globals.update(getattr(dag, "user_defined_macros", None) or {})
    return environment


LONGEST_SHOWN = 200
"""Characters of a template that an error shows."""

_environments: WeakKeyDictionary[Any, dict[bool, jinja2.Environment]] = WeakKeyDictionary()
_compiled: WeakKeyDictionary[jinja2.Environment, dict[str, jinja2.Template]] = WeakKeyDictionary()


def environment_of(task: Any, dag: Any = None) -> jinja2.Environment:
    """The environment for a task's fields, made once for its DAG, or for the one that is given."""
    dag = getattr(task, "dag_or_none", None) if dag is None else dag
    native = getattr(task, "render_template_as_native_obj", None)
    if native is None:
        native = bool(getattr(dag, "render_template_as_native_obj", False))
    if dag is None:
        return make_environment(None, native=native)
    made = _environments.setdefault(dag, {})
    if native not in made:
        made[native] = make_environment(dag, native=native)
    return made[native]


def render_text(text: str, context: Context, environment: jinja2.Environment) -> Any:
    """Render one text."""
    if "{" not in text or not ("{{" in text or "{%" in text or "{#" in text):
        return text
    compiled = _compiled.setdefault(environment, {})
    template = compiled.get(text)
    if template is None:
        template = compiled[text] = environment.from_string(text)
    return _rendered(template, context, environment)


def _rendered(template: jinja2.Template, context: Context, environment: jinja2.Environment) -> Any:
    names = _Names(context, environment.globals)
    scope = template.new_context(names, shared=True)
    try:
        parts = template.root_render_func(scope)
        if isinstance(environment, _NativeEnvironment):
            return jinja2.nativetypes.native_concat(parts)
        return "".join(parts)
    except Exception:  # noqa: BLE001 - not swallowed: jinja rewrites the traceback to the template's lines and raises
        return environment.handle_exception()


def render_operator(operator: Any, context: Context, environment: jinja2.Environment | None = None) -> None:
    """Render the template fields of an operator, or of anything that names `template_fields`, in place.

    Raises:
        jinja2.TemplateError: a template is wrong, or names something that the context does not have.
        AirflowException: a template file is not there.
    """
    env = environment_of(operator) if environment is None else environment
    final = getattr(operator, "mapped_fields", ())
    names = [name for name in operator.template_fields if name not in final]
    through = getattr(operator, "_do_render_template_fields", None)
    try:
        if through is None:
            render_named(operator, operator, names, context, env, set())
        else:
            through(operator, names, context, env, set())
    except jinja2.TemplateNotFound as error:
        raise AirflowException(
            f"template file {error.name!r} of task {getattr(operator, 'task_id', '?')!r} is not in "
            f"{', '.join(getattr(env.loader, 'searchpath', []))}"
        ) from error


def render_value(
    owner: Any,
    content: Any,
    context: Context,
    environment: jinja2.Environment | None = None,
    seen: set[int] | None = None,
) -> Any:
    """Render a value of whatever shape for `owner`, whose `template_ext` says which texts name template files."""
    env = environment_of(owner) if environment is None else environment
    suffixes = tuple(getattr(owner, "template_ext", ()) or ())
    return _Rendering(owner, context, env, set() if seen is None else seen).value(content, suffixes)


def render_named(  # noqa: PLR0917 - the shape of `_do_render_template_fields`, which subclasses call so
    owner: Any, parent: Any, names: Iterable[str], context: Context, environment: jinja2.Environment, seen: set[int]
) -> None:
    """Render these attributes of `parent`, which is `owner` or something within it, in place.

    Raises:
        AttributeError: there is no such attribute.
    """
    rendering = _Rendering(owner, context, environment, seen)
    suffixes = tuple(getattr(parent, "template_ext", ()) or ())
    for name in names:
        try:
            before = getattr(parent, name)
        except AttributeError as error:
            raise AttributeError(
                f"{name!r} is configured as a template field but {getattr(parent, 'task_type', type(parent).__name__)} "
                "does not have this attribute."
            ) from error
        if before is None or before == "":
            continue
        try:
            after = rendering.value(before, suffixes)
        except Exception as error:
            error.add_note(_place(parent, name, before))
            raise
        if after is not before:
            setattr(parent, name, after)


def _place(parent: Any, name: str, value: Any) -> str:
    task_id = getattr(parent, "task_id", None)
    whose = f"task {task_id!r}" if task_id else type(parent).__name__
    text = f": {value}" if isinstance(value, str) else ""
    if len(text) > LONGEST_SHOWN:
        text = text[:LONGEST_SHOWN] + "..."
    return f"It happened while the field {name!r} of {whose} was rendered{text}"


class _Rendering:
    """One rendering: texts, lists, tuples, sets, dicts, stand-ins, dataclasses, objects with template fields."""

    def __init__(self, owner: Any, context: Context, environment: jinja2.Environment, seen: set[int]) -> None:
        self._nested = getattr(owner, "_render_nested_template_fields", None)
        self._owner, self._context, self._environment, self._seen = owner, context, environment, seen

    def value(self, value: Any, suffixes: tuple[str, ...] = ()) -> Any:
        """The value with everything in it rendered."""
        if isinstance(value, str):
            if suffixes and value.endswith(suffixes):
                return _rendered(self._environment.get_template(value), self._context, self._environment)
            return render_text(value, self._context, self._environment)
        if value is None or isinstance(value, int | float | bytes | datetime):
            return value
        if isinstance(value, Resolvable):
            return value.resolve(self._context)
        if isinstance(value, list):
            return [self.value(item, suffixes) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item, suffixes) for key, item in value.items()}
        if isinstance(value, tuple):
            items = [self.value(item, suffixes) for item in value]
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, set | frozenset):
            return type(value)(self.value(item, suffixes) for item in value)
        return self._object(value)

    def _object(self, value: Any) -> Any:
        if isinstance(value, type | PurePath) or id(value) in self._seen:
            return value
        if self._nested is not None:
            self._nested(value, self._context, self._environment, self._seen)
            if id(value) in self._seen:
                return value
        self._seen.add(id(value))
        names = getattr(value, "template_fields", None)
        if names and not callable(names):
            render_named(self._owner, value, names, self._context, self._environment, self._seen)
        elif is_dataclass(value) and not isinstance(value, type):
            before = {item.name: getattr(value, item.name) for item in fields(value) if item.init}
            after = {name: self.value(item) for name, item in before.items()}
            if any(after[name] is not before[name] and after[name] != before[name] for name in before):
                return replace(value, **after)
        return value


def _texts(value: Any) -> list[str]:
    if not value:
        return []
    return [str(value)] if isinstance(value, str | PurePath) else [str(item) for item in value]

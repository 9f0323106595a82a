"""`@task` and its kin: a function becomes a task each time it is called while a DAG file is read."""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType, UnknownTaskDecorator
from tradewind.sdk.decorated import (
    CallDecorated,
    CommandDecorated,
    DecoratedOperator,
    call_signature,
    check_call,
    decorated_class,
)
from tradewind.sdk.expansion import DictOfLists, ExpandInput, ListOfDicts, check_mappable
from tradewind.sdk.mapped import DecoratedMappedOperator, MappedOperator, check_complete
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.operator_meta import accepted_names, find_place
from tradewind.sdk.xcom_arg import XComArg

if TYPE_CHECKING:
    from tradewind.sdk.dag import DAG
    from tradewind.sdk.group import TaskGroup

__all__ = ["TASK_DECORATORS", "DecoratedOperator", "TaskDecorator", "TaskDecorators", "task", "task_decorator_factory"]

_STANDARD = "tradewind.providers.standard"

TASK_DECORATORS: Mapping[str, str] = {
    "python": f"{_STANDARD}.operators.python_function:PythonOperator",
    "virtualenv": f"{_STANDARD}.operators.python_process:PythonVirtualenvOperator",
    "external_python": f"{_STANDARD}.operators.python_process:ExternalPythonOperator",
    "branch": f"{_STANDARD}.operators.python_function:BranchPythonOperator",
    "branch_virtualenv": f"{_STANDARD}.operators.python_process:BranchPythonVirtualenvOperator",
    "branch_external_python": f"{_STANDARD}.operators.python_process:BranchExternalPythonOperator",
    "short_circuit": f"{_STANDARD}.operators.python_function:ShortCircuitOperator",
    "sensor": f"{_STANDARD}.sensors.python:PythonSensor",
    "bash": f"{_STANDARD}.operators.bash:BashOperator",
}
"""The operator behind each `@task.<name>`. Packages add more under the entry point group `tradewind.task_decorators`;
theirs may also name a decorator made with `task_decorator_factory`."""

ENTRY_POINT_GROUP = "tradewind.task_decorators"


class TaskDecorator:
    """A function that makes a task when it is called."""

    is_task_decorator = True

    def __init__(
        self, function: Callable[..., Any], operator_class: type[BaseOperator], kwargs: dict[str, Any]
    ) -> None:
        if not callable(function):
            raise InvalidArgumentType(f"@task decorates functions, not {function!r}")
        if inspect.isclass(function):
            raise InvalidArgumentType(f"@task decorates functions, not classes such as {function.__name__}")
        self.function = function
        self.operator_class = operator_class
        self.kwargs = dict(kwargs)
        self.is_setup = False
        self.is_teardown = False
        self.on_failure_fail_dagrun = False
        self.returns_dag_result = False
        self._signature: inspect.Signature | None = None
        self.kwargs.setdefault("task_id", getattr(function, "__name__", type(function).__name__))
        if (
            _takes(operator_class, "multiple_outputs")
            and "multiple_outputs" not in self.kwargs
            and _returns_dict(function)
        ):
            self.kwargs["multiple_outputs"] = True
        if function.__doc__ and not any(
            key in self.kwargs for key in ("doc", "doc_md", "doc_json", "doc_yaml", "doc_rst")
        ):
            self.kwargs["doc_md"] = inspect.cleandoc(function.__doc__)
        functools.update_wrapper(self, function, updated=())

    @property
    def signature(self) -> inspect.Signature:
        """The function's, with parameters that the context fills made optional.

        Raises:
            InvalidArgument: such a parameter has a default that the context would hide.
        """
        if self._signature is None:
            self._signature = call_signature(self.function)
        return self._signature

    def __call__(self, *args: Any, **kwargs: Any) -> XComArg:
        arguments = self._declaration()
        op_kwargs = {**(arguments.pop("op_kwargs", None) or {}), **kwargs}
        if self._is_called_as_it_stands:
            check_call(self.signature, self.__name__, args, op_kwargs)  # type: ignore[attr-defined]
        operator = self.operator_class(python_callable=self.function, op_args=args, op_kwargs=op_kwargs, **arguments)
        return XComArg(self._marked(operator))

    @property
    def _is_called_as_it_stands(self) -> bool:
        """Whether a call gives all that the function takes. Operators of packages may add more, such as a session."""
        return issubclass(self.operator_class, (CallDecorated, CommandDecorated))

    def _declaration(self) -> dict[str, Any]:
        """The operator's own arguments, with a task id that is free."""
        arguments = dict(self.kwargs)
        place = find_place(arguments.get("dag"), arguments.get("task_group"))
        arguments["task_id"] = unique_task_id(arguments["task_id"], place.dag, place.group)
        return arguments

    def _marked(self, operator: Any) -> Any:
        if self.is_setup:
            operator.as_setup()
        if self.is_teardown:
            operator.as_teardown(on_failure_fail_dagrun=self.on_failure_fail_dagrun)
        operator.returns_dag_result = self.returns_dag_result
        return operator

    def override(self, **kwargs: Any) -> TaskDecorator:
        """The same task with other operator arguments."""
        other = TaskDecorator(self.function, self.operator_class, {**self.kwargs, **kwargs})
        other._signature = self._signature
        other.is_setup, other.is_teardown = self.is_setup, self.is_teardown
        other.on_failure_fail_dagrun = self.on_failure_fail_dagrun
        other.returns_dag_result = self.returns_dag_result
        return other

    # -- mapping ---------------------------------------------------------------------------------------------------

    def partial(self, **kwargs: Any) -> TaskDecorator:
        """The same task with some of the function's arguments fixed.

        Raises:
            InvalidArgumentType: the function has no such argument, or it is fixed already.
        """
        self._check_names("partial", kwargs)
        constants = dict(self.kwargs.get("op_kwargs") or {})
        self._check_twice(kwargs, constants)
        return self.override(op_kwargs={**constants, **kwargs})

    def expand(self, **mapped_kwargs: Any) -> XComArg:
        """One instance for each combination of the items of these lists, dicts or outputs.

        Raises:
            InvalidArgumentType: nothing is given, an argument the function does not have, or what can't be mapped.
        """
        if self.kwargs.get("trigger_rule") == "always" and any(isinstance(v, XComArg) for v in mapped_kwargs.values()):
            raise InvalidArgument(
                "Task-generated mapping within a task using 'expand' is not allowed with trigger rule 'always'."
            )
        if not mapped_kwargs:
            raise InvalidArgumentType("no arguments to expand against")
        self._check_names("expand", mapped_kwargs)
        check_mappable("expand()", mapped_kwargs)
        constants = self.kwargs.get("op_kwargs") or {}
        self._check_twice(mapped_kwargs, constants)
        if self._is_called_as_it_stands:
            check_complete(f"{self.__name__}()", self._required() - {*mapped_kwargs, *constants})  # type: ignore[attr-defined]
        return self._expanded(DictOfLists(mapped_kwargs), strict=True)

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> XComArg:
        """One instance for each dict of arguments in a list or output.

        Raises:
            InvalidArgumentType: it is neither, or a dict names an argument the function does not have.
        """
        if isinstance(kwargs, str) or not isinstance(kwargs, XComArg | list | tuple):
            raise InvalidArgumentType(f"expected XComArg or list[dict], not {type(kwargs).__name__}")
        for item in () if isinstance(kwargs, XComArg) else kwargs:
            if isinstance(item, Mapping):
                self._check_names("expand_kwargs", item)
            elif not isinstance(item, XComArg):
                raise InvalidArgumentType(f"expected XComArg or list[dict], not a list with {type(item).__name__}")
        return self._expanded(ListOfDicts(kwargs), strict=strict)

    def _expanded(self, expand_input: ExpandInput, *, strict: bool) -> XComArg:
        arguments = self._declaration()
        place = find_place(arguments.pop("dag", None), arguments.pop("task_group", None))
        accepted, _ = accepted_names(self.operator_class)
        defaults = place.default_args(arguments.pop("default_args", None))
        operator = DecoratedMappedOperator(
            self.operator_class,
            {"python_callable": self.function, "op_args": [], **arguments},
            expand_input,
            place,
            defaults={name: value for name, value in defaults.items() if name in accepted},
            strict=strict,
            op_kwargs_input=True,
        )
        return XComArg(self._marked(operator))

    def looped(self, expand_input: ExpandInput) -> MappedOperator:
        """The task of a loop, of which there is an instance for each iteration."""
        made: MappedOperator = self._expanded(expand_input, strict=False).operator  # type: ignore[attr-defined] - plain
        return made

    def _check_names(self, call: str, kwargs: Mapping[str, Any]) -> None:
        parameters = self.signature.parameters
        if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            return
        unknown = [name for name in kwargs if name not in parameters]
        if unknown:
            listed = ", ".join(map(repr, unknown))
            raise InvalidArgumentType(
                f"{self.__name__}.{call}() got {'an ' if len(unknown) == 1 else ''}unexpected keyword "  # type: ignore[attr-defined]
                f"argument{'' if len(unknown) == 1 else 's'} {listed}"
            )

    def _required(self) -> set[str]:
        """The function's arguments that a call must give."""
        named = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
        return {n for n, p in self.signature.parameters.items() if p.default is p.empty and p.kind in named}

    @staticmethod
    def _check_twice(kwargs: Mapping[str, Any], constants: Mapping[str, Any]) -> None:
        twice = sorted(kwargs.keys() & constants.keys())
        if twice:
            raise InvalidArgumentType(f"mapping already partial argument: {', '.join(map(repr, twice))}")

    def __repr__(self) -> str:
        return f"<@task {self.kwargs['task_id']}>"


def unique_task_id(task_id: str, dag: DAG | None, group: TaskGroup | None) -> str:
    """A free id: this one, or with ``__1``, ``__2`` ... behind it."""
    if dag is None:
        return task_id

    def full(one: str) -> str:
        return group.child_id(one) if group is not None else one

    if full(task_id) not in dag.used_ids:
        return task_id
    core = re.sub(r"__\d+$", "", task_id)
    number = dag.last_suffix.get(full(core), 0) + 1
    while full(f"{core}__{number}") in dag.used_ids:
        number += 1
    dag.last_suffix[full(core)] = number
    return f"{core}__{number}"


def task_decorator_factory(
    python_callable: Callable[..., Any] | None = None,
    *,
    decorated_operator_class: type[BaseOperator],
    multiple_outputs: bool | None = None,
    **kwargs: Any,
) -> Any:
    """A decorator, or a decorated function, for an operator that takes `python_callable`, `op_args` and `op_kwargs`.

    Args:
        python_callable: the function, where the decorator is used without arguments.
        decorated_operator_class: the operator behind it.
        multiple_outputs: whether a returned dict is pushed key by key; None: where the function says it returns one.

    Raises:
        InvalidArgumentType: an unknown argument, or what is decorated is no function.
    """
    if multiple_outputs is not None:
        kwargs["multiple_outputs"] = multiple_outputs
    _check_arguments(decorated_operator_class, kwargs)
    if python_callable is not None:
        return TaskDecorator(python_callable, decorated_operator_class, kwargs)
    return lambda function: TaskDecorator(function, decorated_operator_class, kwargs)


def _check_arguments(operator_class: type[BaseOperator], kwargs: Mapping[str, Any]) -> None:
    accepted, takes_more = accepted_names(operator_class)
    unknown = [name for name in kwargs if name not in accepted]
    if unknown and not takes_more:
        raise InvalidArgumentType(
            f"Invalid arguments were passed to {operator_class.__name__}: {', '.join(map(repr, unknown))}"
        )


def _takes(operator_class: type[BaseOperator], name: str) -> bool:
    return not issubclass(operator_class, CommandDecorated) and name in accepted_names(operator_class)[0]


def _returns_dict(function: Callable[..., Any]) -> bool:
    """Whether the function says that it returns a dict."""
    annotation = getattr(function, "__annotations__", {}).get("return")
    if isinstance(annotation, str):
        if "ict" not in annotation and "Mapping" not in annotation:
            return False
        try:
            annotation = typing.get_type_hints(function)["return"]
        except (NameError, TypeError, AttributeError, SyntaxError):  # a name that only a type checker sees
            return False
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, Mapping)


# -- the collection ------------------------------------------------------------------------------------------------


class TaskDecorators:
    """`task` itself is `task.python`; the others are found by name. Those of `dag.task` make tasks of that DAG."""

    def __init__(self, dag: DAG | None = None) -> None:
        self._fixed = {} if dag is None else {"dag": dag}
        self._made: dict[str, Callable[..., Any]] = {}

    def __call__(self, python_callable: Callable[..., Any] | None = None, **kwargs: Any) -> Any:
        """Make a function a Python task. All arguments of an operator can be given.

        Raises:
            InvalidArgumentType: an argument is unknown.
        """
        return self.python(python_callable, **kwargs)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._made:
            made = _load_decorator(name)
            self._made[name] = functools.partial(made, **self._fixed) if self._fixed else made
        return self._made[name]

    def __dir__(self) -> list[str]:
        return sorted({*TASK_DECORATORS, "loop", "run_if", "skip_if"})

    @staticmethod
    def loop(**options: Any) -> Callable[..., Any]:
        """Repeat the task below, each time on its own result, until that is good enough or `max_iterations` times."""
        from tradewind.sdk.loop import loop_task  # noqa: PLC0415 - few DAGs need it

        return loop_task(**options)

    @staticmethod
    def run_if(condition: Any, skip_message: str | None = None) -> Callable[[TaskDecorator], TaskDecorator]:
        """Run the task below only if `condition(context)` holds, else skip it."""
        from tradewind.sdk.conditions import run_if  # noqa: PLC0415 - few DAGs need it

        return run_if(condition, skip_message)

    @staticmethod
    def skip_if(condition: Any, skip_message: str | None = None) -> Callable[[TaskDecorator], TaskDecorator]:
        """Skip the task below if `condition(context)` holds."""
        from tradewind.sdk.conditions import skip_if  # noqa: PLC0415 - few DAGs need it

        return skip_if(condition, skip_message)


def _load_decorator(name: str) -> Callable[..., Any]:
    target = _target(name)
    if isinstance(target, type) and issubclass(target, BaseOperator):
        return functools.partial(task_decorator_factory, decorated_operator_class=decorated_class(name, target))
    if not callable(target):
        raise UnknownTaskDecorator(f"task decorator {name!r} names {target!r}, which is neither operator nor decorator")
    return target  # a decorator of a package's own


def _target(name: str) -> object:
    if name in TASK_DECORATORS:
        module, _, attribute = TASK_DECORATORS[name].partition(":")
        return getattr(import_module(module), attribute)
    from tradewind.base.entrypoints import load, names  # noqa: PLC0415 - few DAGs need it
    from tradewind.sdk.provider_catalogue import catalogue  # noqa: PLC0415 - same
    from tradewind.sdk.provider_decorators import provider_decorator  # noqa: PLC0415 - same

    # The catalogue is kept in a file; to ask for entry points is to read the metadata of all that is installed.
    if name not in catalogue().task_decorators and name in names(ENTRY_POINT_GROUP):
        return load(ENTRY_POINT_GROUP, name)
    return provider_decorator(name)


task = TaskDecorators()
"""The collection of task decorators: ``@task``, ``@task.bash``, ``@task.branch``, ..."""

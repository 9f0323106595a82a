"""`@setup`, `@teardown` and `@task_group`: what else a function in a DAG file can be made."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.decorators import TaskDecorator, task
from tradewind.sdk.expansion import DictOfLists, ExpandInput, ListOfDicts, check_mappable
from tradewind.sdk.group import MappedArgument, MappedTaskGroup, TaskGroup
from tradewind.sdk.xcom_arg import XComArg

__all__ = ["TaskGroupFactory", "setup", "task_group", "teardown"]


def setup(function: Callable[..., Any] | TaskDecorator) -> TaskDecorator:
    """Make a function, or a decorated task, a setup.

    Raises:
        InvalidArgumentType: it is a task group.
    """
    decorated = _as_task(function)
    decorated.is_setup = True
    return decorated


def teardown(_func: Callable[..., Any] | TaskDecorator | None = None, *, on_failure_fail_dagrun: bool = False) -> Any:
    """Make a function, or a decorated task, a teardown.

    Raises:
        InvalidArgumentType: it is a task group.
    """

    def decorate(function: Callable[..., Any] | TaskDecorator) -> TaskDecorator:
        decorated = _as_task(function)
        decorated.is_teardown = True
        decorated.on_failure_fail_dagrun = on_failure_fail_dagrun
        return decorated

    return decorate if _func is None else decorate(_func)


def _as_task(function: Callable[..., Any] | TaskDecorator) -> TaskDecorator:
    if isinstance(function, TaskGroupFactory):
        raise InvalidArgumentType("Task groups cannot be marked as setup or teardown.")
    return function if isinstance(function, TaskDecorator) else task(function)


class TaskGroupFactory:
    """A function that makes a group of tasks when it is called."""

    def __init__(self, function: Callable[..., Any], kwargs: Mapping[str, Any], constants: Mapping[str, Any]) -> None:
        self.function = function
        self.kwargs = dict(kwargs)
        self.constants = dict(constants)
        self.signature = inspect.signature(function)
        self.kwargs.setdefault("group_id", function.__name__)
        if function.__doc__ and not self.kwargs.get("tooltip"):
            self.kwargs["tooltip"] = inspect.cleandoc(function.__doc__)
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the group; gives what the function returns, or the group if that is nothing to depend on."""
        with TaskGroup(add_suffix_on_collision=True, **self.kwargs) as group:
            value = self.function(*args, **{**self.constants, **kwargs})
        return group if value is None else value

    def override(self, **kwargs: Any) -> TaskGroupFactory:
        """The same with other arguments of the group."""
        return TaskGroupFactory(self.function, {**self.kwargs, **kwargs}, self.constants)

    def partial(self, **kwargs: Any) -> TaskGroupFactory:
        """The same with some of the function's arguments fixed.

        Raises:
            InvalidArgumentType: the function has no such argument.
        """
        self._check_names("partial", kwargs)
        return TaskGroupFactory(self.function, self.kwargs, {**self.constants, **kwargs})

    def expand(self, **mapped_kwargs: Any) -> Any:
        """A copy of the group for each combination of the items of these lists, dicts or outputs.

        Raises:
            InvalidArgumentType: nothing is given, an argument the function does not have, or what can't be mapped.
        """
        if not mapped_kwargs:
            raise InvalidArgumentType("no arguments to expand against")
        self._check_names("expand", mapped_kwargs)
        check_mappable("expand()", mapped_kwargs)
        return self._expanded(DictOfLists(mapped_kwargs), list(mapped_kwargs))

    def expand_kwargs(self, kwargs: Any) -> Any:
        """A copy of the group for each dict of arguments in a list or output.

        Raises:
            InvalidArgumentType: it is neither.
        """
        if isinstance(kwargs, str) or not isinstance(kwargs, XComArg | Sequence):
            raise InvalidArgumentType(f"expected XComArg or list[dict], not {type(kwargs).__name__}")
        names = [
            name
            for name, p in self.signature.parameters.items()
            if name not in self.constants and p.kind in {p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY}
        ]
        if not isinstance(kwargs, XComArg):
            given = {name for item in kwargs if isinstance(item, Mapping) for name in item}
            self._check_names("expand_kwargs", dict.fromkeys(given))
            names = [name for name in names if name in given]
        return self._expanded(ListOfDicts(kwargs), names)

    def _expanded(self, expand_input: ExpandInput, names: Sequence[str]) -> Any:
        twice = [name for name in names if name in self.constants]
        if twice:
            raise InvalidArgumentType(f"mapping already partial argument: {', '.join(map(repr, twice))}")
        with MappedTaskGroup(expand_input=expand_input, add_suffix_on_collision=True, **self.kwargs) as group:
            arguments = {name: MappedArgument(expand_input, name) for name in names}
            value = self.function(**{**self.constants, **arguments})
        return group if value is None else value

    def _check_names(self, call: str, kwargs: Mapping[str, Any]) -> None:
        parameters = self.signature.parameters
        if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            return
        unknown = [name for name in kwargs if name not in parameters]
        if unknown:
            listed = ", ".join(map(repr, unknown))
            raise InvalidArgumentType(f"{self.function.__name__}.{call}() got an unexpected keyword argument {listed}")


class TaskGroupDecorator:
    """`task_group` and what belongs to it."""

    def __call__(self, python_callable: Callable[..., Any] | None = None, **kwargs: Any) -> Any:
        """Make a function that creates tasks a task group; the arguments are those of `TaskGroup`.

        Raises:
            InvalidArgumentType: what is decorated is no function.
        """
        if python_callable is None:
            return lambda function: TaskGroupFactory(function, kwargs, {})
        if not callable(python_callable):
            raise InvalidArgumentType("use keyword arguments with @task_group: @task_group(group_id=...)")
        return TaskGroupFactory(python_callable, kwargs, {})

    @staticmethod
    def loop(**options: Any) -> Callable[..., Any]:
        """Repeat the group below, each time on the result that its function returns, until that is good enough or
        `max_iterations` times."""
        from tradewind.sdk.loop import loop_group  # noqa: PLC0415 - few DAGs need it

        return loop_group(**options)


task_group = TaskGroupDecorator()
"""``@task_group``, and ``@task_group.loop(...)``."""

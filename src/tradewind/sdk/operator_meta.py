"""How operators come to be: where they are placed, and what `default_args` fill in for them."""

from __future__ import annotations

import inspect
from abc import ABCMeta
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from tradewind.sdk.authoring_errors import FailFastDagInvalidTriggerRule, InvalidArgumentType
from tradewind.sdk.node import TaskNode
from tradewind.sdk.stack import current_dag, current_group
from tradewind.sdk.trigger_rule import TriggerRule

if TYPE_CHECKING:
    from tradewind.sdk.dag import DAG
    from tradewind.sdk.group import TaskGroup

__all__ = [
    "GIVEN",
    "OperatorMeta",
    "Placement",
    "accepted_names",
    "check_fail_fast",
    "executing",
    "find_place",
    "required_names",
]


GIVEN = "_BaseOperator__init_kwargs"
"""The attribute of an operator that has all arguments its constructors got; Airflow's name, which packages read."""
executing: ContextVar[Any] = ContextVar("executing_operator", default=None)
"""The operator that the runner executes here."""


class Placement(NamedTuple):
    """Where a new operator goes."""

    dag: DAG | None
    group: TaskGroup | None
    joins: bool = True
    """False where a mapped instance is built: its mapped operator is in the DAG already."""

    def default_args(self, own: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Default arguments that apply here: the DAG's, then the group's, then the operator's own."""
        merged: dict[str, Any] = dict(self.dag.default_args) if self.dag is not None else {}
        if self.group is not None:
            merged.update(self.group.default_args)
        if isinstance(own, Mapping):  # if it is something else, the operator says so
            merged.update(own)
        return merged


def find_place(dag: DAG | None, group: TaskGroup | None) -> Placement:
    """The place for an operator with these arguments: what is not given is taken from the open blocks."""
    if group is not None:
        return Placement(dag or group.dag, group)
    dag = dag or current_dag()
    return Placement(dag, current_group(dag) if dag is not None else None)


class OperatorMeta(ABCMeta):
    """Lets `default_args` fill in what a call leaves out, at every level of a class hierarchy."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> OperatorMeta:
        init = namespace.get("__init__")
        if init is not None:
            namespace["__init__"] = _with_defaults(init)
        execute = namespace.get("execute")
        if inspect.isfunction(execute):
            namespace["execute"] = _guarded(execute)
        return super().__new__(mcs, name, bases, namespace, **kwargs)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if args:
            raise InvalidArgumentType("Use keyword arguments when initializing operators")
        return cls.build(kwargs, find_place(kwargs.get("dag"), kwargs.get("task_group")))

    def build(cls, kwargs: dict[str, Any], place: Placement) -> Any:
        """A new operator in this place."""
        operator: Any = cls.__new__(cls, **kwargs)  # type: ignore[misc] - `cls` is a class of operators
        own = operator.__dict__
        own["_place"] = place
        own["_defaults"] = place.default_args(kwargs.get("default_args"))
        operator.__init__(**kwargs)
        del own["_defaults"], own["_place"]
        operator.declared(joins=place.joins)
        return operator


class _Parameters(NamedTuple):
    names: frozenset[str]
    required: frozenset[str]
    takes_more: bool


def _parameters(init: Callable[..., Any]) -> _Parameters:
    """Names that an `__init__` takes, and those that it must get."""
    parameters = list(inspect.signature(init).parameters.values())[1:]
    named = [p for p in parameters if p.kind not in {p.VAR_POSITIONAL, p.VAR_KEYWORD}]
    return _Parameters(
        frozenset(p.name for p in named),
        frozenset(p.name for p in named if p.default is p.empty),
        any(p.kind is p.VAR_KEYWORD for p in parameters),
    )


def _with_defaults(init: Callable[..., None]) -> Callable[..., None]:
    @cache
    def parameters() -> _Parameters:
        return _parameters(init)

    @wraps(init)
    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        if args:
            raise InvalidArgumentType("Use keyword arguments when initializing operators")
        names, required, _ = parameters()
        for name, value in vars(self).get("_defaults", {}).items():
            if name in names and name not in kwargs:
                kwargs[name] = value
        missing = required - kwargs.keys()
        if missing:
            listed = ", ".join(map(repr, sorted(missing)))
            raise InvalidArgumentType(
                f"{type(self).__name__}: missing keyword argument{'s' if len(missing) > 1 else ''} {listed}"
            )
        if (hook := getattr(self, "_hook_apply_defaults", None)) is not None:
            _, kwargs = hook(**kwargs)
        init(self, **kwargs)
        vars(self).setdefault(GIVEN, {}).update(kwargs)

    initialise.parameters = parameters  # type: ignore[attr-defined] - read by `accepted_names`
    return initialise


def _guarded(execute: Callable[..., Any]) -> Callable[..., Any]:
    """`execute` that only the runner calls, unless the operator may be called by the code of another."""

    @wraps(execute)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        if executing.get() is not self and not vars(self).get("_may_execute"):
            message = f"{type(self).__name__}.execute cannot be called outside of the Task Runner!"
            if not self.allow_nested_operators:
                raise RuntimeError(message)
            vars(self)["_may_execute"] = True  # said once, also where a subclass calls the `execute` of its parent
            self.log.warning(message)
        return execute(self, *args, **kwargs)

    return guarded


def required_names(cls: type) -> frozenset[str]:
    """The argument names that a class's own constructor must get."""
    init: Any = cls.__init__
    parameters: _Parameters = init.parameters() if hasattr(init, "parameters") else _parameters(init)
    return parameters.required


def accepted_names(cls: type) -> tuple[frozenset[str], bool]:
    """All argument names that a class's constructors take, and whether one takes any others."""
    known: tuple[frozenset[str], bool] | None = cls.__dict__.get("_accepted_names")
    if known is None:
        known = _accepted_names(cls)
        cls._accepted_names = known  # type: ignore[attr-defined] - kept with the class, for it does not change
    return known


def _accepted_names(cls: type) -> tuple[frozenset[str], bool]:
    names: set[str] = set()
    for one in cls.__mro__:
        init = one.__dict__.get("__init__")
        if init is None or one is object:
            continue
        parameters: _Parameters = init.parameters() if hasattr(init, "parameters") else _parameters(init)
        names |= parameters.names
        is_root = isinstance(one, OperatorMeta) and not any(isinstance(base, OperatorMeta) for base in one.__bases__)
        if is_root or not parameters.takes_more:  # the root takes more only to say what is wrong with it
            return frozenset(names), False
    return frozenset(names), True


def check_fail_fast(dag: DAG, task: TaskNode) -> None:
    """Check that a DAG that stops at the first failure has no task that waits for failures.

    Raises:
        FailFastDagInvalidTriggerRule: this task does.
    """
    if dag.fail_fast and task.trigger_rule not in {TriggerRule.ALL_SUCCESS, TriggerRule.ALL_DONE_SETUP_SUCCESS}:
        raise FailFastDagInvalidTriggerRule(
            f"A 'fail_fast' Dag can only have 'all_success' trigger rule, but task {task.task_id!r} has "
            f"{task.trigger_rule!s}",
            task_id=task.task_id,
        )

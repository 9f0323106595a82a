"""Loops with a bound: a task or group that is repeated, each time on its own result, until that is good enough.

    @task.loop(until=lambda model: model["loss"] < 0.1, max_iterations=20)
    def train(model, iteration):
        return improve(model)

    report(train(first_guess()))

The first parameter is what is carried: the argument of the call in the first iteration, the result of the iteration
before in all others. A parameter named ``iteration`` counts from 0. Each iteration is an instance of the task, with its
number as map index; what the loop gives to others is the last iteration's result, and `.all` is the list of all.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.context_keys import CONTEXT_KEYS
from tradewind.sdk.decorators import TaskDecorator, task
from tradewind.sdk.exceptions import AirflowFailException
from tradewind.sdk.expansion import ExpandInput
from tradewind.sdk.group import MappedArgument, MappedTaskGroup
from tradewind.sdk.node import TaskNode
from tradewind.sdk.resolve import Reference, references, resolve_nested
from tradewind.sdk.task_decorators import TaskGroupFactory
from tradewind.sdk.xcom_arg import XCOM_RETURN_KEY, PlainXComArg, depth_of, shared_depth

__all__ = ["LoopInput", "LoopOutput", "goes_on", "loop_group", "loop_task"]

ITERATION = "iteration"


class LoopInput(ExpandInput):
    """What the iterations of a loop get.

    Args:
        until: told the result of an iteration (and, if it takes two arguments, its number): whether it was the last.
        most: how many iterations there are at most.
        fails_at_bound: whether the last one fails where its result is not good enough either.
    """

    is_loop = True

    def __init__(self, until: Callable[..., Any] | None, most: int, *, fails_at_bound: bool) -> None:
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise InvalidArgument(f"a loop needs max_iterations of at least 1, not {most!r}: it must end some time")
        if until is not None and not callable(until):
            raise InvalidArgumentType(f"until must be a function of an iteration's result, not {until!r}")
        self.until, self.most, self.fails_at_bound = until, most, fails_at_bound
        self.sources = {}
        self.numbers: tuple[str, ...] = ()
        """Arguments that get the number of the iteration."""
        self.decider: TaskNode | None = None
        """The task whose result is carried on, and judged."""

    def begin_with(self, arguments: Mapping[str, Any], signature: inspect.Signature) -> dict[str, Any]:
        """Take what is carried out of the arguments of a call; gives the others.

        Raises:
            InvalidArgumentType: the call does not fit the function.
        """
        names = [name for name in signature.parameters if name not in CONTEXT_KEYS]
        self.numbers = tuple(name for name in names if name == ITERATION)
        if ITERATION in arguments:
            raise InvalidArgumentType(f"{ITERATION!r} is filled in by the loop")
        rest = dict(arguments)
        carried = next((name for name in names if name != ITERATION), None)
        if carried is not None and carried in rest:
            self.sources = {carried: rest.pop(carried)}
        return rest

    def values_at(self, map_index: int, context: Mapping[str, Any]) -> dict[str, Any]:
        place = self.place(map_index, context)
        found: dict[str, Any] = dict.fromkeys(self.numbers, place)
        for name, first in self.sources.items():
            found[name] = resolve_nested(first, context) if place <= 0 else self._before(place, context)
        return found

    def _before(self, place: int, context: Mapping[str, Any]) -> Any:
        """The result of the iteration before."""
        assert self.decider is not None
        ti = context["ti"]
        if self.depth == 1:
            return ti.xcom_pull(task_ids=self.decider.task_id, map_indexes=place - 1)
        path = "/".join(map(str, (*ti.path[: self.depth - 1], place - 1)))
        return ti.xcom_under(self.decider.task_id, XCOM_RETURN_KEY, path, None, is_one=True, by_item=False)

    def iter_references(self) -> Iterator[Reference]:
        for first in self.sources.values():
            yield from references(first)

    def is_last(self, result: Any, iteration: int) -> bool:
        """Whether the loop ends with this result.

        Raises:
            AirflowFailException: it has to, though the result is not good enough, and the loop is to fail then.
        """
        is_good = bool(self._judge(result, iteration))
        if not is_good and iteration + 1 >= self.most and self.fails_at_bound and self.until is not None:
            raise AirflowFailException(f"after {self.most} iterations the loop's result is still not what it should be")
        return is_good or iteration + 1 >= self.most

    def _judge(self, result: Any, iteration: int) -> Any:
        if self.until is None:
            return False
        parameters = inspect.signature(self.until).parameters.values()
        places = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
        wants_number = len(places) > 1 and (places[1].default is inspect.Parameter.empty or places[1].name == ITERATION)
        return self.until(result, iteration) if wants_number else self.until(result)

    def __repr__(self) -> str:
        return f"loop(max_iterations={self.most})"


class LoopOutput(PlainXComArg):
    """The result of a loop's last iteration."""

    is_last = True

    @property
    def all(self) -> PlainXComArg:
        """The results of all iterations, in order."""
        return PlainXComArg(self.operator, self.key)

    def resolve(self, context: Mapping[str, Any]) -> Any:
        depth = depth_of(self.operator)
        if depth == 1:
            values = super().resolve(context)
            return values[-1] if len(values) else None
        ti = context["ti"]
        shared = shared_depth(self.operator, context["task"])
        path = ("/".join(map(str, ti.path[:shared])) or "*") + "$"
        is_one = shared == depth - 1
        return ti.xcom_under(self.operator.task_id, self.key, path, None, is_one=is_one, by_item=False)

    def resolve_items(self, context: Mapping[str, Any]) -> Any:
        return self.resolve(context)

    def __repr__(self) -> str:
        return f"LoopOutput({self.operator.task_id})"


def goes_on(task: TaskNode, ti: Any, result: Any) -> bool:
    """Whether another iteration follows the one whose result this is; False for a task that decides no loop."""
    loop = task.decides
    return isinstance(loop, LoopInput) and bool(ti.path) and not loop.is_last(result, ti.path[loop.depth - 1])


# -- decorators --------------------------------------------------------------------------------------------------------


class LoopedTask:
    """A function that makes a loop of one task when it is called."""

    def __init__(self, decorator: TaskDecorator, options: Mapping[str, Any]) -> None:
        self.decorator, self.options = decorator, dict(options)

    def __call__(self, *args: Any, **kwargs: Any) -> LoopOutput:
        loop = LoopInput(**self.options)
        signature = self.decorator.signature
        constants = loop.begin_with(_bound(signature, args, kwargs, str(self.decorator.kwargs["task_id"])), signature)
        made = self.decorator.override(op_kwargs=constants).looped(loop)
        loop.decider = made
        made.decides = loop
        return LoopOutput(made)

    def override(self, **kwargs: Any) -> LoopedTask:
        """The same loop with other operator arguments."""
        return LoopedTask(self.decorator.override(**kwargs), self.options)


class LoopedGroup:
    """A function that makes a loop of a group of tasks when it is called."""

    def __init__(self, factory: TaskGroupFactory, options: Mapping[str, Any]) -> None:
        self.factory, self.options = factory, dict(options)

    def __call__(self, *args: Any, **kwargs: Any) -> LoopOutput:
        factory, loop = self.factory, LoopInput(**self.options)
        name = str(factory.kwargs["group_id"])
        constants = loop.begin_with(_bound(factory.signature, args, kwargs, name), factory.signature)
        with MappedTaskGroup(expand_input=loop, add_suffix_on_collision=True, **factory.kwargs) as group:
            given = {one: MappedArgument(loop, one) for one in (*loop.sources, *loop.numbers)}
            result = factory.function(**{**constants, **given})
            decider = result.operator if type(result) is PlainXComArg and result.key == XCOM_RETURN_KEY else None
            if decider is None or not group.has_task(decider) or decider.is_mapped:
                raise InvalidArgumentType(
                    f"the loop {name!r} must return the output of one of its tasks: it is what the next iteration begins "
                    f"with, and what until is told; not {result!r}"
                )
            loop.decider = decider
            decider.decides = loop
        return LoopOutput(decider)

    def override(self, **kwargs: Any) -> LoopedGroup:
        """The same loop with other arguments of the group."""
        return LoopedGroup(self.factory.override(**kwargs), self.options)


def loop_task(
    *,
    max_iterations: int,
    until: Callable[..., Any] | None = None,
    or_fail: bool = False,
    **kwargs: Any,
) -> Callable[[Callable[..., Any] | TaskDecorator], LoopedTask]:
    """Repeat a task, each time on its own result, until that is good enough; see `tradewind.sdk.loop`.

    Args:
        max_iterations: how often at most.
        until: told an iteration's result (and its number, if it takes two arguments); true: it was the last.
        or_fail: fail the last iteration if its result is not good enough.
        kwargs: arguments of the operator.
    """
    options = {"until": until, "most": max_iterations, "fails_at_bound": or_fail}
    LoopInput(**options)  # says what is wrong with them where they are written

    def decorate(function: Callable[..., Any] | TaskDecorator) -> LoopedTask:
        if isinstance(function, TaskDecorator):
            return LoopedTask(function.override(**kwargs) if kwargs else function, options)
        return LoopedTask(task(function, **kwargs), options)

    return decorate


def loop_group(
    *, max_iterations: int, until: Callable[..., Any] | None = None, or_fail: bool = False, **kwargs: Any
) -> Callable[[Callable[..., Any]], LoopedGroup]:
    """Repeat a group of tasks, each time on the result that its function returns; arguments as those of `task.loop`,
    and those of `TaskGroup`."""
    options = {"until": until, "most": max_iterations, "fails_at_bound": or_fail}
    LoopInput(**options)
    return lambda function: LoopedGroup(TaskGroupFactory(function, kwargs, {}), options)


def _bound(signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The arguments of a call by name."""
    try:
        bound = signature.bind_partial(*args, **kwargs)
    except TypeError as error:
        raise InvalidArgumentType(f"{name}(): {error}") from None
    found = dict(bound.arguments)
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            found.update(found.pop(parameter.name, {}))
        elif parameter.kind is parameter.VAR_POSITIONAL:
            raise InvalidArgumentType(f"{name}(): a loop's arguments have names, so it can't take *{parameter.name}")
        elif parameter.default is parameter.empty and parameter.name not in found and parameter.name != ITERATION:
            raise InvalidArgumentType(f"{name}(): missing a required argument: {parameter.name!r}")
    return found

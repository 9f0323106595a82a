"""Which mapped tasks follow another one by one: their instance 3 needs instance 3 of the other, and nothing else of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tradewind.sdk.resolve import Resolvable, references
from tradewind.sdk.xcom_arg import MapXComArg, PlainXComArg, XComArg, ZipXComArg

if TYPE_CHECKING:
    from tradewind.sdk.expansion import ExpandInput
    from tradewind.sdk.group import MappedTaskGroup
    from tradewind.sdk.mapped import MappedOperator
    from tradewind.sdk.node import TaskNode

__all__ = ["followed_by_group", "followed_by_task"]

RULE = "all_success"
"""With any other rule a task has to know how all instances above it ended."""


def followed_by_task(task: MappedOperator) -> tuple[TaskNode, ...]:
    """The mapped tasks that a mapped task follows; none: it waits for all instances of all its sources."""
    leaders = _leaders(task, task.expand_input)
    constants = {name: task.partial_kwargs.get(name) for name in task.operator_class.template_fields}
    return leaders if leaders and _may_follow(task, leaders, constants.values()) else ()


def followed_by_group(group: MappedTaskGroup) -> tuple[TaskNode, ...]:
    """The mapped tasks that the copies of a mapped group follow."""
    leaders = _leaders(group, group.expand_input)
    if not leaders:
        return ()
    names = {leader.task_id for leader in leaders}
    for task in group.iter_tasks():
        if names & task.upstream_task_ids and not _may_follow(task, leaders, _fields(task)):
            return ()
    return leaders


def _may_follow(task: TaskNode, leaders: tuple[TaskNode, ...], values: Iterable[Any]) -> bool:
    """Whether the task wants nothing more of its leaders than the item of its own index."""
    if str(task.trigger_rule) != RULE or task.is_setup or task.is_teardown:
        return False
    return not any(reference.operator in leaders for value in values for reference in _plain_references(value))


def _leaders(follower: MappedOperator | MappedTaskGroup, given: ExpandInput) -> tuple[TaskNode, ...]:
    sources = list(given.sources.values())
    if given.is_loop or len(sources) != 1 or not isinstance(sources[0], XComArg):
        return ()
    found = _of_source(sources[0])
    if not found or any(_around(leader) != _around(follower) for leader in found):
        return ()
    return found if len({_space(leader) for leader in found}) == 1 else ()


def _of_source(source: XComArg) -> tuple[TaskNode, ...]:
    """The mapped tasks whose items a source is made of, one by one; none: it is not, or only in part."""
    match source:
        case PlainXComArg():
            task = source.operator
            origin = task if task.is_mapped else task.get_closest_mapped_task_group()
            return (task,) if origin is not None and not origin.expand_input.is_loop else ()  # type: ignore[union-attr]
        case MapXComArg():
            return _of_source(source.arg)
        case ZipXComArg() if not source.is_longest:
            parts = [_of_source(arg) for arg in source.args]
            return tuple(dict.fromkeys(leader for part in parts for leader in part)) if all(parts) else ()
        case _:
            return ()


def _around(node: TaskNode | MappedTaskGroup) -> tuple[str, ...]:
    """The mapped groups around what gives a node its own instances."""
    groups = [str(group.group_id) for group in node.iter_mapped_task_groups()]
    return tuple(groups if getattr(node, "expand_input", None) is not None and not _is_group(node) else groups[1:])


def _is_group(node: TaskNode | MappedTaskGroup) -> bool:
    return hasattr(node, "children")


def _space(task: TaskNode) -> tuple[str, str]:
    """What gives a mapped task its indexes: itself or its group, or what that follows, and so on to the first."""
    if task.is_mapped:
        source, name = task, ("task", task.task_id)
    else:
        source = task.get_closest_mapped_task_group()
        assert source is not None
        name = ("group", str(source.group_id))
    follows = source.expand_input.follows  # type: ignore[union-attr] - both have one
    leaders = follows() if follows is not None else ()
    return _space(leaders[0]) if leaders else name


def _fields(task: TaskNode) -> Iterator[Any]:
    if task.is_mapped:
        yield task.expand_input.sources  # type: ignore[attr-defined] - a mapped operator
        yield from (task.partial_kwargs.get(name) for name in task.operator_class.template_fields)  # type: ignore[attr-defined]
    else:
        yield from (getattr(task, name, None) for name in task.operator_class.template_fields)


def _plain_references(value: Any) -> Iterator[Any]:
    """The outputs that a value refers to as a whole, not by the argument of a mapped group around it."""
    if isinstance(value, Resolvable):
        if not value.is_one_item:
            yield from value.iter_references()
    elif isinstance(value, dict):
        for one in value.values():
            yield from _plain_references(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _plain_references(one)
    else:
        yield from references(value)

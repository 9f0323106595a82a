"""Values that stand for something known only when a task runs, and values that say they are exactly what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from tradewind.sdk.node import TaskNode

__all__ = ["LiteralValue", "Reference", "Resolvable", "literal", "references", "resolve_nested"]


class Reference(NamedTuple):
    """A task, and the key of its output that is wanted."""

    operator: TaskNode
    key: str


class Resolvable:
    """A stand-in for a value; rendering an operator's fields replaces it with `resolve(context)`."""

    is_one_item: ClassVar[bool] = False
    """Whether it stands for one item of what its references push, the one of the map index at hand."""

    def resolve(self, context: Mapping[str, Any]) -> Any:
        """The value, in the task that runs."""
        raise NotImplementedError

    def iter_references(self) -> Iterator[Reference]:
        """The outputs that the value is made of."""
        yield from ()


class LiteralValue(Resolvable):
    """A value that is not a template, whatever it looks like."""

    def __init__(self, value: object) -> None:
        self.value = value

    def resolve(self, context: Mapping[str, Any]) -> Any:  # noqa: ARG002 - it is known already
        return self.value

    def __repr__(self) -> str:
        return f"literal({self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LiteralValue) and self.value == other.value

    def __hash__(self) -> int:
        return hash(("literal", repr(self.value)))


def literal(value: object) -> LiteralValue:
    """Pass `value` on as it is, without rendering templates in it."""
    return LiteralValue(value)


def references(value: object) -> Iterator[Reference]:
    """The outputs that a value refers to, however deep in lists, tuples, sets and dicts."""
    if isinstance(value, Resolvable):
        yield from value.iter_references()
    elif isinstance(value, dict):
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            if not isinstance(one, str | int | float):
                yield from references(one)


def resolve_nested(value: Any, context: Mapping[str, Any]) -> Any:
    """The value with every stand-in in its lists, tuples, sets and dicts replaced; the same object if there is none."""
    if isinstance(value, Resolvable):
        return value.resolve(context)
    if not isinstance(value, dict | list | tuple | set | frozenset) or not holds_stand_ins(value):
        return value
    if isinstance(value, dict):
        return {key: resolve_nested(one, context) for key, one in value.items()}
    items = [resolve_nested(one, context) for one in value]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*items)
    return type(value)(items)


def holds_stand_ins(value: object) -> bool:
    """Whether there is a stand-in anywhere in the value."""
    if isinstance(value, Resolvable):
        return True
    if isinstance(value, dict):
        return any(holds_stand_ins(one) for one in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return any(holds_stand_ins(one) for one in value)
    return False

"""What tasks and groups are mapped over, and which item each map index gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.resolve import Reference, Resolvable, references, resolve_nested
from tradewind.sdk.xcom_arg import XComArg

if TYPE_CHECKING:
    from tradewind.sdk.node import TaskNode

__all__ = ["DictOfLists", "ExpandInput", "ListOfDicts", "expansion_values", "indexes_of"]

Fetch = Callable[[Any], Any]


class ExpandInput:
    """The varying arguments of a mapped task or group."""

    sources: Mapping[str, Any]
    """Lists, dicts or outputs by argument name; one with an empty name for `expand_kwargs`."""
    is_loop: ClassVar[bool] = False
    """Whether the instances come one after another, each after the one before; see `tradewind.sdk.loop`."""
    follows: Callable[[], Sequence[TaskNode]] | None = None
    """The mapped tasks that are followed one by one, asked once the DAG is complete; see `tradewind.sdk.flow`."""

    def iter_references(self) -> Iterator[Reference]:
        """The outputs that are mapped over."""
        for source in self.sources.values():
            yield from references(source)

    def at(self, map_index: int, fetch: Fetch) -> dict[str, Any]:
        """The arguments of one map index; `fetch` turns a source into a sequence or mapping."""
        raise NotImplementedError

    def of_item(self, name: str, item: Any) -> dict[str, Any]:
        """The arguments that an item of the only source is."""
        return {name: item}

    depth: int = 1
    """How many mapped scopes there are around what is mapped, with its own."""

    def place(self, map_index: int, context: Mapping[str, Any]) -> int:
        """The number of the item that the task that runs gets."""
        path = getattr(context["ti"], "map_path", ())
        return path[self.depth - 1] if path else map_index

    def values_at(self, map_index: int, context: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of one map index in the task that runs."""
        place = self.place(map_index, context)
        if self.follows is not None and self.follows():
            ((name, source),) = self.sources.items()
            found = self.of_item(name, source.resolve_one(context, place))
        else:
            found = self.at(place, lambda source: _resolved(source, context))
        return {name: resolve_nested(value, context) for name, value in found.items()}


class DictOfLists(ExpandInput):
    """`expand(a=..., b=...)`: each combination of an item of each."""

    def __init__(self, sources: Mapping[str, Any]) -> None:
        self.sources = dict(sources)

    def at(self, map_index: int, fetch: Fetch) -> dict[str, Any]:
        return expansion_values(self.sources, map_index, fetch)

    def __repr__(self) -> str:
        return f"expand({', '.join(self.sources)})"


class ListOfDicts(ExpandInput):
    """`expand_kwargs([{...}, ...])`: each dict is the arguments of one instance."""

    def __init__(self, source: Any) -> None:
        self.sources = {"": source}

    def at(self, map_index: int, fetch: Fetch) -> dict[str, Any]:
        return self.of_item("", _item(fetch(self.sources[""]), map_index, "expand_kwargs"))

    def of_item(self, name: str, item: Any) -> dict[str, Any]:  # noqa: ARG002 - it has none
        if not isinstance(item, Mapping):
            raise InvalidArgumentType(f"expand_kwargs() expects a list[dict], not list[{type(item).__name__}]")
        wrong = [key for key in item if not isinstance(key, str)]
        if wrong:
            raise InvalidArgumentType(f"expand_kwargs() input dict keys must all be str, not {wrong[0]!r}")
        return dict(item)

    def __repr__(self) -> str:
        return "expand_kwargs(...)"


def expansion_values(sources: Mapping[str, Any], map_index: int, fetch: Fetch) -> dict[str, Any]:
    """The item of each source at a map index; the last source varies fastest.

    Raises:
        InvalidArgumentType: a source turned out to be neither a list nor a dict.
        InvalidArgument: there are fewer combinations.
    """
    fetched = {name: fetch(source) for name, source in sources.items()}
    for name, source in fetched.items():
        if not isinstance(source, Sequence | Mapping) or isinstance(source, str | bytes):
            raise InvalidArgumentType(f"{name!r} must be a list or dict to be mapped, but is a {type(source).__name__}")
    slowest, *others = fetched  # nobody needs to know how long the first is
    lengths = {name: len(fetched[name]) for name in others}
    step = prod(lengths.values())
    places = {slowest: map_index // step, **indexes_of(map_index % step, lengths)} if step else indexes_of(0, lengths)
    return {name: _item(source, places[name], name) for name, source in fetched.items()}


def indexes_of(map_index: int, lengths: Mapping[str, int]) -> dict[str, int]:
    """Which item of each source a map index stands for.

    Raises:
        InvalidArgument: there are fewer combinations.
    """
    places: dict[str, int] = {}
    rest = map_index
    for name in reversed(list(lengths)):
        if lengths[name] == 0:
            raise InvalidArgument(f"there is no instance {map_index}: {name!r} is empty")
        rest, places[name] = divmod(rest, lengths[name])
    if rest or map_index < 0:
        raise InvalidArgument(f"there is no instance {map_index} of {dict(lengths)}")
    return {name: places[name] for name in lengths}


def check_mappable(function: str, sources: Mapping[str, Any]) -> None:
    """Check at authoring that each source can be mapped over.

    Raises:
        InvalidArgumentType: one is no list, dict or output.
    """
    for name, source in sources.items():
        if isinstance(source, XComArg) or (
            isinstance(source, Sequence | Mapping) and not isinstance(source, str | bytes)
        ):
            continue
        if isinstance(source, Resolvable):
            raise InvalidArgumentType(
                f"{function} cannot map over {name}={source!r}: mapping over an argument of a mapped "
                "group, or over a param, is not supported; return the list from a task and map over its output"
            )
        raise InvalidArgumentType(
            f"{function} got an unexpected type {type(source).__name__!r} for keyword argument {name!r}: "
            "a list, a dict or the output of a task is needed"
        )


def _resolved(source: Any, context: Mapping[str, Any]) -> Any:
    if isinstance(source, XComArg):
        return source.resolve_items(context)
    return source.resolve(context) if isinstance(source, Resolvable) else source


def _item(source: Any, index: int, name: str) -> Any:
    if isinstance(source, Mapping):
        for place, pair in enumerate(source.items()):
            if place == index:
                return pair
        raise InvalidArgument(f"{name!r} has no item {index}")
    if index >= 0:
        with suppress(IndexError):
            return source[index]
    raise InvalidArgument(f"{name!r} has no item {index}")

"""References to what a task will return: passed to other tasks, indexed, mapped, zipped, concatenated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.dependency import Dependable, DependencyMixin
from tradewind.sdk.notset import NOTSET, ArgNotSet
from tradewind.sdk.resolve import Reference, Resolvable

if TYPE_CHECKING:
    from tradewind.sdk.node import TaskNode
    from tradewind.sdk.setup_teardown import Scope

__all__ = [
    "XCOM_RETURN_KEY",
    "ConcatXComArg",
    "MapXComArg",
    "PlainXComArg",
    "XComArg",
    "ZipXComArg",
    "depth_of",
    "shared_depth",
]

XCOM_RETURN_KEY = "return_value"
_ABSENT = object()


class XComArg(Resolvable, DependencyMixin):
    """What a task will return. `XComArg(operator, key)` is the output itself; its methods make others of it."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:  # noqa: ARG004 - __init__ takes them
        return object.__new__(PlainXComArg if cls is XComArg else cls)  # type: ignore[return-value] - a subclass

    def __init__(self, operator: TaskNode, key: str = XCOM_RETURN_KEY) -> None:
        """See the class; subclasses have their own."""

    @staticmethod
    def iter_xcom_references(arg: object) -> Iterator[Reference]:
        """The outputs that a value refers to, however deep in lists and dicts."""
        from tradewind.sdk.resolve import references  # noqa: PLC0415 - a name this class may not shadow

        yield from references(arg)

    def resolve_items(self, context: Mapping[str, Any]) -> Any:
        """As `resolve`, for whoever takes single items: a list is read item by item, a dict as pairs."""
        return self.resolve(context)

    def resolve_one(self, context: Mapping[str, Any], map_index: int) -> Any:  # noqa: ARG002 - for those that have one
        """The item that instance `map_index` of the mapped tasks it is made of pushed, for a task that follows them."""
        raise InvalidArgument(f"{self!r} has no items that could be followed one by one")

    # -- what it can be made into ----------------------------------------------------------------------------------

    def map(self, f: object) -> MapXComArg:
        """Each item passed through a plain function, in the task that uses it. A value that is not a function
        replaces each item. The function may raise `AirflowSkipException`: that map index is skipped."""
        return MapXComArg(self, [f])

    def zip(self, *others: XComArg, fillvalue: object = NOTSET) -> ZipXComArg:
        """Tuples of one item of each; as long as the shortest, or as the longest with a `fillvalue`."""
        return ZipXComArg([self, *others], fillvalue=fillvalue)

    def concat(self, *others: XComArg) -> ConcatXComArg:
        """The items of this, then those of the others."""
        return ConcatXComArg([self, *others])

    # -- arrows ----------------------------------------------------------------------------------------------------

    @property
    def roots(self) -> Sequence[TaskNode]:
        return list(dict.fromkeys(reference.operator for reference in self.iter_references()))

    @property
    def leaves(self) -> Sequence[TaskNode]:
        return self.roots

    def as_setup(self) -> XComArg:
        for task in self.roots:
            task.as_setup()
        return self

    def as_teardown(self, *, setups: Dependable | None = None, on_failure_fail_dagrun: bool | None = None) -> XComArg:
        for task in self.roots:
            task.as_teardown(setups=setups, on_failure_fail_dagrun=on_failure_fail_dagrun)
        return self

    def __enter__(self) -> Scope:
        from tradewind.sdk.setup_teardown import open_scope  # noqa: PLC0415 - only DAGs with teardowns need it

        return open_scope(self.roots)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        from tradewind.sdk.setup_teardown import close_scope  # noqa: PLC0415 - only DAGs with teardowns need it

        close_scope(failed=kind is not None)


class PlainXComArg(XComArg):
    """The output of one task under one key."""

    is_last: ClassVar[bool] = False
    """Whether it stands for the last instance's output only: that of a loop."""

    def __init__(self, operator: TaskNode, key: str = XCOM_RETURN_KEY) -> None:
        self.operator = operator
        self.key = key

    def __getitem__(self, item: str) -> PlainXComArg:
        """The output under another key, such as one of a task with multiple outputs.

        Raises:
            InvalidArgument: `item` is not a string.
        """
        if not isinstance(item, str):
            raise InvalidArgument(
                f"XComArg only supports str lookup, received {type(item).__name__}: the task's value is not there yet; "
                "take the item inside of the task that uses it"
            )
        return PlainXComArg(self.operator, item)

    def __iter__(self) -> Iterator[Any]:
        raise InvalidArgumentType(
            f"{self!r} object is not iterable: the value is not there while the file is read; "
            "use .expand() to run a task for each item"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlainXComArg) and self.operator is other.operator and self.key == other.key

    def __hash__(self) -> int:
        return hash((self.operator.task_id, self.key))

    def __repr__(self) -> str:
        if self.key == XCOM_RETURN_KEY:
            return f"XComArg({self.operator.task_id})"
        return f"XComArg({self.operator.task_id}, key={self.key!r})"

    def __str__(self) -> str:
        """A template that pulls the value, for use inside of other strings."""
        call = f"task_ids={self.operator.task_id!r}, dag_id={self.operator.dag_id!r}, key={self.key!r}"
        return f"{{{{ task_instance.xcom_pull({call}) }}}}"

    def iter_references(self) -> Iterator[Reference]:
        yield Reference(self.operator, self.key)

    @property
    def is_setup(self) -> bool:
        """Whether the task is a setup."""
        return self.operator.is_setup

    @property
    def is_teardown(self) -> bool:
        """Whether the task is a teardown."""
        return self.operator.is_teardown

    def resolve(self, context: Mapping[str, Any]) -> Any:
        """The value; of a mapped task the sequence of values, or inside one mapped group that of the same index.

        Raises:
            XComNotFound: the task pushed nothing under this key (a missing return value is None).
        """
        return self._pulled(context, by_item=False)

    def resolve_items(self, context: Mapping[str, Any]) -> Any:
        return self._pulled(context, by_item=True)

    def resolve_one(self, context: Mapping[str, Any], map_index: int) -> Any:
        ti = context["ti"]
        depth = depth_of(self.operator)
        if depth > 1:
            return self._pulled_under(context, ti.path[:depth], is_one=True, by_item=False)
        return self._pulled_at(map_index, ti.xcom_pull)

    def _pulled(self, context: Mapping[str, Any], *, by_item: bool) -> Any:
        """Which instances of the operator the task at hand reads: that with its own path, or all under what it shares
        with it."""
        ti = context["ti"]
        depth = depth_of(self.operator)
        shared = shared_depth(self.operator, context["task"])
        if depth > 1:
            path = ti.path[:shared] if shared else ()
            return self._pulled_under(context, path, is_one=shared == depth, by_item=by_item)
        place = -1 if depth == 0 else None
        if shared:
            place = ti.path[0] if len(getattr(ti, "map_path", ())) > 1 else ti.map_index
        return self._pulled_at(place, ti.xcom_items if by_item else ti.xcom_pull)

    def _pulled_under(self, context: Mapping[str, Any], path: Sequence[int], *, is_one: bool, by_item: bool) -> Any:
        where = "/".join(map(str, path)) or "*"
        task_id = self.operator.task_id
        value = context["ti"].xcom_under(task_id, self.key, where, _ABSENT, is_one=is_one, by_item=by_item)
        return self._checked(value)

    def _pulled_at(self, map_indexes: int | None, pull: Callable[..., Any]) -> Any:
        value = pull(
            task_ids=self.operator.task_id,
            dag_id=self.operator.dag_id,
            key=self.key,
            default=_ABSENT,
            map_indexes=map_indexes,
        )
        return self._checked(value)

    def _checked(self, value: Any) -> Any:
        if value is not _ABSENT:
            return value
        if self.key == XCOM_RETURN_KEY:
            return None
        from tradewind.sdk.exceptions import XComNotFound  # noqa: PLC0415 - only when it is raised

        raise XComNotFound(
            f"task {self.operator.task_id!r} of DAG {self.operator.dag_id!r} pushed no XCom with key {self.key!r}"
        )


class MapXComArg(XComArg):
    """Items passed through functions."""

    def __init__(self, arg: XComArg, functions: Sequence[object]) -> None:
        for function in functions:
            if hasattr(function, "is_task_decorator"):
                raise InvalidArgument("map() argument must be a plain function, not a @task operator")
        self.arg = arg
        self.functions = tuple(functions)

    def __repr__(self) -> str:
        return repr(self.arg) + "".join(f".map({_name(function)})" for function in self.functions)

    def map(self, f: object) -> MapXComArg:
        return MapXComArg(self.arg, [*self.functions, f])

    def iter_references(self) -> Iterator[Reference]:
        yield from self.arg.iter_references()

    def resolve(self, context: Mapping[str, Any]) -> Any:
        return MappedItems(_items(self.arg.resolve(context), self.arg), self.functions)

    def resolve_items(self, context: Mapping[str, Any]) -> Any:
        return MappedItems(_items(self.arg.resolve_items(context), self.arg), self.functions)

    def resolve_one(self, context: Mapping[str, Any], map_index: int) -> Any:
        return _mapped(self.arg.resolve_one(context, map_index), self.functions)


class ZipXComArg(XComArg):
    """Items side by side."""

    def __init__(self, args: Sequence[XComArg], *, fillvalue: object = NOTSET) -> None:
        for arg in args:
            if not isinstance(arg, XComArg):
                raise InvalidArgumentType(f"zip takes outputs of tasks, not {arg!r}")
        self.args = tuple(args)
        self.fillvalue = fillvalue

    @property
    def is_longest(self) -> bool:
        """Whether the longest source counts."""
        return not isinstance(self.fillvalue, ArgNotSet)

    def __repr__(self) -> str:
        fill = f", fillvalue={self.fillvalue!r}" if self.is_longest else ""
        return f"{self.args[0]!r}.zip({', '.join(map(repr, self.args[1:]))}{fill})"

    def iter_references(self) -> Iterator[Reference]:
        for arg in self.args:
            yield from arg.iter_references()

    def resolve(self, context: Mapping[str, Any]) -> Any:
        return ZippedItems([_items(arg.resolve(context), arg) for arg in self.args], self.fillvalue)

    def resolve_items(self, context: Mapping[str, Any]) -> Any:
        return ZippedItems([_items(arg.resolve_items(context), arg) for arg in self.args], self.fillvalue)

    def resolve_one(self, context: Mapping[str, Any], map_index: int) -> Any:
        return tuple(arg.resolve_one(context, map_index) for arg in self.args)


class ConcatXComArg(XComArg):
    """Items one after another."""

    def __init__(self, args: Sequence[XComArg]) -> None:
        for arg in args:
            if not isinstance(arg, XComArg):
                raise InvalidArgumentType(f"concat takes outputs of tasks, not {arg!r}")
        self.args = tuple(args)

    def __repr__(self) -> str:
        return f"{self.args[0]!r}.concat({', '.join(map(repr, self.args[1:]))})"

    def iter_references(self) -> Iterator[Reference]:
        for arg in self.args:
            yield from arg.iter_references()

    def resolve(self, context: Mapping[str, Any]) -> Any:
        return ConcatenatedItems([_items(arg.resolve(context), arg) for arg in self.args])

    def resolve_items(self, context: Mapping[str, Any]) -> Any:
        return ConcatenatedItems([_items(arg.resolve_items(context), arg) for arg in self.args])


class MappedItems(Sequence[Any]):
    """A sequence whose items pass through functions when they are taken, so that each map index pays for its own."""

    def __init__(self, items: Sequence[Any], functions: Sequence[object]) -> None:
        self._items = items
        self._functions = functions

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return _mapped(self._items[index], self._functions)


class ZippedItems(Sequence[Any]):
    """Several sequences side by side, read only where they are looked at."""

    def __init__(self, columns: Sequence[Sequence[Any]], fillvalue: object = NOTSET) -> None:
        self._columns = columns
        self._fillvalue = fillvalue

    def __len__(self) -> int:
        lengths = [len(column) for column in self._columns]
        return min(lengths) if isinstance(self._fillvalue, ArgNotSet) else max(lengths)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return tuple(column[place] if place < len(column) else self._fillvalue for column in self._columns)


class ConcatenatedItems(Sequence[Any]):
    """Several sequences as one, read only where they are looked at."""

    def __init__(self, parts: Sequence[Sequence[Any]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if place >= 0:
            for part in self._parts:
                if place < len(part):
                    return part[place]
                place -= len(part)
        raise IndexError(index)


def depth_of(task: TaskNode) -> int:
    """How many mapped scopes there are around a task: mapped groups, and the task itself."""
    return sum(1 for _ in task.iter_mapped_task_groups()) + task.is_mapped


def shared_depth(one: TaskNode, other: TaskNode) -> int:
    """How many mapped groups are around both."""
    ids = {group.group_id for group in other.iter_mapped_task_groups()}
    return sum(group.group_id in ids for group in one.iter_mapped_task_groups())


def _mapped(value: Any, functions: Sequence[object]) -> Any:
    for function in functions:
        value = function(value) if isinstance(function, Callable) else function
    return value


def _items(value: Any, source: XComArg) -> Sequence[Any]:
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return value
    raise InvalidArgumentType(f"{source!r} must be a list or dict to be mapped, but is a {type(value).__name__}")


def _name(function: object) -> str:
    name = getattr(function, "__name__", "")
    return repr(function) if not name else "<lambda>" if name == "<lambda>" else name

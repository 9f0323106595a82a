"""The arrows: what `>>` and `<<` mean between tasks, groups, outputs, labels and lists of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Union

from tradewind.sdk.authoring_errors import InvalidArgumentType, NotInDag

if TYPE_CHECKING:
    from tradewind.sdk.node import TaskNode

__all__ = ["Dependable", "DependencyMixin", "EdgeModifier", "connect", "flat"]

Dependable = Union["DependencyMixin", Sequence["DependencyMixin"]]
"""What an arrow can point to or from."""

Other = TypeVar("Other", bound=Any)


class DependencyMixin:
    """Something with a first row of tasks (`roots`) and a last one (`leaves`), which arrows join."""

    @property
    def roots(self) -> Sequence[TaskNode]:
        """The tasks that an arrow to this thing points at."""
        raise NotImplementedError

    @property
    def leaves(self) -> Sequence[TaskNode]:
        """The tasks that an arrow from this thing starts at."""
        raise NotImplementedError

    def set_upstream(self, other: Dependable, edge_modifier: EdgeModifier | None = None) -> None:
        """Let this wait for `other`."""
        label = edge_modifier.label if edge_modifier else None
        for one in flat(other):
            if isinstance(one, EdgeModifier) and edge_modifier is None:
                one.set_downstream(self)
            else:
                one.arrow_drawn(self, is_upstream=True)
                self.arrow_drawn(one, is_upstream=False)
                connect(one.leaves, self.roots, label)

    def set_downstream(self, other: Dependable, edge_modifier: EdgeModifier | None = None) -> None:
        """Let `other` wait for this."""
        label = edge_modifier.label if edge_modifier else None
        for one in flat(other):
            if isinstance(one, EdgeModifier) and edge_modifier is None:
                one.set_upstream(self)
            else:
                self.arrow_drawn(one, is_upstream=True)
                one.arrow_drawn(self, is_upstream=False)
                connect(self.leaves, one.roots, label)

    def arrow_drawn(self, other: DependencyMixin, *, is_upstream: bool) -> None:
        """Told of each arrow that this is an end of, before its tasks are joined."""

    def as_setup(self) -> DependencyMixin:
        """Mark as setup, and return this."""
        raise InvalidArgumentType(f"a {type(self).__name__} can't be a setup; only tasks can")

    def as_teardown(
        self, *, setups: Dependable | None = None, on_failure_fail_dagrun: bool | None = None
    ) -> DependencyMixin:
        """Mark as teardown, of `setups` if given, and return this."""
        raise InvalidArgumentType(
            f"a {type(self).__name__} can't be a teardown; only tasks can",
            setups=setups,
            on_failure_fail_dagrun=on_failure_fail_dagrun,
        )

    def __rshift__(self, other: Other) -> Other:
        self.set_downstream(other)
        return other

    def __lshift__(self, other: Other) -> Other:
        self.set_upstream(other)
        return other

    def __rrshift__(self, other: Dependable) -> DependencyMixin:
        self.set_upstream(other)
        return self

    def __rlshift__(self, other: Dependable) -> DependencyMixin:
        self.set_downstream(other)
        return self


class EdgeModifier(DependencyMixin):
    """Words on the arrows that pass through: ``a >> Label("no") >> b``."""

    def __init__(self, label: str | None = None) -> None:
        self.label = label
        self._upstream: list[DependencyMixin] = []
        self._downstream: list[DependencyMixin] = []

    @property
    def roots(self) -> Sequence[TaskNode]:
        return [task for one in self._downstream for task in one.roots]

    @property
    def leaves(self) -> Sequence[TaskNode]:
        return [task for one in self._upstream for task in one.leaves]

    def set_upstream(self, other: Dependable, edge_modifier: EdgeModifier | None = None) -> None:
        assert edge_modifier is None, "two labels can't share an arrow"
        added = list(flat(other))
        self._upstream += added
        for below in self._downstream:
            below.set_upstream(added, self)

    def set_downstream(self, other: Dependable, edge_modifier: EdgeModifier | None = None) -> None:
        assert edge_modifier is None, "two labels can't share an arrow"
        added = list(flat(other))
        self._downstream += added
        for above in self._upstream:
            above.set_downstream(added, self)


def flat(things: Dependable) -> Iterator[DependencyMixin]:
    """The things one by one, out of a list or not.

    Raises:
        InvalidArgumentType: something in there can't have dependencies.
    """
    for one in things if isinstance(things, list | tuple | set) else (things,):
        if isinstance(one, DependencyMixin):
            yield one
        elif isinstance(one, list | tuple | set):
            yield from flat(one)
        else:
            hint = "; call the decorated function first" if callable(one) else ""
            raise InvalidArgumentType(
                f"dependencies can be set between tasks, groups and outputs, not with {one!r} "
                f"of type {type(one).__name__}{hint}"
            )


def connect(upstream: Iterable[TaskNode], downstream: Sequence[TaskNode], label: str | None = None) -> None:
    """Draw an arrow from each of `upstream` to each of `downstream`.

    Raises:
        NotInDag: the tasks are of several DAGs, or none of them has one.
    """
    for above in upstream:
        for below in downstream:
            dag = above.dag_or_none or below.dag_or_none
            if dag is None:
                raise NotInDag(
                    f"tasks {above.task_id!r} and {below.task_id!r} have no DAG yet: create them inside "
                    "`with DAG(...)`, or give one of them `dag=`"
                )
            for task in (above, below):
                owner = task.dag_or_none
                if owner is None:
                    dag.add_task(task)
                elif owner is not dag:
                    raise NotInDag(
                        f"Tried to set relationships between tasks in more than one Dag: {above.task_id!r} is in "
                        f"{dag.dag_id!r}, {task.task_id!r} in {owner.dag_id!r}"
                    )
            above.downstream_task_ids.add(below.task_id)
            below.upstream_task_ids.add(above.task_id)
            if label:
                dag.set_edge_info(above.task_id, below.task_id, {"label": label})

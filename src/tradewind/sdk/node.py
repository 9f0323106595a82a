"""What operators and mapped operators have in common: an id, a place in a DAG, and arrows to others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType, NotInDag
from tradewind.sdk.dependency import Dependable, DependencyMixin

if TYPE_CHECKING:
    from typing import Self

    from tradewind.sdk.dag import DAG
    from tradewind.sdk.group import MappedTaskGroup, TaskGroup
    from tradewind.sdk.setup_teardown import Scope
    from tradewind.sdk.xcom_arg import XComArg

__all__ = ["KEY_LENGTH", "TaskNode", "validate_group_key", "validate_key"]

KEY_LENGTH = 250
_KEY = re.compile(r"[\w.-]+")
_GROUP_KEY = re.compile(r"[\w-]+")


def validate_key(key: object, max_length: int = KEY_LENGTH) -> str:
    """A DAG or task id, checked.

    Raises:
        InvalidArgumentType: not a string.
        InvalidArgument: too long, or with other characters than letters, digits, dashes, dots and underscores.
    """
    if not isinstance(key, str):
        raise InvalidArgumentType(f"The key has to be a string and is {type(key)}:{key}")
    if len(key) > max_length:
        raise InvalidArgument(f"The key {key!r} has to be less than {max_length} characters, not {len(key)}")
    if not _KEY.fullmatch(key):
        raise InvalidArgument(
            f"The key {key!r} has to be made of alphanumeric characters, dashes, dots, and underscores exclusively"
        )
    return key


def validate_group_key(key: object, max_length: int = KEY_LENGTH) -> str:
    """A group id, checked: no dots, since these separate groups.

    Raises:
        InvalidArgumentType: not a string.
        InvalidArgument: too long, or with other characters than letters, digits, dashes and underscores.
    """
    if isinstance(key, str) and len(key) <= max_length and not _GROUP_KEY.fullmatch(key):
        raise InvalidArgument(
            f"The key {key!r} has to be made of alphanumeric characters, dashes and underscores exclusively"
        )
    return validate_key(key, max_length)


class TaskNode(DependencyMixin):
    """A task in the graph of a DAG."""

    task_id: str
    upstream_task_ids: set[str]
    downstream_task_ids: set[str]
    task_group: TaskGroup | None
    trigger_rule: str
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    returns_dag_result: bool = False
    """What it returns is, or is part of, what the DAG returns."""
    is_mapped: ClassVar[bool] = False
    decides: object = None
    """The loop that goes on or ends with what the task returns; see `tradewind.sdk.loop`."""
    operator_class: Any
    _dag: DAG | None = None
    origin: tuple[str, int] = ("", 0)
    """File and line where the task was declared."""

    # -- place -----------------------------------------------------------------------------------------------------

    @property
    def dag_or_none(self) -> DAG | None:
        """The DAG, if the task has one already."""
        return self._dag

    @property
    def dag(self) -> DAG:
        """The DAG that the task is in.

        Raises:
            NotInDag: it is in none yet.
        """
        if self._dag is None:
            raise NotInDag(f"Operator {self.task_id!r} has not been assigned to a Dag yet")
        return self._dag

    @dag.setter
    def dag(self, dag: DAG | None) -> None:
        if dag is None or dag is self._dag:
            self._dag = dag
            return
        if self._dag is not None:
            raise NotInDag(f"The Dag assigned to {self.task_id!r} can not be changed.")
        dag.add_task(self)

    def has_dag(self) -> bool:
        """Whether the task is in a DAG."""
        return self._dag is not None

    def get_dag(self) -> DAG | None:
        """The DAG, if the task has one already."""
        return self._dag

    @property
    def dag_id(self) -> str:
        """The DAG's id, or one that says that there is none."""
        return self._dag.dag_id if self._dag is not None else f"adhoc_{self.task_id}"

    @property
    def node_id(self) -> str:
        """The id in the graph: that of the task."""
        return self.task_id

    @property
    def label(self) -> str:
        """The id without its groups' prefix, for display."""
        group = self.task_group
        if group is not None and group.node_id and self.task_id.startswith(f"{group.node_id}."):
            return self.task_id[len(group.node_id) + 1 :]
        return self.task_id

    def iter_mapped_task_groups(self) -> Iterator[MappedTaskGroup]:
        """The mapped groups around the task, the closest first."""
        if self.task_group is not None:
            yield from self.task_group.iter_mapped_task_groups()

    def get_closest_mapped_task_group(self) -> MappedTaskGroup | None:
        """The innermost mapped group around the task."""
        return next(self.iter_mapped_task_groups(), None)

    # -- arrows ----------------------------------------------------------------------------------------------------

    @property
    def roots(self) -> Sequence[TaskNode]:
        return [self]

    @property
    def leaves(self) -> Sequence[TaskNode]:
        return [self]

    @property
    def upstream_list(self) -> list[TaskNode]:
        """The tasks that this one waits for, in the order of the file."""
        return self._in_order(self.upstream_task_ids)

    @property
    def downstream_list(self) -> list[TaskNode]:
        """The tasks that wait for this one, in the order of the file."""
        return self._in_order(self.downstream_task_ids)

    def _in_order(self, ids: Iterable[str]) -> list[TaskNode]:
        tasks = self.dag.task_dict
        return sorted((tasks[one] for one in ids), key=lambda task: task.position)

    position: int = 0
    """How many tasks the DAG had before this one."""

    def get_direct_relative_ids(self, upstream: bool = False) -> set[str]:
        """Ids of the tasks one arrow away."""
        return self.upstream_task_ids if upstream else self.downstream_task_ids

    def get_direct_relatives(self, upstream: bool = False) -> list[TaskNode]:
        """The tasks one arrow away."""
        return self.upstream_list if upstream else self.downstream_list

    def get_flat_relative_ids(self, *, upstream: bool = False) -> set[str]:
        """Ids of all tasks that can be reached along the arrows."""
        tasks = self.dag.task_dict
        found: set[str] = set()
        pending = list(self.get_direct_relative_ids(upstream))
        while pending:
            one = pending.pop()
            if one not in found:
                found.add(one)
                pending.extend(tasks[one].get_direct_relative_ids(upstream))
        return found

    def get_flat_relatives(self, upstream: bool = False) -> list[TaskNode]:
        """All tasks that can be reached along the arrows, in the order of the file."""
        return self._in_order(self.get_flat_relative_ids(upstream=upstream))

    @property
    def output(self) -> XComArg:
        """What the task will return, to pass on to others."""
        from tradewind.sdk.xcom_arg import XComArg  # noqa: PLC0415 - outputs hold nodes

        return XComArg(self)

    # -- setup and teardown ----------------------------------------------------------------------------------------

    def as_setup(self) -> Self:
        """Mark as setup: it runs before its work, and its teardowns run only if it succeeded."""
        self.is_setup = True
        return self

    def as_teardown(self, *, setups: Dependable | None = None, on_failure_fail_dagrun: bool | None = None) -> Self:
        """Mark as teardown: it runs when its setups succeeded, whatever became of the work between.

        Args:
            setups: the setups that it cleans up after.
            on_failure_fail_dagrun: whether its failure fails the run.
        """
        from tradewind.sdk.setup_teardown import make_teardown  # noqa: PLC0415 - it needs nodes

        make_teardown(self, setups=setups, on_failure_fail_dagrun=on_failure_fail_dagrun)
        return self

    def __enter__(self) -> Scope:
        from tradewind.sdk.setup_teardown import open_scope  # noqa: PLC0415 - it needs nodes

        return open_scope([self])

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        from tradewind.sdk.setup_teardown import close_scope  # noqa: PLC0415 - it needs nodes

        close_scope(failed=kind is not None)

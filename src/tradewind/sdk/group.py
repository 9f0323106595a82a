"""Task groups: a prefix for ids, a box in the graph, arrows as one; and groups that are mapped as a whole."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tradewind.sdk.authoring_errors import (
    AuthoringError,
    DuplicateTaskIdFound,
    NotInDag,
    TaskAlreadyInTaskGroup,
)
from tradewind.sdk.dependency import DependencyMixin
from tradewind.sdk.flow import followed_by_group
from tradewind.sdk.node import KEY_LENGTH, TaskNode, validate_group_key
from tradewind.sdk.notset import NOTSET, ArgNotSet
from tradewind.sdk.resolve import Reference, Resolvable
from tradewind.sdk.stack import current_dag, current_group, enter, leave

if TYPE_CHECKING:
    from typing import Self

    from tradewind.sdk.dag import DAG
    from tradewind.sdk.expansion import ExpandInput

__all__ = ["MappedArgument", "MappedTaskGroup", "TaskGroup"]


class TaskGroup(DependencyMixin):
    """A group of tasks and groups in a DAG.

    Args:
        group_id: unique in its parent; None only for the root of a DAG.
        group_display_name: name to show instead of the id.
        prefix_group_id: whether ids of members start with the group's.
        parent_group: group around this one; by default the one whose `with` block is open.
        dag: the DAG, by default that of the parent.
        default_args: arguments for the tasks inside, over those of the DAG and the parent.
        tooltip, doc_md, ui_color, ui_fgcolor: for display.
        add_suffix_on_collision: take ``__1``, ``__2`` ... behind the id where it is taken.

    Raises:
        NotInDag: there is no DAG.
        DuplicateTaskIdFound: the id is taken.
    """

    is_mapped = False

    def __init__(
        self,
        group_id: str | None,
        group_display_name: str = "",
        prefix_group_id: bool = True,
        *,
        parent_group: TaskGroup | ArgNotSet | None = NOTSET,
        dag: DAG | None = None,
        default_args: Mapping[str, Any] | None = None,
        tooltip: str = "",
        doc_md: str | None = None,
        ui_color: str = "CornflowerBlue",
        ui_fgcolor: str = "#000",
        add_suffix_on_collision: bool = False,
    ) -> None:
        self.prefix_group_id = prefix_group_id
        self.group_display_name = group_display_name
        self.tooltip = tooltip
        self.doc_md = doc_md
        self.ui_color = ui_color
        self.ui_fgcolor = ui_fgcolor
        self.children: dict[str, TaskNode | TaskGroup] = {}
        self.upstream_group_ids: set[str] = set()
        self.downstream_group_ids: set[str] = set()
        self.upstream_task_ids: set[str] = set()
        """Tasks that an arrow joins to the group itself; packages read it, and draw the arrow to tasks that they add later."""
        self.downstream_task_ids: set[str] = set()
        self._group_id: str | None = None
        self._mapped_groups: tuple[MappedTaskGroup, ...] = ()
        if group_id is None:
            self.parent_group: TaskGroup | None = None
            self.dag: DAG | None = dag
            self.default_args: dict[str, Any] = dict(default_args or {})
            return
        parent = current_group(dag or current_dag()) if isinstance(parent_group, ArgNotSet) else parent_group
        self.dag = dag or (parent.dag if parent is not None else None) or current_dag()
        if self.dag is None:
            raise NotInDag(f"TaskGroup {group_id!r} can only be used inside a dag: open `with DAG(...)` around it")
        if parent is None:
            parent = self.dag.task_group
        self.parent_group = parent
        self.default_args = {**copy.copy(parent.default_args), **(default_args or {})}
        self._mapped_groups = parent._mapped_groups  # noqa: SLF001 - a group of the same class
        self._group_id = self._free_id(validate_group_key(group_id), add_suffix_on_collision)
        parent.add(self)

    def _free_id(self, group_id: str, add_suffix: bool) -> str:
        assert self.dag is not None
        if not add_suffix or self._full_id(group_id) not in self.dag.used_ids:
            return group_id
        core = re.sub(r"__\d+$", "", group_id)
        number = 1
        while self._full_id(f"{core}__{number}") in self.dag.used_ids:
            number += 1
        return f"{core}__{number}"

    def _full_id(self, group_id: str) -> str:
        return self.parent_group.child_id(group_id) if self.parent_group is not None else group_id

    # -- ids and members -------------------------------------------------------------------------------------------

    @property
    def is_root(self) -> bool:
        """Whether this is the DAG's outermost group."""
        return self._group_id is None

    @property
    def group_id(self) -> str | None:
        """The id with the prefixes of the groups around it; None for the root."""
        return None if self._group_id is None else self._full_id(self._group_id)

    @property
    def node_id(self) -> str:
        """The id in the graph; empty for the root."""
        return self.group_id or ""

    @property
    def label(self) -> str | None:
        """The name for display."""
        return self.group_display_name or self._group_id

    @property
    def task_group(self) -> TaskGroup | None:
        """The group around this one."""
        return self.parent_group

    @property
    def dag_id(self) -> str:
        """The id of the DAG."""
        return self.dag.dag_id if self.dag is not None else "_in_memory_dag_"

    def child_id(self, label: str) -> str:
        """The id of a member from its own name."""
        group: TaskGroup | None = self
        while group is not None and not group.prefix_group_id:  # its members stand under the next prefix above
            group = group.parent_group
        prefix = group.group_id if group is not None else None
        return f"{prefix}.{label}" if prefix else label

    def add(self, child: TaskNode | TaskGroup) -> TaskNode | TaskGroup:
        """Take in a task or group.

        Raises:
            DuplicateTaskIdFound: its id is taken in the DAG.
            TaskAlreadyInTaskGroup: it is in another group.
            AuthoringError: the group's id is too long with its prefixes.
        """
        node_id = child.node_id
        if len(node_id) > KEY_LENGTH:
            raise AuthoringError(f"The key {node_id!r} has to be less than {KEY_LENGTH} characters, not {len(node_id)}")
        if isinstance(child, TaskNode):
            if child.task_group is not None and child.task_group is not self:
                raise TaskAlreadyInTaskGroup(
                    f"cannot add {node_id!r} to group {self.node_id!r}: it is in {child.task_group.node_id!r} already"
                )
            child.task_group = self
        if self.dag is not None:
            if child is not self.dag.used_ids.get(node_id, child):
                kind = "Task id" if isinstance(child, TaskNode) else "group_id"
                raise DuplicateTaskIdFound(f"{kind} {node_id!r} has already been added to the Dag", id=node_id)
            self.dag.used_ids[node_id] = child
        self.children[node_id] = child
        return child

    def has_task(self, task: TaskNode) -> bool:
        """Whether the task is in here, at any depth."""
        group = task.task_group
        while group is not None:
            if group is self:
                return True
            group = group.parent_group
        return False

    def iter_tasks(self) -> Iterator[TaskNode]:
        """All tasks in here, at any depth, in the order of the file."""
        for child in self.children.values():
            if isinstance(child, TaskGroup):
                yield from child.iter_tasks()
            else:
                yield child

    def __iter__(self) -> Iterator[TaskNode]:
        yield from self.iter_tasks()

    def iter_groups(self) -> Iterator[TaskGroup]:
        """This group and all groups in it."""
        yield self
        for child in self.children.values():
            if isinstance(child, TaskGroup):
                yield from child.iter_groups()

    @property
    def used_group_ids(self) -> set[str | None]:
        """Ids that tasks and groups of the DAG have, which a new group may not take."""
        return {*self.dag.used_ids} if self.dag is not None else set()

    def get_task_group_dict(self) -> dict[str | None, TaskGroup]:
        """This group and all groups in it, by id."""
        return {group.group_id: group for group in self.iter_groups()}

    def get_child_by_label(self, label: str) -> TaskNode | TaskGroup:
        """A direct member by its own name."""
        return self.children[self.child_id(label)]

    def iter_mapped_task_groups(self) -> Iterator[MappedTaskGroup]:
        """The mapped groups that this one is or is in, the closest first."""
        yield from self._mapped_groups

    # -- arrows ----------------------------------------------------------------------------------------------------

    @property
    def roots(self) -> Sequence[TaskNode]:
        """The tasks in here that wait for no other in here."""
        inside = {task.task_id: task for task in self.iter_tasks()}
        return [task for task in inside.values() if not task.upstream_task_ids & inside.keys()]

    @property
    def leaves(self) -> Sequence[TaskNode]:
        """The tasks in here that no other in here waits for; instead of teardowns the last tasks before them."""
        inside = {task.task_id: task for task in self.iter_tasks()}
        found: dict[str, TaskNode] = {}
        pending = [task for task in inside.values() if not task.downstream_task_ids & inside.keys()]
        seen: set[str] = set()
        while pending:
            task = pending.pop(0)
            if task.task_id in seen:
                continue
            seen.add(task.task_id)
            if not task.is_teardown:
                found[task.task_id] = task
                continue
            pending += [one for one in task.upstream_list if one.task_id in inside and not one.is_setup]
        return list(found.values())

    def get_roots(self) -> Iterator[TaskNode]:
        """See `roots`."""
        yield from self.roots

    def get_leaves(self) -> Iterator[TaskNode]:
        """See `leaves`."""
        yield from self.leaves

    def arrow_drawn(self, other: DependencyMixin, *, is_upstream: bool) -> None:
        if isinstance(other, TaskGroup):
            ids = self.downstream_group_ids if is_upstream else self.upstream_group_ids
            ids.add(other.node_id)
        elif is_upstream:
            self.downstream_task_ids.update(task.task_id for task in other.roots)
        else:
            self.upstream_task_ids.update(task.task_id for task in other.leaves)

    # -- blocks ----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        enter(self.dag, self)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        leave()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.node_id or 'root'}>"


class MappedArgument(Resolvable):
    """An argument of a mapped group: in each copy of the group another item."""

    is_one_item = True

    def __init__(self, group_input: ExpandInput, name: str) -> None:
        self.input = group_input
        self.name = name

    def iter_references(self) -> Iterator[Reference]:
        yield from self.input.iter_references()

    def resolve(self, context: Mapping[str, Any]) -> Any:
        return self.input.values_at(context["ti"].map_index, context)[self.name]

    def __repr__(self) -> str:
        return f"MappedArgument({self.name!r})"


class MappedTaskGroup(TaskGroup):
    """A group of which there is one copy for each combination of its inputs."""

    is_mapped = True

    def __init__(self, *, expand_input: ExpandInput, group_id: str, **kwargs: Any) -> None:
        self.expand_input = expand_input
        expand_input.follows = self._followed
        self._follows: tuple[TaskNode, ...] | None = None
        super().__init__(group_id, **kwargs)
        self._mapped_groups = (self, *self._mapped_groups)
        expand_input.depth = len(self._mapped_groups)

    def _followed(self) -> Sequence[TaskNode]:
        if self._follows is None:
            self._follows = followed_by_group(self)
        return self._follows

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        super().__exit__(kind, error, trace)
        if kind is None:
            for operator, _ in self.expand_input.iter_references():
                self.set_upstream(operator)

"""Tasks that decide which of the tasks after them run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from tradewind.sdk.exceptions import AirflowException, DownstreamTasksSkipped
from tradewind.sdk.operator import BaseOperator

__all__ = ["SKIPPED_KEY", "BaseBranchOperator", "BranchMixIn", "SkipMixin"]

SKIPPED_KEY = "skipmixin_key"
"""Key of the XCom that says what was followed or skipped."""


class SkipMixin:
    """Skips tasks downstream of the one that is running."""

    def skip(self, ti: Any, tasks: Iterable[Any]) -> None:
        """Skip these tasks, and succeed; nothing follows if there are none.

        Raises:
            DownstreamTasksSkipped: always, if there are tasks: it ends the running task.
        """
        task_ids = [task.task_id for task in tasks]
        if task_ids:
            ti.xcom_push(SKIPPED_KEY, {"skipped": task_ids})
            raise DownstreamTasksSkipped(tasks=task_ids)

    def skip_all_except(self, ti: Any, branch_task_ids: str | Iterable[str] | None) -> None:
        """Skip the direct downstream tasks that are neither followed nor reached from one that is.

        Raises:
            AirflowException: one of the ids is no task or group of the DAG, or not downstream.
            DownstreamTasksSkipped: there are tasks to skip; it ends the running task.
        """
        chosen = _chosen(ti.task, branch_task_ids)
        dag = ti.task.dag
        reached = set(chosen)
        for task_id in chosen:
            reached |= dag.task_dict[task_id].get_flat_relative_ids(upstream=False)
        skipped = [task.task_id for task in ti.task.downstream_list if task.task_id not in reached]
        downstream = ti.task.downstream_task_ids
        ti.xcom_push(SKIPPED_KEY, {"followed": [task_id for task_id in chosen if task_id in downstream]})
        if skipped:
            raise DownstreamTasksSkipped(tasks=skipped)


class BranchMixIn(SkipMixin):
    """Follows the branches that a decision names."""

    def do_branch(self, context: Any, branches_to_execute: str | Collection[str] | None) -> Any:
        """Skip what is not named, and return what is."""
        self.skip_all_except(context["ti"], branches_to_execute)
        return branches_to_execute


class BaseBranchOperator(BaseOperator, BranchMixIn):
    """An operator that decides by `choose_branch` which of the tasks after it run."""

    inherits_from_skipmixin = True

    def choose_branch(self, context: Any) -> str | Iterable[str] | None:
        """The id of a task or group to follow, several of them, or None for none."""
        raise NotImplementedError(f"{type(self).__name__} has no choose_branch()")

    def execute(self, context: Any) -> Any:
        return self.do_branch(context, self.choose_branch(context))  # pyright: ignore[reportArgumentType] - checked in there


def _chosen(task: Any, branch: str | Iterable[str] | None) -> list[str]:
    if branch is None:
        return []
    names: Sequence[Any] = (
        [branch] if isinstance(branch, str) else list(branch) if isinstance(branch, Iterable) else [branch]
    )
    wrong = {type(name).__name__ for name in names if not isinstance(name, str)}
    if wrong:
        raise AirflowException(
            f"'branch_task_ids' expected all task IDs are strings. Got: {', '.join(sorted(wrong))}; return the id of a "
            "task or group, a list of them, or None"
        )
    dag, found, unknown = task.dag, [], []
    groups = dag.task_group_dict if hasattr(dag, "task_group_dict") else {}
    for name in names:
        if name in dag.task_dict:
            found.append(name)
        elif name in groups:
            found.extend(root.task_id for root in groups[name].roots)
        else:
            unknown.append(name)
    if unknown:
        raise AirflowException(
            f"'branch_task_ids' must contain only valid task_ids. Invalid tasks found: {sorted(unknown)}."
        )
    return list(dict.fromkeys(found))

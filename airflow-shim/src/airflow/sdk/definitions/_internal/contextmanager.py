"""The DAG and group whose `with` block is being read."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.stack import current_dag, current_group

__all__ = ["DagContext", "TaskGroupContext"]


class DagContext:
    """The innermost `with DAG(...)`."""

    @staticmethod
    def get_current() -> Any:
        """The DAG, or None."""
        return current_dag()

    get_current_dag = get_current


class TaskGroupContext:
    """The innermost `with TaskGroup(...)`."""

    @staticmethod
    def get_current(dag: Any = None) -> Any:
        """The group, or None."""
        return current_group(dag)

"""Runs a task whose operator starts a process that asks back."""

from __future__ import annotations

from typing import Any

from tests_common.runs import RunTask


def run_task_no_db(task: Any, create_runtime_ti: Any, *, logical_date: Any = None) -> tuple[Any, Any]:
    """Run it; what came of it, and the values that it pushed."""
    runner = RunTask()
    runner(task, logical_date=logical_date)
    return runner, runner


def pushed_xcom(pushed: RunTask, ti: Any, key: str = "return_value") -> Any:
    """One of the values."""
    return pushed.xcom.get(key, task_id=ti.task_id)

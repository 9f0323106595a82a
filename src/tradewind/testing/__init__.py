"""Runs DAGs in this process: for tests, for debugging with breakpoints, and for `dag.run()` without a server."""

from tradewind.testing.in_process import golden, run_dag, test_dag
from tradewind.testing.result import DagResult, TaskResult

__all__ = ["DagResult", "TaskResult", "golden", "run_dag", "test_dag"]

"""A context for an operator that is called by hand."""

from __future__ import annotations

from typing import Any

from tests_common.test_utils.taskinstance import create_task_instance


class _Values:
    """The instance of the task, with XComs in a dict."""

    def __init__(self, task: Any) -> None:
        self._ti, self._values = create_task_instance(task), {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ti, name)

    def xcom_push(self, key: str, value: Any, **options: Any) -> None:
        """Keep a value."""
        self._values[key, options.get("map_index", -1)] = value

    def xcom_pull(
        self, task_ids: Any = None, dag_id: Any = None, key: str = "return_value", default: Any = None, **options: Any
    ) -> Any:
        """A value that was kept."""
        return self._values.get((key, -1), default)


def mock_context(task: Any, run_id: str | None = None) -> dict[str, Any]:
    """The context."""
    ti = _Values(task)
    return {"ti": ti, "task_instance": ti, "run_id": ti.run_id, "task": task}

"""XComs by address, from a running task."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.context import get_current_context
from tradewind.sdk.task_instance import RETURN_KEY

__all__ = ["BaseXCom"]


class BaseXCom:
    """The values that tasks leave for each other. All of it works inside a running task only."""

    XCOM_RETURN_KEY = RETURN_KEY

    @classmethod
    def get_one(cls, *, key: str = RETURN_KEY, dag_id: str | None = None, task_id: str | None = None,
                run_id: str | None = None, map_index: int | None = None, **more: Any) -> Any:  # fmt: skip
        """The value at an address, or None. What is left out is that of the running task."""
        return get_current_context()["ti"].xcom_pull(
            task_ids=task_id,
            dag_id=dag_id,
            key=key,
            map_indexes=map_index,
            **({"run_id": run_id} if run_id else {}),
            **more,
        )

    @classmethod
    def get_value(cls, *, ti_key: Any, key: str = RETURN_KEY) -> Any:
        """The value that a task instance left, by what names the instance; or None."""
        return cls.get_one(
            key=key, dag_id=ti_key.dag_id, task_id=ti_key.task_id, run_id=ti_key.run_id, map_index=ti_key.map_index
        )

    @classmethod
    def set(cls, key: str, value: Any, **address: Any) -> None:
        """Leave a value of the running task.

        Raises:
            ValueError: the address is that of another task.
        """
        ti = get_current_context()["ti"]
        other = {name: given for name, given in address.items() if given not in (None, getattr(ti, name, None))}
        if other:
            raise ValueError(f"a task can leave values of its own only, not with {other}")
        ti.xcom_push(key, value)

    @staticmethod
    def serialize_value(value: Any, **_: Any) -> Any:
        """The value as it is: the way it is stored is Tradewind's own."""
        return value

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        """The value of what was stored."""
        return getattr(result, "value", result)

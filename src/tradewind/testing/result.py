"""What a run in this process came to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradewind.core.states import RunState, TaskState
from tradewind.sdk.task_api import EncodedXCom
from tradewind.sdk.xcom_codec import XComCodec, plain

__all__ = ["DagResult", "TaskResult"]


@dataclass(slots=True)
class TaskResult:
    """How an instance of a task ended."""

    task_id: str
    map_index: int
    state: TaskState | None = None
    try_number: int = 0
    start_date: datetime | None = None
    end_date: datetime | None = None
    reason: str | None = None
    """Why it is in this state, in words, where that is not plain."""
    error: str | None = None
    """The traceback of the last attempt, if it failed."""
    rendered: dict[str, Any] | None = None
    """The template fields, rendered."""
    rendered_map_index: str | None = None

    @property
    def name(self) -> str:
        """The task's id with its map index, such as ``add[2]``."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


@dataclass(slots=True)
class DagResult:
    """A run, its task instances, and what they pushed."""

    dag_id: str
    run_id: str
    run_type: str
    logical_date: datetime | None
    data_interval: tuple[datetime | None, datetime | None]
    codec: XComCodec = field(repr=False)
    state: RunState = RunState.QUEUED
    start_date: datetime | None = None
    end_date: datetime | None = None
    conf: dict[str, Any] = field(default_factory=dict)
    instances: dict[tuple[str, int], TaskResult] = field(default_factory=dict, repr=False)
    stored: dict[tuple[str, int], dict[str, EncodedXCom]] = field(default_factory=dict, repr=False)
    result_tasks: tuple[str, ...] = ()
    """The tasks whose values are what the DAG returns."""

    @property
    def result(self) -> Any:
        """What the DAG returns: the value of its result task (`@result`, `dag.add_result`), of several a dict by task
        id, of a mapped one a list; None where there is none.

        Raises:
            DeserializationError: it can't be read back.
        """
        values = {task_id: self._returned(task_id) for task_id in self.result_tasks}
        return values[self.result_tasks[0]] if len(values) == 1 else values or None

    def _returned(self, task_id: str) -> Any:
        indexes = sorted(index for name, index in self.instances if name == task_id)
        found = [self.xcom(task_id, map_index=index) for index in indexes]
        return found[0] if indexes == [-1] else found

    @property
    def is_success(self) -> bool:
        """Whether the run ended in success."""
        return self.state is RunState.SUCCESS

    @property
    def task_instances(self) -> list[TaskResult]:
        """All instances, in the order they came to be; the placeholder of an expanded task is not one."""
        return list(self.instances.values())

    @property
    def states(self) -> dict[str, str | None]:
        """The state of each instance by name."""
        return {one.name: None if one.state is None else str(one.state) for one in self.instances.values()}

    def task(self, task_id: str, map_index: int = -1) -> TaskResult:
        """One instance.

        Raises:
            KeyError: there is none.
        """
        return self.instances[task_id, map_index]

    def xcom(self, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """A value that a task pushed; None where it did not.

        Raises:
            DeserializationError: it can't be read back.
        """
        stored = self.stored.get((task_id, map_index), {}).get(key)
        return None if stored is None else self.codec.decode(stored)

    def as_golden(self) -> dict[str, Any]:
        """The run as plain JSON: state, run type, data interval, task instances and XComs."""
        xcoms = [
            [task_id, index, key, _display(value)]
            for (task_id, index), values in sorted(self.stored.items())
            for key, value in values.items()
        ]
        return {
            "state": str(self.state),
            "run_type": self.run_type,
            "data_interval": [None if moment is None else str(moment) for moment in self.data_interval],
            "tis": {
                f"{task}[{index}]": None if one.state is None else str(one.state)
                for (task, index), one in self.instances.items()
            },
            "xcoms": xcoms,
        }


def _display(value: EncodedXCom) -> Any:
    shown = plain(value)
    json.dumps(shown)
    return shown

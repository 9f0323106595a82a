"""Responses about what runs returned."""

from __future__ import annotations

from typing import Any

from tradewind.api.models.base import Out
from tradewind.api.models.runs import DAGRunResponse
from tradewind.core.states import RunState

__all__ = ["DagRunResultResponse", "ExecuteResponse"]


class ExecuteResponse(Out):
    dag_run: DAGRunResponse
    is_finished: bool
    result: Any


class DagRunResultResponse(Out):
    dag_id: str
    dag_run_id: str
    state: RunState
    result_task_ids: list[str]
    result: Any

"""Triggers that wait for runs and tasks of other DAGs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Any

from tradewind.providers.standard.external import ExternalWork, Verdict, asked_api, look
from tradewind.providers.standard.moments import moment_of
from tradewind.sdk.dag_call import DagStateTrigger
from tradewind.sdk.polling import PollingTrigger
from tradewind.sdk.trigger import TriggerEvent

__all__ = ["DagStateTrigger", "WorkflowTrigger"]


def _dates(given: Collection[Any] | None) -> list[datetime] | None:
    return None if given is None else [moment_of(one) for one in given]


class WorkflowTrigger(PollingTrigger):
    """Fires when runs of another DAG, or tasks or a group in them, are done: says
    ``{"status": "success" | "failed" | "skipped"}``.

    Args:
        external_dag_id: the DAG.
        run_ids, logical_dates (or, as it was called, execution_dates): which runs.
        external_task_ids, external_task_group_id: what of them; neither: the runs themselves.
        allowed_states, failed_states, skipped_states: states that end the wait.
        poke_interval: seconds between looks, at most.
        soft_fail: for the sensor.
    """

    def __init__(
        self,
        external_dag_id: str,
        *,
        run_ids: list[str] | None = None,
        execution_dates: list[datetime] | None = None,
        logical_dates: list[datetime] | None = None,
        external_task_ids: Collection[str] | None = None,
        external_task_group_id: str | None = None,
        failed_states: Collection[str] | None = None,
        skipped_states: Collection[str] | None = None,
        allowed_states: Collection[str] | None = None,
        poke_interval: float = 2.0,
        soft_fail: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.external_dag_id = external_dag_id
        self.run_ids = run_ids
        self.execution_dates = _dates(execution_dates)
        self.logical_dates = _dates(logical_dates)
        self.external_task_ids = None if external_task_ids is None else list(external_task_ids)
        self.external_task_group_id = external_task_group_id
        self.failed_states = list(failed_states or [])
        self.skipped_states = list(skipped_states or [])
        self.allowed_states = list(allowed_states or ["success"])
        self.poke_interval = poke_interval
        self.soft_fail = soft_fail

    def serialize(self) -> tuple[str, dict[str, Any]]:
        names = (
            "external_dag_id", "run_ids", "execution_dates", "logical_dates", "external_task_ids",
            "external_task_group_id", "failed_states", "skipped_states", "allowed_states", "poke_interval", "soft_fail",
        )  # fmt: skip
        return f"{__name__}.WorkflowTrigger", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        work = ExternalWork(
            dag_id=self.external_dag_id,
            task_ids=self.external_task_ids or (),
            group_id=self.external_task_group_id or "",
            run_ids=self.run_ids or (),
            logical_dates=self.logical_dates or self.execution_dates or (),
            allowed_states=self.allowed_states,
            skipped_states=self.skipped_states,
            failed_states=self.failed_states,
        )

        def verdict() -> Verdict | None:
            found = look(asked_api(), work)
            return None if found == "waiting" else found

        yield TriggerEvent({"status": await self.until(verdict, self.poke_interval)})

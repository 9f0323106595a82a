"""A DAG called as a function from inside a task: `call_dag` starts a run, waits without a slot, and returns its result."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from tradewind.sdk.context import get_current_context
from tradewind.sdk.exceptions import AirflowException, AirflowRuntimeError, DagRunAlreadyExists
from tradewind.sdk.polling import PollingTrigger
from tradewind.sdk.task_api import TaskApi, task_api
from tradewind.sdk.trigger import TriggerEvent
from tradewind.sdk.waiting import current_journal, once, wait_for

__all__ = ["RunEndTrigger", "call_dag", "result_of"]

log = logging.getLogger("tradewind.task")


class RunEndTrigger(PollingTrigger):
    """Fires when a run is in one of some states, and says which.

    Args:
        dag_id, run_id: which run.
        states: the states to wait for.
        poll_interval: seconds between looks, at most.
    """

    def __init__(
        self, dag_id: str, run_id: str, states: Sequence[str] = ("success", "failed"), poll_interval: float = 5.0
    ) -> None:
        super().__init__()
        self.dag_id, self.run_id, self.states, self.poll_interval = dag_id, run_id, list(states), poll_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.RunEndTrigger", {
            "dag_id": self.dag_id,
            "run_id": self.run_id,
            "states": self.states,
            "poll_interval": self.poll_interval,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        state = await self.until(self._look, self.poll_interval)
        yield TriggerEvent(state[0])

    def _look(self) -> tuple[str | None] | None:
        """The state, where the wait is over."""
        state = _api().run_state(self.dag_id, self.run_id)
        return (state,) if state is None or state in self.states else None


def call_dag(
    dag_id: str,
    conf: Mapping[str, Any] | None = None,
    *,
    run_id: str | None = None,
    note: str | None = None,
    poll_interval: float = 5.0,
) -> Any:
    """Run another DAG from inside a task, wait for its end without holding a slot, and return what it returns.

    As with every `wait_for`, the function that calls runs again from its top once the run has ended; the run itself is
    started once in each try, whatever dies in between. Not for coroutines.

    Args:
        dag_id: which DAG; it must not be paused.
        conf: what the run is started with: JSON.
        run_id: the run's id; None: made from the task that calls, its try, and the place of the call in it.
        note: for people.
        poll_interval: seconds between looks, at most.

    Returns:
        The value of its result task; a dict by task id where it has several; None where it has none.

    Raises:
        AirflowException: the run failed, or was deleted.
        DagRunAlreadyExists: there is a run of this id.
    """
    given = json.loads(json.dumps(dict(conf or {})))
    started = once(lambda: _start(dag_id, given, run_id, note))
    log.info("Called DAG %s: run %s", dag_id, started)
    state = wait_for(RunEndTrigger(dag_id, started, poll_interval=poll_interval))
    if state != "success":
        raise AirflowException(f"the run {started} of DAG {dag_id!r} {'failed' if state else 'is gone'}")
    return result_of(dag_id, started)


def _start(dag_id: str, conf: Mapping[str, Any], run_id: str | None, note: str | None) -> str:
    name = run_id or _run_id()
    try:
        return _api().trigger_run(dag_id, run_id=name, conf=conf, note=note)
    except DagRunAlreadyExists:
        if run_id is not None:
            raise
        return name  # this call has started it before its process died


def _run_id() -> str:
    ti = get_current_context()["ti"]
    clears = getattr(ti.dag_run, "clear_number", 0)
    call = (ti.dag_id, ti.run_id, clears, ti.task_id, ti.map_index, ti.try_number, current_journal().place)
    digest = hashlib.sha256(repr(call).encode()).hexdigest()[:16]
    return f"called_by__{ti.dag_id[:80]}.{ti.task_id[:80]}__{digest}"


def result_of(dag_id: str, run_id: str) -> Any:
    """What a run of a DAG returned; for code of a running task."""
    facts = _api().dag_facts(dag_id) or {}
    names: list[str] = list(facts.get("results") or ())
    ti = get_current_context()["ti"]
    values = {name: ti.xcom_pull(task_ids=name, dag_id=dag_id, run_id=run_id) for name in names}
    return values[names[0]] if len(names) == 1 else values or None


def _api() -> TaskApi:
    api = task_api()
    if api is None:
        raise AirflowRuntimeError("other DAGs can be asked after only while a task runs")
    return api

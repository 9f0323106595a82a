"""A DAG called as a function from inside a task: `call_dag` starts a run, waits without a slot, and returns its result."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tradewind.sdk.context import get_current_context
from tradewind.sdk.exceptions import AirflowException, AirflowRuntimeError, DagRunAlreadyExists
from tradewind.sdk.polling import PollingTrigger
from tradewind.sdk.task_api import TaskApi, task_api
from tradewind.sdk.trigger import TriggerEvent
from tradewind.sdk.waiting import current_journal, once, wait_for

__all__ = ["DagStateTrigger", "call_dag", "result_of"]

log = logging.getLogger("tradewind.task")


class DagStateTrigger(PollingTrigger):
    """Fires when all of some runs of a DAG are in one of some states, or gone; says which run is in which.

    Args:
        dag_id: the DAG.
        states: the states to wait for.
        run_ids, execution_dates: which runs.
        poll_interval: seconds between looks, at most.
    """

    def __init__(
        self,
        dag_id: str,
        states: Sequence[str],
        run_ids: Sequence[str] | None = None,
        execution_dates: Sequence[datetime] | None = None,
        poll_interval: float = 5.0,
    ) -> None:
        super().__init__()
        self.dag_id = dag_id
        self.states = [str(state) for state in states]
        self.run_ids = None if run_ids is None else list(run_ids)
        self.execution_dates = None if execution_dates is None else list(execution_dates)
        self.poll_interval = poll_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.DagStateTrigger", {
            "dag_id": self.dag_id,
            "states": self.states,
            "run_ids": self.run_ids,
            "execution_dates": self.execution_dates,
            "poll_interval": self.poll_interval,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        found = await self.until(self._states, self.poll_interval)
        classpath, data = self.serialize()
        yield TriggerEvent((classpath, data | found))

    def _states(self) -> dict[str, Any] | None:
        """State by run id, or how many runs there are by state; None: they are not all there yet."""
        api = _api()
        if self.run_ids:
            states = {run_id: api.run_state(self.dag_id, run_id) for run_id in self.run_ids}
            return dict(states) if all(state is None or state in self.states for state in states.values()) else None
        counts = api.task_counts(self.dag_id, logical_dates=self.execution_dates or ())
        done = sum(counts.get(state, 0) for state in self.states)
        return dict(counts) if done == len(self.execution_dates or ()) else None


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
    trigger = DagStateTrigger(dag_id, ("success", "failed"), run_ids=[started], poll_interval=poll_interval)
    state = wait_for(trigger)[1][started]
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

"""Runs of other DAGs that a task asks for by raising `DagRunTriggerException`, as the operators of Airflow's providers do."""

from __future__ import annotations

import logging
import time

from tradewind.base.clock import Clock
from tradewind.sdk.dag_call import DagStateTrigger
from tradewind.sdk.exceptions import (
    AirflowException,
    AirflowSkipException,
    DagRunAlreadyExists,
    DagRunTriggerException,
    TaskDeferred,
)
from tradewind.sdk.polling import next_look_s
from tradewind.sdk.task_api import TaskApi
from tradewind.sdk.task_instance import RuntimeTaskInstance

__all__ = ["trigger_as_asked"]

log = logging.getLogger("tradewind.task")


def trigger_as_asked(asked: DagRunTriggerException, ti: RuntimeTaskInstance, api: TaskApi, clock: Clock) -> None:
    """Ask for the run, and wait for it if told to.

    Raises:
        AirflowSkipException: the run is there already, and that is to skip the task.
        DagRunAlreadyExists: the run is there already.
        AirflowException: it ended in one of `failed_states`, or is gone.
        TaskDeferred: the wait needs no process.
    """
    dag_id = asked.trigger_dag_id
    try:
        run_id = api.trigger_run(
            dag_id,
            run_id=asked.dag_run_id,
            logical_date=asked.logical_date,
            run_after=asked.run_after,
            conf=asked.conf,
            reset=asked.reset_dag_run,
            note=asked.note,
        )
    except DagRunAlreadyExists as error:
        if asked.skip_when_already_exists:
            raise AirflowSkipException(f"Skipping due to skip_when_already_exists is set to True: {error}") from error
        raise
    ti.keep("trigger_run_id", run_id)
    log.info("Triggered run %s of DAG %s", run_id, dag_id)
    if not asked.wait_for_completion:
        return
    if asked.deferrable:
        states = [*asked.allowed_states, *asked.failed_states]
        trigger = DagStateTrigger(dag_id, states, run_ids=[run_id], poll_interval=asked.poke_interval)
        raise TaskDeferred(trigger=trigger, method_name="execute_complete")
    begun = clock.monotonic()
    while (state := api.run_state(dag_id, run_id)) not in asked.allowed_states:
        if state is None:
            raise AirflowException(f"the run {run_id} of {dag_id} is gone")
        if state in asked.failed_states:
            raise AirflowException(f"{dag_id} failed with failed state {state}")
        time.sleep(next_look_s(clock.monotonic() - begun, asked.poke_interval))

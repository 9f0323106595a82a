"""An operator that starts a run of another DAG, and can wait for it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tradewind.providers.standard.moments import moment_of, now
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.exceptions import AirflowException, AirflowRuntimeError, AirflowSkipException, DagRunAlreadyExists
from tradewind.sdk.notset import NOTSET
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.task_api import TaskApi, task_api

__all__ = ["TriggerDagRunOperator"]

log = logging.getLogger("tradewind.task")


class TriggerDagRunOperator(BaseOperator):
    """Starts a run of the DAG `trigger_dag_id`; its id is pushed as XCom `trigger_run_id`.

    Args:
        trigger_dag_id: which DAG.
        trigger_run_id: the run's id; None: made from the date.
        conf: what the run is started with.
        logical_date: of the run; not given: now; None: a run without one.
        run_after: when it may start; not given: now.
        reset_dag_run: where the run is there already, clear it and run it again.
        wait_for_completion: end when the run has ended.
        poke_interval: seconds between looks while waiting.
        allowed_states, failed_states: run states that end the wait in success, and in failure.
        skip_when_already_exists: skip, not fail, where the run is there already.
        fail_when_dag_is_paused: not available, as in Airflow 3.
        note: for people.
        deferrable: accepted; the wait stays in the task's process.
        openlineage_inject_parent_info: accepted; lineage is not sent from here.
    """

    template_fields = (
        "trigger_dag_id",
        "trigger_run_id",
        "logical_date",
        "conf",
        "wait_for_completion",
        "skip_when_already_exists",
    )
    template_fields_renderers = {"conf": "py"}  # noqa: RUF012 - Airflow's shape
    ui_color = "#ffefeb"

    def __init__(
        self,
        *,
        trigger_dag_id: str,
        trigger_run_id: str | None = None,
        conf: dict[str, Any] | None = None,
        logical_date: str | datetime | Any | None = NOTSET,
        run_after: str | datetime | Any | None = NOTSET,
        reset_dag_run: bool = False,
        wait_for_completion: bool = False,
        poke_interval: float = 60,
        allowed_states: Sequence[str] | None = None,
        failed_states: Sequence[str] | None = None,
        skip_when_already_exists: bool = False,
        fail_when_dag_is_paused: bool = False,
        note: str | None = None,
        deferrable: bool = False,
        openlineage_inject_parent_info: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if fail_when_dag_is_paused:
            raise InvalidArgument("Setting `fail_when_dag_is_paused` is not supported")
        self.trigger_dag_id = trigger_dag_id
        self.trigger_run_id = trigger_run_id
        self.conf = conf
        self.logical_date = logical_date
        self.run_after = run_after
        self.reset_dag_run = reset_dag_run
        self.wait_for_completion = wait_for_completion
        self.poke_interval = poke_interval
        self.allowed_states = list(allowed_states or ["success"])
        self.failed_states = list(["failed"] if failed_states is None else failed_states)
        self.skip_when_already_exists = skip_when_already_exists
        self.note = note
        self.deferrable = deferrable
        self.openlineage_inject_parent_info = openlineage_inject_parent_info

    def execute(self, context: Any) -> None:
        """Ask for the run, and wait for it if told to.

        Raises:
            AirflowException: `conf` is not JSON, or the run ended in one of `failed_states`.
        """
        api = task_api()
        if api is None:
            raise AirflowRuntimeError("TriggerDagRunOperator needs a server to ask")
        try:
            json.dumps(self.conf)
        except TypeError as error:
            raise AirflowException("conf parameter should be JSON Serializable") from error
        try:
            run_id = api.trigger_run(
                self.trigger_dag_id,
                run_id=self.trigger_run_id or "",
                logical_date=_moment(self.logical_date),
                run_after=_moment(self.run_after),
                conf=self.conf,
                reset=self.reset_dag_run,
                note=self.note,
            )
        except DagRunAlreadyExists as error:
            if self.skip_when_already_exists:
                raise AirflowSkipException(
                    f"Skipping due to skip_when_already_exists is set to True: {error}"
                ) from error
            raise
        context["ti"].xcom_push("trigger_run_id", run_id)
        log.info("Triggered run %s of DAG %s", run_id, self.trigger_dag_id)
        if self.wait_for_completion:
            self._wait(api, run_id)

    def _wait(self, api: TaskApi, run_id: str) -> None:
        while True:
            state = api.run_state(self.trigger_dag_id, run_id)
            if state in self.failed_states:
                raise AirflowException(f"{self.trigger_dag_id} failed with failed state {state}")
            if state in self.allowed_states:
                log.info("%s finished with allowed state %s", self.trigger_dag_id, state)
                return
            log.info("Waiting for %s on %s: it is %s", self.trigger_dag_id, run_id, state)
            time.sleep(self.poke_interval)


def _moment(value: Any) -> datetime | None:
    if value is NOTSET:
        return now()
    return None if value is None else moment_of(value)

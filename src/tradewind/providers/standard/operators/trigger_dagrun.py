"""An operator that starts a run of another DAG, and can wait for it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tradewind.base.clock import SystemClock
from tradewind.base.ids import UuidSource
from tradewind.providers.standard.external import asked_api
from tradewind.providers.standard.moments import moment_of, now
from tradewind.providers.standard.triggers.external_task import DagStateTrigger
from tradewind.sdk.context import get_current_context
from tradewind.sdk.exceptions import AirflowException, AirflowSkipException, DagRunAlreadyExists
from tradewind.sdk.notset import NOTSET
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.operator_link import BaseOperatorLink
from tradewind.sdk.operator_settings import default_deferrable
from tradewind.sdk.polling import next_look_s
from tradewind.sdk.task_api import TaskApi

__all__ = ["DagIsPaused", "TriggerDagRunLink", "TriggerDagRunOperator"]

log = logging.getLogger("tradewind.task")
RUN_ID_KEY = "trigger_run_id"


class DagIsPaused(AirflowException):
    """The DAG to be run is paused."""

    def __init__(self, dag_id: str) -> None:
        super().__init__(f"Dag {dag_id} is paused")
        self.dag_id = dag_id


class TriggerDagRunLink(BaseOperatorLink):
    """The run that was triggered."""

    name = "Triggered DAG"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Its page."""
        ti = get_current_context()["ti"]
        run_id = ti.xcom_pull(task_ids=ti_key.task_id, key=RUN_ID_KEY, map_indexes=ti_key.map_index)
        return f"/dags/{operator.trigger_dag_id}/runs/{run_id}"


class TriggerDagRunOperator(BaseOperator):
    """Starts a run of the DAG `trigger_dag_id`; its id is pushed as XCom `trigger_run_id`.

    Args:
        trigger_dag_id: which DAG.
        trigger_run_id: the run's id; None: made from the date.
        conf: what the run is started with.
        logical_date: of the run; None: a run without one; not given: now, or none where `run_after` is given.
        run_after: when it may start; not given: at once.
        reset_dag_run: where the run is there already, clear it and run it again.
        wait_for_completion: end when the run has ended.
        poke_interval: seconds between looks while waiting, at most; a run that has just begun is looked at more often.
        allowed_states, failed_states: run states that end the wait in success, and in failure.
        skip_when_already_exists: skip, not fail, where the run is there already.
        fail_when_dag_is_paused: fail where the DAG is paused, since the run would stay queued.
        note: for people.
        deferrable: wait without a process; None: as ``operators.default_deferrable`` says.
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
    operator_extra_links = (TriggerDagRunLink(),)

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
        deferrable: bool | None = None,
        openlineage_inject_parent_info: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
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
        self.fail_when_dag_is_paused = fail_when_dag_is_paused
        self.deferrable = default_deferrable() if deferrable is None else deferrable
        self.openlineage_inject_parent_info = openlineage_inject_parent_info

    def execute(self, context: Any) -> None:
        """Ask for the run, and wait for it if told to.

        Raises:
            AirflowException: `conf` is not JSON, or the run ended in one of `failed_states`.
            DagIsPaused: the DAG is paused, and that is to fail the task.
        """
        api = asked_api()
        conf = _conf(self.conf)
        if self.fail_when_dag_is_paused and (api.dag_facts(self.trigger_dag_id) or {}).get("is_paused"):
            raise DagIsPaused(self.trigger_dag_id)
        logical_date = _moment(self.logical_date, (None if self.run_after is not NOTSET else now()))
        try:
            run_id = api.trigger_run(
                self.trigger_dag_id,
                run_id=self._run_id(logical_date),
                logical_date=logical_date,
                run_after=_moment(self.run_after, None),
                conf=conf,
                reset=self.reset_dag_run,
                note=self.note,
            )
        except DagRunAlreadyExists as error:
            if self.skip_when_already_exists:
                raise AirflowSkipException(
                    f"Skipping due to skip_when_already_exists is set to True: {error}"
                ) from error
            raise
        context["ti"].xcom_push(RUN_ID_KEY, run_id)
        log.info("Triggered run %s of DAG %s", run_id, self.trigger_dag_id)
        if not self.wait_for_completion:
            return
        if self.deferrable:
            trigger = DagStateTrigger(
                dag_id=self.trigger_dag_id,
                states=[*self.allowed_states, *self.failed_states],
                run_ids=[run_id],
                poll_interval=self.poke_interval,
            )
            self.defer(trigger=trigger, method_name="execute_complete")
        self._wait(api, run_id)

    def _run_id(self, logical_date: datetime | None) -> str:
        run_after = _moment(self.run_after, None)
        if self.trigger_run_id or logical_date is not None or run_after is None:
            return str(self.trigger_run_id or "")
        # Runs for the same moment, without a date of their own, are to be as many as were asked for.
        return f"manual__{run_after.isoformat()}_{UuidSource().new()[-8:]}"

    def execute_complete(self, context: Any, event: tuple[str, dict[str, Any]]) -> None:  # noqa: ARG002 - the shape of a resumption
        """Go on with the states that the trigger says.

        Raises:
            AirflowException: a run ended in one of `failed_states`, or is gone.
        """
        _, data = event
        for run_id in data["run_ids"]:
            self._check(run_id, data[run_id])

    def _wait(self, api: TaskApi, run_id: str) -> None:
        clock = SystemClock()
        begun = clock.monotonic()
        while not self._check(run_id, state := api.run_state(self.trigger_dag_id, run_id)):
            log.info("Waiting for %s on %s: it is %s", self.trigger_dag_id, run_id, state)
            time.sleep(next_look_s(clock.monotonic() - begun, self.poke_interval))

    def _check(self, run_id: str, state: str | None) -> bool:
        """Whether the wait is over."""
        if state is None:
            raise AirflowException(f"the run {run_id} of {self.trigger_dag_id} is gone")
        if state in self.failed_states:
            raise AirflowException(f"{self.trigger_dag_id} failed with failed state {state}")
        if state in self.allowed_states:
            log.info("%s finished with allowed state %s", self.trigger_dag_id, state)
            return True
        return False


def _conf(given: Any) -> dict[str, Any] | None:
    """The conf as a dict; one that is a text, as of a template, is JSON."""
    try:
        conf = json.loads(given) if isinstance(given, str) else given
        json.dumps(conf)
    except (TypeError, ValueError) as error:
        raise AirflowException("conf parameter should be JSON Serializable") from error
    return conf


def _moment(value: Any, default: datetime | None) -> datetime | None:
    if value is NOTSET:
        return default
    return None if value is None else moment_of(value)

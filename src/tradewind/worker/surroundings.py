"""What an attempt finds around it: clock, artifact store, environment variables, and facts about its run."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tradewind.base.clock import Clock, SystemClock
from tradewind.protocol.messages import CallbackWork, RunInfo, Workload
from tradewind.sdk.context import Context, DagRun
from tradewind.sdk.site_policies import POLICIES
from tradewind.sdk.task_api import Mask, TaskApi
from tradewind.sdk.xcom_codec import ArtifactStore
from tradewind.worker.client import Requests, WorkerTaskApi
from tradewind.worker.secrets_masking import add_mask

if TYPE_CHECKING:
    from typing_extensions import TypeIs

__all__ = ["HOSTNAME", "Surroundings", "dag_run_of", "task_api_of", "task_environment"]

HOSTNAME = socket.gethostname()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an attempt finds around it, apart from its workload; the defaults are right for a worker process."""

    clock: Clock = field(default_factory=SystemClock)
    artifacts: ArtifactStore | None = None
    """None: opened at the workload's `artifact_url`."""
    inline_kb: int = 16
    mask: Mask | None = add_mask
    callback_timeout_s: float | None = 300.0
    """What one callback may take; None: as long as it wants."""
    clear_state_on_success: bool = False
    """A task that succeeds leaves nothing in its state store."""
    is_in_process: bool = False
    """The process is the user's own: its environment is put back afterwards."""


def is_requests(api: Requests | TaskApi) -> TypeIs[Requests]:
    """Whether it carries messages; a check of the whole protocol would cost 0.1 ms for each attempt."""
    return hasattr(api, "request")


def task_api_of(api: Requests | TaskApi) -> TaskApi:
    """What answers a task's requests: itself, or by messages."""
    return WorkerTaskApi(api) if is_requests(api) else api


def dag_run_of(work: Workload | CallbackWork) -> DagRun:
    """The run, as a task sees it."""
    run: RunInfo = work.run
    return DagRun(
        dag_id=work.dag.dag_id,
        run_id=run.run_id,
        run_type=run.run_type,
        run_after=run.run_after,
        logical_date=run.logical_date,
        data_interval_start=run.interval_start,
        data_interval_end=run.interval_end,
        start_date=run.start_date,
        queued_at=run.queued_at,
        conf=dict(run.conf),
        triggering_user_name=run.triggering_user,
        note=run.note,
        clear_number=run.clear_number,
        partition_key=run.partition_key,
        partition_date=run.partition_date,
    )


FACTS = frozenset(
    f"AIRFLOW_CTX_{name}"
    for name in ("DAG_ID", "TASK_ID", "TRY_NUMBER", "DAG_RUN_ID", "DAG_OWNER", "LOGICAL_DATE", "DAG_EMAIL")
)


@contextmanager
def task_environment(work: Workload, dag: Any, *, is_borrowed: bool) -> Generator[None]:
    """Facts about the task as environment variables, for the programs that it starts."""
    task = dag.task_dict.get(work.task_id)
    facts = {
        "AIRFLOW_CTX_DAG_ID": work.dag.dag_id,
        "AIRFLOW_CTX_TASK_ID": work.task_id,
        "AIRFLOW_CTX_TRY_NUMBER": str(work.try_number),
        "AIRFLOW_CTX_DAG_RUN_ID": work.run.run_id,
        "AIRFLOW_CTX_DAG_OWNER": str(getattr(task, "owner", "")),
    }
    if work.run.logical_date is not None:
        facts["AIRFLOW_CTX_LOGICAL_DATE"] = work.run.logical_date.isoformat()
    email = getattr(task, "email", None)
    if email:
        facts["AIRFLOW_CTX_DAG_EMAIL"] = email if isinstance(email, str) else ",".join(email)
    with _variables(facts, is_borrowed=is_borrowed):
        yield


@contextmanager
def site_environment(context: Context, *, is_borrowed: bool) -> Generator[None]:
    """What the site's rules add to that; facts about the task stay as they are."""
    added = POLICIES.variables(context)
    with _variables({name: text for name, text in added.items() if name not in FACTS}, is_borrowed=is_borrowed):
        yield


@contextmanager
def _variables(added: dict[str, str], *, is_borrowed: bool) -> Generator[None]:
    before = {name: os.environ.get(name) for name in added} if is_borrowed else {}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

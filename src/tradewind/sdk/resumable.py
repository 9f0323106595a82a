"""Jobs that outlive their task: submitted once, found again by the next try."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging

    from tradewind.sdk.context import Context

__all__ = ["ResumableJobMixin"]


class ResumableJobMixin(ABC):
    """For operators that submit a job to some other system and wait for it: a try that follows a crash goes on with the
    job that is there, and does not submit a second one.

    Name it before the operator's base, call `execute_resumable` from `execute`, and give the methods about the job. The
    job's id is kept in the task's state store before the first look at the job.

    Args:
        durable: False: submit a new job at every try.
    """

    external_id_key: str = "remote_job_id"
    """The key of the job's id in the state store."""

    if TYPE_CHECKING:
        log: logging.Logger

    def __init__(self, *, durable: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.durable = durable

    def execute_resumable(self, context: Context) -> Any:
        """Submit the job, or go on with the one of an earlier try; its result once it is complete."""
        store = context.get("task_state_store") if self.durable else None
        if self.durable and store is None:
            self.log.warning("there is no state store here: a try after a crash will submit the job again")
        job_id = None if store is None else store.get(self.external_id_key)
        if job_id:
            status = self.get_job_status(job_id, context)
            if self.is_job_active(status):
                self.log.info("Going on with job %s, which is %s", job_id, status)
                self.poll_until_complete(job_id, context)
                return self.get_job_result(job_id, context)
            if self.is_job_succeeded(status):
                self.log.info("Job %s has succeeded already", job_id)
                return self.get_job_result(job_id, context)
            self.log.warning("Job %s of an earlier try is %s: a new one is submitted", job_id, status)
        job_id = self.submit_job(context)
        if store is not None and job_id is not None:
            store.set(self.external_id_key, job_id)
        self.poll_until_complete(job_id, context)
        return self.get_job_result(job_id, context)

    @abstractmethod
    def submit_job(self, context: Context) -> Any:
        """Submit the job and return its id, a JSON value."""

    @abstractmethod
    def get_job_status(self, external_id: Any, context: Context) -> str:
        """What the other system says of the job, in its own words."""

    @abstractmethod
    def is_job_active(self, status: str) -> bool:
        """Whether a job of this status will still end by itself."""

    @abstractmethod
    def is_job_succeeded(self, status: str) -> bool:
        """Whether a job of this status has done its work."""

    @abstractmethod
    def poll_until_complete(self, external_id: Any, context: Context) -> None:
        """Wait until the job has ended; raise where it failed."""

    @abstractmethod
    def get_job_result(self, external_id: Any, context: Context) -> Any:
        """What the job produced; None where that is nothing."""

"""One attempt of a task, run in the test's own process."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tradewind.protocol.messages import DagFacts, Ended, RunInfo, Workload
from tradewind.sdk.task_api import TaskApi
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec
from tradewind.testing.memory import MemoryApi, MemoryServer
from tradewind.worker.client import to_stored
from tradewind.worker.runner import run_attempt
from tradewind.worker.surroundings import Surroundings

MOMENT = datetime(2026, 1, 5, 3, tzinfo=UTC)


class Bench:
    """A DAG on the bench: run its tasks one by one, in any order."""

    def __init__(self, dag: Any, *, logical_date: datetime | None = MOMENT, conf: dict[str, Any] | None = None) -> None:
        self.dag = dag
        self.server = MemoryServer(dag.dag_id, "manual__2026-01-05T03:00:00+00:00")
        self.artifacts = MemoryArtifacts()
        self.codec = XComCodec(self.artifacts)
        self.run_info = RunInfo(
            uid="run-1",
            run_id=self.server.run_id,
            run_type="manual",
            run_after=MOMENT,
            logical_date=logical_date,
            interval_start=logical_date,
            interval_end=logical_date,
            start_date=MOMENT,
            queued_at=MOMENT,
            conf=conf or {},
        )

    def run(self, task_id: str, map_index: int = -1, *, api: TaskApi | None = None, **facts: Any) -> Ended:
        """Run an attempt; what it pushed is there for the next."""
        workload = Workload(
            attempt=f"attempt-of-{task_id}",
            dag=DagFacts(
                workspace="default",
                dag_id=self.dag.dag_id,
                version_id="v1",
                bundle_path="",
                relative_fileloc="dag.py",
            ),
            run=self.run_info,
            task_id=task_id,
            map_index=map_index,
            **{"try_number": 1, "max_tries": 1, "isolation": "fork", "log_path": "", **facts},
        )
        around = Surroundings(artifacts=self.artifacts, is_in_process=True, mask=None)
        ended = run_attempt(workload, self.dag, api or MemoryApi(self.server, task_id, map_index), around)
        self.server.keep(task_id, map_index, {value.key: to_stored(value) for value in ended.xcoms})
        return ended

    def pushed(self, ended: Ended) -> dict[str, Any]:
        """The values of a report, decoded."""
        return {value.key: self.codec.decode(to_stored(value)) for value in ended.xcoms}

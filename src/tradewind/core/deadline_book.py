"""The deadlines that may still be missed, and how long runs took, in memory."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from tradewind.core.commands import SaveDeadline
from tradewind.spec import DagKey, DeadlineSpec

__all__ = ["DeadlineBook"]


class DeadlineBook:
    """The deadlines that are neither met nor missed, and how long runs took."""

    def __init__(self) -> None:
        self.pending: dict[str, SaveDeadline] = {}
        self.by_run: dict[str, dict[str, None]] = {}
        """Ids by run."""
        self.awaited: dict[DagKey, dict[tuple[int, datetime], str]] = {}
        """Ids of those about runs that are not made yet, by alert and by the moment of the run."""
        self.durations: dict[DagKey, deque[float]] = {}
        """Seconds that the last successful runs took, of DAGs with deadlines."""

    def put(self, deadline: SaveDeadline) -> None:
        """Know a pending deadline."""
        self.pending[deadline.id] = deadline
        if deadline.run_uid is not None:
            self.by_run.setdefault(deadline.run_uid, {})[deadline.id] = None
        elif deadline.run_after is not None:
            self.awaited.setdefault(deadline.dag, {})[deadline.alert, deadline.run_after] = deadline.id

    def take(self, deadline: SaveDeadline) -> None:
        """Forget one."""
        self.pending.pop(deadline.id, None)
        if deadline.run_uid is not None:
            ids = self.by_run.get(deadline.run_uid, {})
            ids.pop(deadline.id, None)
            if not ids:
                self.by_run.pop(deadline.run_uid, None)
        elif deadline.run_after is not None:
            ahead = self.awaited.get(deadline.dag, {})
            ahead.pop((deadline.alert, deadline.run_after), None)
            if not ahead:
                self.awaited.pop(deadline.dag, None)

    def of_run(self, uid: str) -> list[SaveDeadline]:
        """Those of a run and its tasks."""
        return [self.pending[id_] for id_ in self.by_run.get(uid, ())]

    def average(self, dag: DagKey, spec: DeadlineSpec) -> float | None:
        """How long a run takes; None: too few are known."""
        known = list(self.durations.get(dag, ()))[-spec.max_runs :]
        return sum(known) / len(known) if known and len(known) >= spec.min_runs else None

"""An operator that lets only the newest run by schedule go on."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from tradewind.providers.standard.moments import now
from tradewind.sdk.branch import BaseBranchOperator
from tradewind.sdk.timetable_base import DataInterval, TimeRestriction, Timetable, pendulum_moment
from tradewind.timetables import Interval, build

__all__ = ["LatestOnlyOperator"]

log = logging.getLogger("tradewind.task")


class LatestOnlyOperator(BaseBranchOperator):
    """Skips the tasks right after it, unless this run is the newest by schedule, or was started by somebody."""

    ui_color = "#e9ffdb"

    def choose_branch(self, context: Any) -> list[str]:
        """Everything, or nothing."""
        run = context["dag_run"]
        if run.run_type not in {"scheduled", "backfill"}:
            log.info("Externally triggered DagRun: allowing execution to proceed.")
            return list(context["task"].get_direct_relative_ids(upstream=False))
        after = self._next_due(context["dag"], run)
        moment = now()
        if after is not None and moment > after:
            log.info(
                "Not latest execution, skipping downstream: the next run was due at %s, and it is %s", after, moment
            )
            return []
        log.info("Latest, allowing execution to proceed.")
        return list(context["task"].get_direct_relative_ids(upstream=False))

    @staticmethod
    def _next_due(dag: Any, run: Any) -> datetime | None:
        """When the run after this one is due; None: none follows."""
        start = run.data_interval_start or run.logical_date or run.run_after
        end = run.data_interval_end or start
        if isinstance(dag.schedule, Timetable):
            last = DataInterval(pendulum_moment(start), pendulum_moment(end))
            found = dag.schedule.next_dagrun_info(
                last_automated_data_interval=last,
                restriction=TimeRestriction(earliest=None, latest=dag.end_date, catchup=True),
            )
            return None if found is None else found.run_after
        spec = dag.schedule_spec
        following = build(spec.kind, spec.args, spec.timezone).next_run(
            Interval(start, end), earliest=None, latest=dag.end_date, catchup=True, now=now()
        )
        return None if following is None else following.run_after

"""Words for how a run came to be, and the value of an argument that nobody gave."""

from __future__ import annotations

from enum import StrEnum
from typing import TypedDict

from tradewind.sdk.notset import NOTSET, ArgNotSet

__all__ = ["NOTSET", "ArgNotSet", "DagRunTriggeredByType", "DagRunType", "EdgeInfoType"]


class DagRunType(StrEnum):
    """Kinds of runs."""

    BACKFILL_JOB = "backfill"
    SCHEDULED = "scheduled"
    MANUAL = "manual"
    OPERATOR_TRIGGERED = "operator_triggered"
    ASSET_TRIGGERED = "asset_triggered"
    ASSET_MATERIALIZATION = "asset_materialization"

    def generate_run_id(self, suffix: str) -> str:
        """An id such as ``manual__2026-01-05``."""
        return f"{self.value}__{suffix}"


class DagRunTriggeredByType(StrEnum):
    """Who asked for a run."""

    CLI = "cli"
    OPERATOR = "operator"
    REST_API = "rest_api"
    UI = "ui"
    TEST = "test"
    TIMETABLE = "timetable"
    ASSET = "asset"
    BACKFILL = "backfill"


class EdgeInfoType(TypedDict):
    """What is known of an edge."""

    label: str | None

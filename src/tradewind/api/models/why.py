"""Why: causes as they are shown."""

from __future__ import annotations

from typing import Any

from tradewind.api.models.base import Out

__all__ = ["CauseOut", "WhyResponse"]


class CauseOut(Out):
    """One reason, with the reasons behind it; the leaves are the true causes."""

    code: str
    sentence: str
    fix: str
    facts: dict[str, Any]
    because: list[CauseOut]


class WhyResponse(Out):
    """What was asked about, its state, and the causes of that, the most decisive first."""

    dag_id: str
    run_id: str | None
    task_id: str | None
    map_index: int | None
    state: str | None
    causes: list[CauseOut]

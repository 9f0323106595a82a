"""Adds to the error of a task that asked its context for what is not there what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["tell_missing_key"]

DATED = frozenset({"logical_date", "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "data_interval_start",
                   "data_interval_end", "prev_data_interval_start_success", "prev_data_interval_end_success"})  # fmt: skip
"""Keys of the context that are absent where the run has no logical date."""
SAYING_NAMES = {"KeyError", "UndefinedError", "TypeError"}
"""Errors that name what is missing: of a dictionary, of a template, of a function without its argument."""
QUOTED = re.compile(r"'(\w+)'")


def tell_missing_key(error: BaseException, context: Mapping[str, object]) -> None:
    """Add a note where the error is about a key of the context that this run does not have, or that Airflow 3 has dropped."""
    from tradewind.sdk.dropped import task_hint  # noqa: PLC0415 - only tasks that fail need it

    if instead := task_hint(error):
        error.add_note(instead)
        return
    if "logical_date" in context or type(error).__name__ not in SAYING_NAMES:
        return
    missing = next((name for name in QUOTED.findall(str(error)) if name in DATED), None)
    if missing is not None:
        error.add_note(
            f"This run has no logical date, and so its context has no {missing!r}. Give one when you trigger it "
            "(`tradewind dags trigger DAG --logical-date 2026-03-02`), or use what every run has: `run_id`, "
            "`dag_run.run_after`"
        )

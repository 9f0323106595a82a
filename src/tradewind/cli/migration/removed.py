"""What Airflow 3 no longer has: arguments, keys of the context, attributes, methods; each with what takes its place."""

from __future__ import annotations

from tradewind.sdk import dropped

__all__ = [
    "CONTEXT_KEYS",
    "DAG_ARGUMENTS",
    "DAG_ATTRIBUTES",
    "DATE_KEYS",
    "OPERATOR_ARGUMENTS",
    "RUN_ATTRIBUTES",
    "TRIGGER_RULES",
]

DAG_ARGUMENTS = {name: ("TW101" if now == "schedule" else "TW102", now) for name, now in dropped.DAG_ARGUMENTS.items()}
"""Argument of `DAG` -> code, and the argument that it is called now (empty: leave it out)."""

OPERATOR_ARGUMENTS = dropped.OPERATOR_ARGUMENTS
"""Argument of operators -> what is written instead (empty: leave it out)."""

ONE_OPERATORS_ARGUMENTS = {
    ("TriggerDagRunOperator", "execution_date"): "logical_date",
    ("ExternalTaskMarker", "execution_date"): "logical_date",
}
"""The same for arguments that only one class had."""

TRIGGER_RULES = dropped.TRIGGER_RULES
"""Old name of a trigger rule -> the one since."""

CONTEXT_KEYS = dropped.CONTEXT_KEYS
"""Removed key -> the expression for a template (empty: there is no exact one), and the key to work it out from in Python."""

DATE_KEYS = frozenset(
    [
        "logical_date", "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "data_interval_start",
        "data_interval_end", "prev_data_interval_start_success", "prev_data_interval_end_success",
    ]
)  # fmt: skip
"""Keys that are absent where a run has no logical date."""

RUN_ATTRIBUTES = dropped.RUN_ATTRIBUTES
"""Attribute of a run or task instance -> what to ask instead (empty: nothing)."""

DAG_ATTRIBUTES = dropped.DAG_ATTRIBUTES
"""Method or attribute of a DAG -> what to ask instead (empty: the REST API, or nothing)."""

"""The arguments that every operator takes: which types they may have, and how loose values become strict ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.priority import weight_rule_of
from tradewind.sdk.trigger_rule import Isolation, TriggerRule

__all__ = [
    "CALLBACKS",
    "DEFAULT_POOL",
    "DEFAULT_QUEUE",
    "DEFAULT_RETRY_DELAY",
    "EXPECTED_TYPES",
    "MAX_RETRY_DELAY",
    "aware",
    "callback_kinds",
    "check_callbacks",
    "coerce",
    "seconds",
]

DEFAULT_POOL = "default_pool"
DEFAULT_QUEUE = "default"
DEFAULT_RETRY_DELAY = timedelta(minutes=5)
MAX_RETRY_DELAY = timedelta(days=1)

CALLBACKS = ("on_execute", "on_failure", "on_success", "on_retry", "on_skipped")
"""Moments of a task that code may be called at; the argument is `<moment>_callback`."""

_duration = (timedelta, int, float)

EXPECTED_TYPES: dict[str, type | tuple[type, ...]] = {
    "owner": str,
    "email": (str, Collection),
    "email_on_retry": bool,
    "email_on_failure": bool,
    "retries": (int, str),
    "retry_delay": _duration,
    "retry_exponential_backoff": (bool, int, float),
    "max_retry_delay": _duration,
    "start_date": datetime,
    "end_date": datetime,
    "depends_on_past": bool,
    "ignore_first_depends_on_past": bool,
    "wait_for_past_depends_before_skipping": bool,
    "wait_for_downstream": bool,
    "params": Mapping,
    "default_args": dict,
    "priority_weight": int,
    "queue": str,
    "pool": str,
    "pool_slots": int,
    "execution_timeout": timedelta,
    "pre_execute": Callable,
    "post_execute": Callable,
    "trigger_rule": str,
    "run_as_user": str,
    "map_index_template": str,
    "max_active_tis_per_dag": int,
    "max_active_tis_per_dagrun": int,
    "executor": str,
    "executor_config": dict,
    "do_xcom_push": bool,
    "multiple_outputs": bool,
    "doc": str,
    "doc_md": str,
    "doc_yaml": str,
    "doc_rst": str,
    "task_display_name": str,
    "logger_name": str,
    "allow_nested_operators": bool,
    "render_template_as_native_obj": bool,
    "isolation": str,
}  # type: ignore[dict-item] - the abstract classes serve isinstance
"""Checked for every operator; None always passes."""


def coerce(fields: dict[str, Any], where: str) -> None:
    """Check the types of an operator's arguments, and turn them into what the rest of the code relies on, in place.

    Args:
        fields: arguments by name, complete.
        where: the operator and task, for messages.

    Raises:
        InvalidArgumentType: a value has the wrong type.
        InvalidArgument: a value can't be.
    """
    for name, expected in EXPECTED_TYPES.items():
        value = fields[name]
        if value is not None and not isinstance(value, expected):
            raise InvalidArgumentType(
                f"{where}: {name!r} has an invalid type {type(value)} with value {value!r}, "
                f"expected type is {_names(expected)}"
            )
    if fields["wait_for_downstream"]:
        fields["depends_on_past"] = True
    fields["pool"] = fields["pool"] or DEFAULT_POOL
    if fields["pool_slots"] < 1:
        raise InvalidArgument(f"{where}: pool_slots cannot be less than 1")
    fields["retries"] = _retries(fields["retries"], where)
    fields["retry_delay"] = _as_delta(fields["retry_delay"])
    if fields["max_retry_delay"] is not None:
        fields["max_retry_delay"] = min(_as_delta(fields["max_retry_delay"]), MAX_RETRY_DELAY)
    backoff = fields["retry_exponential_backoff"]
    fields["retry_exponential_backoff"] = 2.0 if backoff is True else float(backoff)
    if backoff < 0:
        raise InvalidArgument(f"{where}: retry_exponential_backoff must be a positive factor, or 0 for none")
    fields["trigger_rule"] = _one_of(TriggerRule, fields["trigger_rule"], "trigger_rule", where)
    fields["weight_rule"] = weight_rule_of(fields["weight_rule"], where)
    if fields["isolation"] is not None:
        fields["isolation"] = _one_of(Isolation, fields["isolation"], "isolation", where)
    for kind in CALLBACKS:
        check_callbacks(fields[f"{kind}_callback"], f"{where}: {kind}_callback")
    for name in ("inlets", "outlets"):
        fields[name] = _as_list(fields[name])


def _names(expected: type | tuple[type, ...]) -> str:
    return " or ".join(one.__name__ for one in (expected if isinstance(expected, tuple) else (expected,)))


def _retries(value: int | str | None, where: str) -> int:
    try:
        return int(value or 0)
    except ValueError:
        raise InvalidArgument(f"{where}: 'retries' type must be int, not str ({value!r})") from None


def _as_delta(value: timedelta | float) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


def _one_of(kind: type[TriggerRule | Isolation], value: object, name: str, where: str) -> Any:
    if isinstance(value, kind):
        return value
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(repr(str(one)) for one in kind)
        raise InvalidArgument(f"{where}: the {name} must be one of {choices}; received {value!r}") from None


def check_callbacks(value: object, what: str) -> None:
    """Check that callbacks can be called.

    Raises:
        InvalidArgumentType: one can't.
    """
    for one in value if isinstance(value, list | tuple | set) else (value,):
        if one is not None and not callable(one):
            raise InvalidArgumentType(f"{what} must be a function, a notifier, or a list of them, not {one!r}")


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]


def aware(moment: datetime | None, timezone: tzinfo = UTC) -> datetime | None:
    """The moment with a time zone: that of the DAG where it has none."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=timezone)


def seconds(duration: timedelta | None) -> float | None:
    """The duration in seconds."""
    return None if duration is None else duration.total_seconds()


def callback_kinds(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Which callbacks are there, by moment."""
    return tuple(kind for kind in CALLBACKS if fields.get(f"{kind}_callback"))

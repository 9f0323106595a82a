"""Rules about calls: arguments of DAGs and operators that are gone, positional ones, and those without effect here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tradewind.cli.migration.findings import Finding, finding
from tradewind.cli.migration.removed import (
    DAG_ARGUMENTS,
    DAG_ATTRIBUTES,
    ONE_OPERATORS_ARGUMENTS,
    OPERATOR_ARGUMENTS,
    TRIGGER_RULES,
)
from tradewind.cli.migration.source import Source, dotted, keywords_of, text_of

__all__ = ["argument_findings", "dag_calls"]

DEADLINES = "use `deadline=DeadlineAlert(...)` of the DAG, or `execution_timeout` of the task"
SCHEDULE_PLACE = 3
"""Of Airflow 2's arguments of `DAG` without names, where it is one of those."""
LOCAL = {"", "local", "LocalExecutor", "SequentialExecutor", "airflow.executors.local_executor.LocalExecutor"}


def argument_findings(source: Source) -> Iterator[Finding]:
    """All of these rules."""
    dags = {id(call) for call, _ in dag_calls(source)}
    for call, name in source.calls:
        last = name.rpartition(".")[2]
        if id(call) in dags:
            yield from _dag_arguments(call)
        elif _is_operator(call, name, last):
            yield from _operator_arguments(source, call, name, last)
        if default_args := keywords_of(call).get("default_args"):
            yield from _default_args(source, default_args.value)
    yield from _named_default_args(source)
    yield from _dag_attributes(source)
    yield from _schedules(source)


def dag_calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """The calls that make a DAG: `DAG(...)` and `@dag(...)`."""
    for call, name in source.calls:
        last = name.rpartition(".")[2]
        is_known = name.startswith(("airflow.", "tradewind")) or name == last
        if is_known and (last == "DAG" or (last == "dag" and (name != last or _is_decorator_like(call)))):
            yield call, name


def _is_decorator_like(call: ast.Call) -> bool:
    return bool(keywords_of(call).keys() & {"schedule", "schedule_interval", "start_date", "dag_id", "default_args"})


def _is_operator(call: ast.Call, name: str, last: str) -> bool:
    if name.startswith("airflow.") and last.endswith(("Operator", "Sensor", "Transfer")):
        return True
    if name.endswith((".partial", ".override")):
        return True
    if last.endswith(("Operator", "Sensor")) or name.startswith(("airflow.decorators.task", "airflow.sdk.task")):
        return True
    return "task_id" in keywords_of(call) and last[:1].isupper()


# -- DAGs ----------------------------------------------------------------------------------------------------------


def _dag_arguments(call: ast.Call) -> Iterator[Finding]:
    for name, keyword in keywords_of(call).items():
        if name in DAG_ARGUMENTS:
            code, now = DAG_ARGUMENTS[name]
            fix = f"write `{now}=`" if now else "leave it out"
            yield finding(
                code, keyword.value.lineno, f"DAG(..., {name}=)", fix, swap=(f"{name}=", f"{now}=" if now else "")
            )
        elif name == "sla_miss_callback":
            yield finding("TW104", keyword.value.lineno, "DAG(..., sla_miss_callback=) is never called", DEADLINES)


def _schedules(source: Source) -> Iterator[Finding]:
    """What changed in silence from Airflow 2 to 3."""
    if source.is_for_airflow() != 2:
        return
    for call, _ in dag_calls(source):
        given = keywords_of(call)
        keyword = given.get("schedule") or given.get("schedule_interval") or given.get("timetable")
        is_told = len(call.args) >= SCHEDULE_PLACE or any(one.arg is None for one in call.keywords)
        if keyword is None and not is_told:
            yield finding(
                "TW114", call.lineno, "the DAG has no schedule: it runs by hand only, and Airflow 2 ran it each day",
                'write `schedule="@daily"` for the runs of Airflow 2, or `schedule=None`',
            )  # fmt: skip
        if keyword is None or (isinstance(keyword.value, ast.Constant) and keyword.value.value is None):
            continue
        text = text_of(source, keyword.value)
        is_delta = isinstance(keyword.value, ast.Call) and source.name_of(keyword.value.func).endswith("timedelta")
        if text in ("@once", "@continuous", "None"):
            continue
        if text is None and not is_delta:
            continue  # assets, or what can't be told
        if "catchup" not in given and ("start_date" in given or "default_args" in given):
            yield finding(
                "TW111", call.lineno, "the DAG does not say whether it catches up, and Airflow 2 did",
                "write `catchup=True` for runs of the past as in Airflow 2; or set scheduler.catchup_by_default",
            )  # fmt: skip
        option = "create_delta_data_intervals" if is_delta else "create_cron_data_intervals"
        yield finding(
            "TW112", keyword.value.lineno,
            f"runs of {'a timedelta' if is_delta else repr(text)} have the moment they are due as `logical_date`, `ds` and data interval",
            f"set scheduler.{option} = true for Airflow 2's dates, or give `schedule` a "
            f"{'DeltaDataIntervalTimetable' if is_delta else 'CronDataIntervalTimetable'}",
        )  # fmt: skip


def _dag_attributes(source: Source) -> Iterator[Finding]:
    made = {"dag"}
    given = {id(call) for call, _ in dag_calls(source)}
    for node in source.of(ast.Assign):
        if id(node.value) in given:
            made |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    for item in source.of(ast.withitem):
        if id(item.context_expr) in given and isinstance(item.optional_vars, ast.Name):
            made.add(item.optional_vars.id)
    for node in source.of(ast.Attribute):
        if node.attr in DAG_ATTRIBUTES and dotted(node.value) in made:
            now = DAG_ATTRIBUTES[node.attr]
            other = "ask the REST API instead" if node.attr in {"create_dagrun", "clear"} else "leave it out"
            yield finding("TW107", node.lineno, f"`{dotted(node)}` is gone", f"use `{now}`" if now else other)


# -- operators -----------------------------------------------------------------------------------------------------


def _operator_arguments(source: Source, call: ast.Call, name: str, last: str) -> Iterator[Finding]:
    shown = last if last not in {"partial", "override"} else name.rpartition(".")[0].rpartition(".")[2]
    for argument, keyword in keywords_of(call).items():
        yield from _operator_argument(source, shown, argument, keyword.value)
    is_plain = name.startswith("airflow.") and last.endswith(("Operator", "Sensor")) and last[:1].isupper()
    if is_plain and call.args and not isinstance(call.args[0], ast.Starred):
        yield finding(
            "TW105", call.lineno, f"{last}(...) is given {len(call.args)} by position", "name them, `task_id=` first"
        )


def _operator_argument(source: Source, owner: str, argument: str, value: ast.expr) -> Iterator[Finding]:
    line = value.lineno
    special = ONE_OPERATORS_ARGUMENTS.get((owner, argument))
    if special or argument in OPERATOR_ARGUMENTS:
        now = special or OPERATOR_ARGUMENTS[argument]
        new = now if "=" in now else f"{now}=" if now else ""
        fix = (
            f"write `{new}`"
            if new
            else "leave it out" + ("; the context is passed anyway" if argument == "provide_context" else "")
        )
        yield finding("TW103", line, f"{owner}(..., {argument}=)", fix, swap=(f"{argument}=", new))
    elif argument == "sla":
        yield finding("TW104", line, f"{owner}(..., sla=) has no effect", DEADLINES)
    elif argument == "trigger_rule":
        yield from _trigger_rule(source, value)
    elif argument == "executor" and (text := text_of(source, value)) is not None and text not in LOCAL:
        yield finding(
            "TW303",
            line,
            f"{owner}(..., executor={text!r})",
            "leave it out, or give a local executor that name: executor.name",
        )
    elif argument == "executor_config" and not _is_empty(value):
        yield finding(
            "TW304",
            line,
            f"{owner}(..., executor_config=)",
            "leave it out; limits for a task: `pool`, `execution_timeout`",
        )
    elif argument == "run_as_user" and not _is_empty(value):
        yield finding(
            "TW305", line, f"{owner}(..., run_as_user=)", "run the server as that user, or use `sudo -u` in the command"
        )


def _trigger_rule(source: Source, value: ast.expr) -> Iterator[Finding]:
    text = text_of(source, value)
    name = text if text is not None else dotted(value).rpartition(".")[2].lower()
    if name in TRIGGER_RULES:
        now = TRIGGER_RULES[name]
        old = repr(text) if text is not None else dotted(value)
        new = repr(now) if text is not None else f"{dotted(value).rpartition('.')[0]}.{now.upper()}"
        yield finding("TW106", value.lineno, f"the trigger rule {name!r}", f"write {new}", swap=(old, new))


def _is_empty(value: ast.expr) -> bool:
    return (isinstance(value, ast.Constant) and not value.value) or (isinstance(value, ast.Dict) and not value.keys)


# -- default_args --------------------------------------------------------------------------------------------------


def _named_default_args(source: Source) -> Iterator[Finding]:
    for node in source.of(ast.Assign):
        if isinstance(node.value, ast.Dict | ast.Call):
            names = [dotted(target) for target in node.targets]
            if any("args" in name.lower() for name in names):
                yield from _default_args(source, node.value)


def _default_args(source: Source, value: ast.expr) -> Iterator[Finding]:
    """Arguments that no operator has are left alone in default_args, as ever; those with a meaning that changed are not."""
    if isinstance(value, ast.Dict):
        pairs = [(key.value, inner) for key, inner in zip(value.keys, value.values, strict=True)
                 if isinstance(key, ast.Constant) and isinstance(key.value, str)]  # fmt: skip
    elif isinstance(value, ast.Call) and dotted(value.func) == "dict":
        pairs = [(name, keyword.value) for name, keyword in keywords_of(value).items()]
    else:
        return
    for name, inner in pairs:
        if name in OPERATOR_ARGUMENTS:
            continue
        yield from _operator_argument(source, "default_args", name, inner)

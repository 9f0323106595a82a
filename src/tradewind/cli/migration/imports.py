"""Rules about what a file imports: names the namespace lacks, providers that are not installed, paths of earlier versions."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from tradewind.cli.migration.findings import Finding, finding
from tradewind.cli.migration.namespace import Answers
from tradewind.cli.migration.packages import (
    ADD,
    PREFIX,
    added_name,
    elsewhere,
    installed_providers,
    is_importable,
    legacy_provider,
    lookup,
    package_of,
)
from tradewind.cli.migration.source import Reference, Source
from tradewind.sdk.dropped import in_place_of
from tradewind.sdk.provider_hints import package_of_decorator

__all__ = ["asked_names", "import_findings", "installing"]

DATABASE = {
    "airflow.api.common.trigger_dag.trigger_dag",
    "airflow.settings.Session", "airflow.settings.engine", "airflow.settings.NonScopedSession", "airflow.settings.AsyncSession",
    "airflow.utils.session.create_session", "airflow.utils.session.provide_session", "airflow.utils.db.create_session",
    "airflow.utils.db.provide_session", "airflow.models.DagModel", "airflow.models.dag.DagModel", "airflow.models.TaskReschedule",
    "airflow.models.Log", "airflow.models.log.Log", "airflow.models.ImportError", "airflow.models.DagPickle", "airflow.models.Pool",
    "airflow.models.pool.Pool", "airflow.models.TaskFail", "airflow.models.SlaMiss", "airflow.models.DagTag", "airflow.models.DbCallbackRequest",
    "airflow.models.serialized_dag.SerializedDagModel", "airflow.models.Trigger", "airflow.models.RenderedTaskInstanceFields",
}  # fmt: skip
TASKS = {"airflow.sdk.task", "airflow.decorators.task", "tradewind.task"}
DATABASE_MODULES = {
    "airflow.utils.db", "airflow.utils.db_cleanup", "airflow.models.serialized_dag", "airflow.models.dagcode", "airflow.models.dag_version",
    "airflow.models.dagbundle", "airflow.models.renderedtifields", "airflow.models.log", "airflow.models.pool", "airflow.models.errors",
    "airflow.models.backfill", "airflow.models.trigger", "airflow.models.taskreschedule", "airflow.models.slamiss", "airflow.models.dagpickle",
    "airflow.models.crypto", "airflow.models.dagwarning", "airflow.models.db_callback_request", "airflow.utils.sqlalchemy",
}  # fmt: skip
SERVER = {
    "airflow.api.common.delete_dag": "the REST API: DELETE /api/v2/dags/{dag_id}",
    "airflow.api.common.experimental.delete_dag": "the REST API: DELETE /api/v2/dags/{dag_id}",
    "airflow.api.common.experimental.pool": "the REST API: /api/v2/pools",
    "airflow.api.common.experimental.mark_tasks": "the REST API: PATCH /api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances",
    "airflow.api.common": "the REST API: POST /api/v2/dags/{dag_id}/dagRuns, or TriggerDagRunOperator",
    "airflow.api.client": "the REST API, or the `tradewind` command",
    "airflow.api": "the REST API",
    "airflow.api_fastapi": "the REST API",
    "airflow.api_connexion": "the REST API",
    "airflow.www": "the REST API",
    "airflow.ui": "the REST API",
    "airflow.cli": "the `tradewind` command",
    "airflow.jobs": "`tradewind standalone`, and GET /api/v2/monitor/health",
    "airflow.executors": "the executors of Tradewind: executor.name",
    "airflow.auth": "`tradewind users`",
    "airflow.security.permissions": "`tradewind users`",
    "airflow.dag_processing": "the REST API: GET /api/v2/dags",
    "airflow.task.task_runner": "nothing: the worker is Tradewind's",
    "airflow.callbacks": "callbacks of DAGs and tasks",
}
"""Modules of the server -> what to use instead."""
IN_A_PACKAGE = re.compile(r" is in (airflow\.providers\.\S+) now(?: as (\w+))?")
"""What the namespace says of names whose module went into a package that is not installed."""
ORM_FIX = "use Variable, Connection, XCom, the context's `ti` and `dag_run`, or the REST API"
LEFT_OUT = {
    "airflow.example_dags": "copy what the file needs of it into a module of your own",
    "airflow.macros": "put it into `user_defined_macros` of the DAG, or the macros of a plugin",
    "airflow.configuration": "use `conf` of airflow.configuration: conf.get, conf.getboolean, ...",
    "airflow.kubernetes": "use airflow.providers.cncf.kubernetes, or kubernetes.client.models",
    "airflow.utils.dag_processing": "find the files yourself: pathlib.Path(...).rglob('*.py')",
}
"""Beginning of a name that is not there -> what to do."""
MOVED = {
    "airflow.operators.subdag": ("TW108", "make a TaskGroup"),
    "airflow.operators.subdag_operator": ("TW108", "make a TaskGroup"),
    "airflow.operators.sql": ("TW204", "install common-sql and import from airflow.providers.common.sql.operators.sql"),
    "airflow.hooks.dbapi_hook": ("TW204", "install common-sql and import from airflow.providers.common.sql.hooks.sql"),
    "airflow.sensors.sql": ("TW204", "install common-sql and import from airflow.providers.common.sql.sensors.sql"),
}


def asked_names(sources: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """What the namespace is to be asked for."""
    for source in sources:
        for one in source.references:
            if one.module.split(".")[0] == "airflow" and (not _is_packages(one.module) or _lacks(one)):
                yield one.module, one.name


def import_findings(
    source: Source, answers: Answers, folders: tuple[Path, ...], *, looks_for_packages: bool
) -> Iterator[Finding]:
    """All of these rules.

    Args:
        answers: what the namespace has of `asked_names`.
        folders: where the file's own modules are.
        looks_for_packages: whether other packages that are missing here are told, too.
    """
    told: set[str] = set()
    for one in source.references:
        top = one.module.split(".")[0]
        if top != "airflow":
            if looks_for_packages and not one.is_guarded and top not in told and not is_importable(top, folders):
                told.add(top)
                yield finding("TW208", one.line, f"the package of `{top}` is not installed", installing(top))
            continue
        yield from _airflow_name(source, one, answers, told)
    yield from _decorators(source, told)


def _decorators(source: Source, told: set[str]) -> Iterator[Finding]:
    """`@task.docker` and its like, of packages that are not installed."""
    for node in source.of(ast.Attribute):
        owner, _, name = source.name_of(node).rpartition(".")
        package = package_of_decorator(name) if owner in TASKS else None
        if package and f"{PREFIX}{package}" not in {*installed_providers(), *told, f"{PREFIX}standard"}:
            told.add(f"{PREFIX}{package}")
            yield finding(
                "TW202",
                node.lineno,
                f"@task.{name} is in {PREFIX}{package}, which is not installed",
                f"{ADD} {package}",
            )


def installing(top: str) -> str:
    """How the package of a module that is not there is installed."""
    if top.startswith("airflow_provider"):  # such packages ask for Apache Airflow
        return f"{ADD} {top.replace('_', '-')}"
    return "install it beside Tradewind with pip"


def _airflow_name(source: Source, one: Reference, answers: Answers, told: set[str]) -> Iterator[Finding]:
    if one.full in DATABASE and not one.is_guarded:
        is_there = answers.get((one.module, one.name), ("ok", ""))[0] in {"ok", "moved", "refused"}
        line = _used_at(source, one.full) if is_there else one.line
        if line:  # importing what is there does no harm
            yield finding("TW205", line, f"{one.full} is the database's", ORM_FIX)
        return
    if one.full in {"airflow.models.DagBag", "airflow.models.dagbag.DagBag"}:
        yield finding(
            "TW308",
            one.line,
            f"{one.full} in a file that is imported itself",
            "ask the REST API for DAGs: GET /api/v2/dags",
        )
    if _is_packages(one.module):
        yield from _provider_name(one, answers, told)
        return
    parent, _, last = one.module.rpartition(".")
    if answers.get((parent, last), ("ok", ""))[0] not in {"ok", "moved"}:
        return  # told of that
    answer, detail = answers.get((one.module, one.name), ("ok", ""))
    if answer == "moved":
        yield _moved(one, detail)
    elif answer == "refused":
        line = _used_at(source, one.full)
        if line:
            yield finding("TW205", line, f"{one.full} is the database's", ORM_FIX)
    elif answer != "ok" and not one.is_guarded:
        yield _missing(one, detail)


def _used_at(source: Source, full: str) -> int:
    """The first line where more is done with a name than naming it in an annotation; 0: nowhere."""
    used: list[ast.expr] = [node.value for node in source.of(ast.Attribute)]
    for call, _ in source.calls:
        used += [call.func, *call.args]
    for function in source.functions:
        used += function.decorator_list
    return min((node.lineno for node in used if source.name_of(node) == full), default=0)


def _lacks(one: Reference) -> bool:
    """Whether an installed package lacks the name: the namespace may still know what became of it."""
    return package_of(one.module) in installed_providers() and bool(lookup(one.module, one.name))


def _is_packages(module: str) -> bool:
    """Whether a published package holds the module, or would have to; the namespace stands in for a few."""
    package = package_of(module)
    if not package:
        return False
    if package in installed_providers():
        return True
    return not module.startswith(("airflow.providers.standard", "airflow.providers.common.compat"))


def _provider_name(one: Reference, answers: Answers, told: Collection[str]) -> Iterator[Finding]:
    package = package_of(one.module)
    answer, detail = answers.get((one.module, one.name), ("", ""))
    if answer == "moved":
        yield _moved(one, detail)
        return
    if one.is_guarded:
        return
    if package not in installed_providers():
        if package not in told and isinstance(told, set):
            told.add(package)
            yield finding("TW202", one.line, f"{package} is not installed", f"{ADD} {added_name(package)}")
        return
    lack = lookup(one.module, one.name)
    if lack:
        yield finding("TW203", one.line, lack, _now(one, package))


def _now(one: Reference, package: str) -> str:
    """What became of a name that a package has had."""
    where = elsewhere(package, one.name) if one.name else ""
    if where:
        return f"write `from {where} import {one.name}`"
    return in_place_of(one.module, one.name) or "look into the package's changelog for what replaced it"


def _moved(one: Reference, instead: str) -> Finding:
    if " " in instead or not instead.startswith(("airflow", "tradewind")):
        return finding("TW110", one.line, f"{one.full} is a path of Airflow 2", f"use {instead}")
    last = instead.rpartition(".")[2]
    now = (
        f"from {instead} import {one.name}"
        if not last[:1].isupper()
        else f"from {instead.rpartition('.')[0]} import {last}"
    )
    if not one.name:
        now = f"import {instead}"
    old = f"from {one.module} import {one.name}" if one.name else f"import {one.module}"
    if last == "Asset" and one.name.startswith("Dataset"):
        now = f"from airflow.sdk import {one.name.replace('Dataset', 'Asset')}"
    if one.name == "DummyOperator":
        now = "from airflow.providers.standard.operators.empty import EmptyOperator"
    return finding(
        "TW110", one.line, f"{one.full} is a path of Airflow 2", f"`{now}` works in Airflow 3 too", swap=(old, now)
    )


def _missing(one: Reference, detail: str) -> Finding:
    instead = in_place_of(one.module, one.name)
    if one.module in MOVED:
        code, fix = MOVED[one.module]
        return finding(code, one.line, f"{one.full} is gone", fix)
    if one.full.rpartition(".")[2] == "SubDagOperator":
        return finding("TW108", one.line, f"{one.full} is gone", "make a TaskGroup")
    if one.module in DATABASE_MODULES or one.full in DATABASE_MODULES:
        return finding("TW205", one.line, f"{one.full} is the database's", ORM_FIX)
    moved = IN_A_PACKAGE.search(detail)
    if moved:
        package, now = package_of(moved.group(1)), f"from {moved.group(1)} import {moved.group(2) or one.name}"
        return finding(
            "TW202", one.line, f"{one.full} is in {package}", f"{ADD} {added_name(package)}, and write `{now}`"
        )
    package = legacy_provider(one.module)
    if one.module.startswith("airflow.contrib"):
        fix = (
            f"{ADD} {added_name(package)}, and import from airflow.providers"
            if package
            else "look for it among the provider packages"
        )
        return finding("TW206", one.line, f"{one.full} is gone", instead or fix)
    if package or instead:
        fix = f"{ADD} {added_name(package)}, and import from airflow.providers"
        return finding("TW204", one.line, f"{one.full} is gone", instead or fix)
    for prefix, instead in SERVER.items():
        if one.full == prefix or one.full.startswith(f"{prefix}."):
            return finding("TW207", one.line, f"{one.full} is not there", f"use {instead}")
    fix = next((words for start, words in LEFT_OUT.items() if one.full.startswith(f"{start}.")), "")
    if one.module in {"airflow.hooks", "airflow.operators", "airflow.sensors"}:
        fix = "import it from the module that defines it: since Airflow 2 plugins add nothing to this package"
    return finding(
        "TW201",
        one.line,
        f"{one.full} is not there: {detail}",
        fix or "see the page 'Differences from Airflow'; Airflow 3 may have no such name either",
    )

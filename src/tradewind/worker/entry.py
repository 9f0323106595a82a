"""The functions that zygotes and workers call by name: load a DAG file, run an attempt or a callback of it."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tradewind.base.airflow_distribution import answer_for_airflow
from tradewind.base.dag_sources import PACKAGED
from tradewind.base.entrypoints import load
from tradewind.base.errors import BundleError
from tradewind.base.settings import load_settings
from tradewind.protocol.messages import (
    CallbackWork,
    DagFacts,
    Ended,
    ErrorReply,
    Reply,
    Request,
    RunInfo,
    Workload,
)
from tradewind.sdk.collect import collect_dags, import_file, import_packaged, module_name
from tradewind.sdk.dag import DAG
from tradewind.sdk.plugins import PLUGINS, declared
from tradewind.sdk.provider_hints import package_of_missing
from tradewind.sdk.secrets import secrets
from tradewind.sdk.site_policies import POLICIES
from tradewind.sdk.task_decorators import task
from tradewind.sdk.template import environment_of
from tradewind.sdk.xcom_codec import MemoryArtifacts
from tradewind.worker import runner
from tradewind.worker.child import Entries
from tradewind.worker.comms import ChannelApi

__all__ = ["call_back", "load_dags", "rehearse", "run", "terminate", "warm"]

log = logging.getLogger("tradewind.worker.entry")


def load_dags(bundle_path: str, relative_fileloc: str) -> dict[str, DAG]:
    """Import a DAG file of a snapshot; its DAGs by id.

    Raises:
        BundleError: the file is not there, or is no Python file.
        BaseException: whatever the file itself raises.
    """
    path = Path(bundle_path) / relative_fileloc
    if not path.is_file():
        raise BundleError(f"{relative_fileloc} is not in the snapshot at {bundle_path}", file=str(path))
    # The name is the same in every process and every version: stored values name the classes of the file by it.
    answer_for_airflow()
    _load_plugins()
    POLICIES.load(_home())
    is_packaged = path.suffix == PACKAGED
    try:
        modules = import_packaged(path) if is_packaged else [import_file(path, module_name(Path(relative_fileloc)))]
    except (AttributeError, ImportError, TypeError, ValueError) as error:
        _add_what_to_do(error, path, relative_fileloc)
        raise
    return {dag.dag_id: dag for dag in POLICIES.applied(collect_dags(*modules))}


def _add_what_to_do(error: Exception, path: Path, relative_fileloc: str) -> None:
    """A file of Airflow 2 that fails for what Airflow 3 has dropped is told what takes its place."""
    from tradewind.sdk.dropped import hint  # noqa: PLC0415 - only files that fail need it

    missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
    package = package_of_missing(missing) if missing else None
    if package:
        error.add_note(f"`tradewind providers add {package}` brings it")
    elif project := _project_with(missing, path, relative_fileloc):
        error.add_note(
            f"it is in {project}: start Tradewind with PYTHONPATH={project}, or move it into the DAGs folder"
        )
    elif instead := hint(error):
        error.add_note(f"{instead}; `tradewind airflow check {relative_fileloc}` says what else to change")
    elif str(error).startswith("DAG.__init__() got an unexpected"):
        error.add_note(f"`tradewind airflow check {relative_fileloc}` says what takes its place, if Airflow 2 had it")


def _project_with(module: str, path: Path, relative_fileloc: str) -> Path | None:
    """The folder around the DAGs folder, where it has such a module; None: it has not, or only a part of it is missing."""
    around = path.parents[len(Path(relative_fileloc).parents)]
    found = (around / module, around / f"{module}.py") if module and "." not in module else ()
    return next((one.resolve().parent for one in found if one.exists()), None)


@cache
def _plugins_folder() -> Path:
    """Where plugins are. Worked out once, in a zygote: settings take a millisecond to read, and children inherit it."""
    return load_settings(os.environ).plugins_folder


@cache
def _home() -> Path:
    return load_settings(os.environ).home


def _load_plugins() -> None:
    PLUGINS.load(_plugins_folder())


def _dag(dags: object, dag_id: str, file: str) -> DAG:
    assert isinstance(dags, dict)
    found: object = dags.get(dag_id)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - from load_dags
    if not isinstance(found, DAG):
        raise BundleError(
            f"the DAG {dag_id!r} is not in {file} any more when it is imported here; it has {', '.join(dags) or 'none'}",  # pyright: ignore[reportUnknownArgumentType] - from load_dags
            dag_id=dag_id,
        )
    return found


def run(work: Workload, dags: object, api: ChannelApi, entries: Entries) -> Ended:
    """Run one attempt."""
    dag = _dag(dags, work.dag.dag_id, work.dag.relative_fileloc)
    return runner.run_attempt(work, dag, api, _around(entries))


def call_back(work: CallbackWork, dags: object, api: ChannelApi, entries: Entries) -> None:
    """Run one callback."""
    dag = _dag(dags, work.dag.dag_id, work.dag.relative_fileloc)
    runner.run_callback(work, dag, api, _around(entries))


def _around(entries: Entries) -> runner.Surroundings:
    return runner.Surroundings(
        inline_kb=entries.inline_kb,
        callback_timeout_s=entries.callback_timeout_s,
        clear_state_on_success=entries.clear_state_on_success,
    )


def terminate(number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM: let the operator clean up, and end the task."""
    runner.terminate(number, frame)
    raise SystemExit(128 + number)


class _NoServer:
    """Stands where a server would be; the rehearsal asks nothing."""

    def request(self, message: Request, /) -> Reply:
        return ErrorReply(code="not_found", message=f"a rehearsal asked for {type(message).__name__}")


def rehearse() -> None:
    """Run a task in the base zygote: all that is made or imported at the first use exists before the first fork.

    Without it every forked child pays for it again: 6 ms instead of 1 (measured, chain of Python tasks).
    """
    with DAG("rehearsal", schedule=None) as dag:
        task(_echo)("{{ ds }}")
    now = datetime(2000, 1, 1, tzinfo=UTC)
    run_info = RunInfo(
        uid="",
        run_id="rehearsal",
        run_type="manual",
        run_after=now,
        logical_date=now,
        interval_start=now,
        interval_end=now,
    )
    work = Workload(
        attempt="",
        dag=DagFacts(workspace="", dag_id="rehearsal", version_id="", bundle_path="", relative_fileloc=""),
        run=run_info,
        task_id="_echo",
        map_index=-1,
        try_number=1,
        max_tries=1,
        isolation="fork",
        log_path="",
    )
    _plugins_folder()
    _import_plugins()
    secrets()  # which backend is set: read once
    around = runner.Surroundings(artifacts=MemoryArtifacts(), is_in_process=True)
    root = logging.getLogger()
    before, root.handlers[:] = list(root.handlers), [logging.NullHandler()]
    try:
        ended = runner.run_attempt(work, dag, _NoServer(), around)
    finally:
        root.handlers[:] = before
    assert ended.outcome == "success", ended.reason


def _import_plugins() -> None:
    """Import the plugins that installed packages declare, once and not again for each DAG file: some take seconds."""
    for group, name in declared():
        try:
            load(group, name)
        except Exception:
            log.debug("the plugin %s can't be imported yet; the processes that need it say why", name, exc_info=True)


def _echo(day: str) -> str:
    return day


def warm(dags: object) -> None:
    """In a file's zygote, after the import: make what all tasks of its DAGs need."""
    assert isinstance(dags, dict)
    for dag in dags.values():  # pyright: ignore[reportUnknownVariableType] - from load_dags
        assert isinstance(dag, DAG)
        for one in list(dag.task_dict.values())[:1]:
            environment_of(one)

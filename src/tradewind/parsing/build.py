"""Puts the parser of the configured DAG folder together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from tradewind.base.clock import Clock
from tradewind.base.errors import NotFound
from tradewind.base.ids import IdSource
from tradewind.base.settings import SchedulerSettings, Settings
from tradewind.db.engine import Database
from tradewind.parsing.bundles import LocalBundle
from tradewind.parsing.calls import Caller, ForkServer
from tradewind.parsing.parser import FileResult, Parser
from tradewind.parsing.processor import DagProcessor
from tradewind.parsing.reads import FileReads
from tradewind.parsing.store import ParseStore

__all__ = ["BUNDLE", "dag_processor", "parse_once"]

BUNDLE = "dags-folder"
"""Name of the one bundle that the settings describe, as in Airflow."""


def dag_processor(
    settings: Settings,
    database: Database,
    *,
    clock: Clock,
    ids: IdSource,
    bell: Callable[[], None],
    caller: Caller,
    reads: FileReads | None = None,
) -> DagProcessor:
    """The processor of the DAG folder, not yet started.

    Args:
        bell: rung after each commit that has news for the scheduler.
        caller: makes the parsing processes.
        reads: answers what files ask while they are imported; None: nobody does.
    """
    store = ParseStore(
        database,
        BUNDLE,
        clock=clock,
        ids=ids,
        bell=bell,
        paused_by_default=settings.parsing.dags_are_paused_at_creation,
    )
    parser = _parser(settings, caller, reads)
    return DagProcessor(_bundle(settings), parser, store, settings.parsing, settings.home, reads=reads)


def parse_once(settings: Settings, environ: Mapping[str, str], files: Sequence[str] | None = None) -> list[FileResult]:
    """Parse files of the DAG folder now, without a database.

    Args:
        environ: the environment of parsing processes.
        files: paths inside the folder; None: all that look like DAG files.

    Returns:
        A result for each file, in the order of their paths.

    Raises:
        BundleError: the folder can't be read.
        NotFound: one of `files` is not there.
        CallerBrokenError: no process can be had to parse in.
    """
    bundle, parser = _bundle(settings), _parser(settings, ForkServer(environ))
    manifest = bundle.read()
    wanted = sorted(manifest.dag_files() if files is None else files)
    missing = [path for path in wanted if path not in manifest.files]
    if missing:
        raise NotFound(f"there is no {missing[0]} in {bundle.root}", path=missing[0])
    snapshot = bundle.lay_out(manifest)
    try:
        with ThreadPoolExecutor(settings.parsing.processes) as pool:
            return list(pool.map(lambda path: parser.parse(snapshot, path), wanted))
    finally:
        parser.close()


def _bundle(settings: Settings) -> LocalBundle:
    return LocalBundle(
        BUNDLE, settings.dags_folder.resolve(), settings.home, ignore_syntax=settings.parsing.ignore_syntax
    )


def _parser(settings: Settings, caller: Caller, reads: FileReads | None = None) -> Parser:
    return Parser(
        caller,
        root=settings.dags_folder.resolve(),
        log_folder=settings.log_folder / "dag_processor",
        timeout_s=settings.parsing.timeout_s,
        options=_options(settings.scheduler),
        reads=reads,
    )


def _options(settings: SchedulerSettings) -> dict[str, bool]:
    """How schedules are read, as far as that is not the default."""
    wanted = {
        "cron_data_intervals": settings.create_cron_data_intervals,
        "delta_data_intervals": settings.create_delta_data_intervals,
        "catchup": settings.catchup_by_default,
    }
    return {name: True for name, is_wanted in wanted.items() if is_wanted}

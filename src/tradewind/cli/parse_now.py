"""Reads all DAG files once, for `dags reserialize`."""

from __future__ import annotations

import os

from tradewind.base.bell import ring
from tradewind.base.clock import SystemClock
from tradewind.base.errors import BundleError, TradewindError
from tradewind.base.ids import UuidSource
from tradewind.base.settings import Settings
from tradewind.cli.file_reads import file_reads
from tradewind.db.engine import Database
from tradewind.parsing.build import dag_processor
from tradewind.parsing.calls import ForkServer

__all__ = ["parse_now"]


def parse_now(settings: Settings, database: Database, timeout_s: float) -> None:
    """Read all DAG files, changed or not, and return when all are stored.

    Raises:
        BundleError: there is no such folder.
        TradewindError: it takes longer than `timeout_s`.
    """
    if not settings.dags_folder.is_dir():
        raise BundleError(f"the DAGs folder {settings.dags_folder} does not exist; parsing.dags_folder names it")
    bell_path = settings.home / "bell.sock"
    processor = dag_processor(
        settings,
        database,
        clock=SystemClock(),
        ids=UuidSource(),
        bell=lambda: ring(bell_path),
        caller=ForkServer(os.environ),
        reads=file_reads(settings, database),
    )
    processor.start()
    try:
        processor.reparse()
        if not processor.wait_until_idle(timeout_s):
            raise TradewindError(f"not all files in {settings.dags_folder} were read within {timeout_s:g} s")
    finally:
        processor.stop()

"""From DAG files to specs in the database: bundles, isolated parsing, and the processor that keeps up with edits.

A folder is read as a manifest of content hashes; files whose dependencies have new hashes are parsed, each in a process
of its own that imports it from a snapshot; results go to the database and, as events, to the scheduler's inbox.

Names are imported when they are asked for: the parsing processes need none of the server's side, and must not load a
database library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradewind.parsing.build import BUNDLE, dag_processor, parse_once
    from tradewind.parsing.bundles import LocalBundle, Manifest, forget_snapshots, snapshot_path
    from tradewind.parsing.calls import Caller, ForkServer, FreshInterpreter
    from tradewind.parsing.desk import TimetableDesk
    from tradewind.parsing.parser import FileResult, Parser
    from tradewind.parsing.processor import DagProcessor
    from tradewind.parsing.store import ParseStore

__all__ = [
    "BUNDLE",
    "Caller",
    "DagProcessor",
    "FileResult",
    "ForkServer",
    "FreshInterpreter",
    "LocalBundle",
    "Manifest",
    "ParseStore",
    "Parser",
    "TimetableDesk",
    "dag_processor",
    "forget_snapshots",
    "parse_once",
    "snapshot_path",
]

MODULES = {
    "build": ("BUNDLE", "dag_processor", "parse_once"),
    "bundles": ("LocalBundle", "Manifest", "forget_snapshots", "snapshot_path"),
    "desk": ("TimetableDesk",),
    "calls": ("Caller", "ForkServer", "FreshInterpreter"),
    "parser": ("FileResult", "Parser"),
    "processor": ("DagProcessor",),
    "store": ("ParseStore",),
}


def __getattr__(name: str) -> object:
    for module, names in MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

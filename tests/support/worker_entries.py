"""Entries for worker processes under test: a DAG file is a module whose functions are its tasks."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path

from tradewind.protocol.messages import CallbackWork, Ended, Workload
from tradewind.worker.child import Entries
from tradewind.worker.comms import ChannelApi

LOCAL = {
    "load": "support.worker_entries:load",
    "run": "support.worker_entries:run",
    "callback": "support.worker_entries:call_back",
    "preload": ["support.worker_entries"],
}


def entries(**more) -> Entries:
    return Entries(**{**LOCAL, **more})


def load(bundle_path: str, relative_fileloc: str):
    spec = importlib.util.spec_from_file_location("the_dag_file", Path(bundle_path) / relative_fileloc)
    module = importlib.util.module_from_spec(spec)
    sys.modules["the_dag_file"] = module
    spec.loader.exec_module(module)
    return module


def run(work: Workload, dags, api: ChannelApi, entries: Entries) -> Ended:
    getattr(dags, work.task_id)(work, api)
    return Ended(attempt=work.attempt, at=datetime.now(UTC), outcome="success")


def call_back(work: CallbackWork, dags, api: ChannelApi, entries: Entries) -> None:
    getattr(dags, work.kind)(work, api)

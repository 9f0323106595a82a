"""The functions that zygotes and workers call by name: load a DAG file, run an attempt or a callback of it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType, ModuleType
from typing import NoReturn

from tradewind.base.errors import BundleError
from tradewind.protocol.messages import CallbackWork, Ended, Workload
from tradewind.sdk.collect import collect_dags, import_file
from tradewind.sdk.dag import DAG
from tradewind.worker import runner
from tradewind.worker.child import Entries
from tradewind.worker.comms import ChannelApi

__all__ = ["call_back", "load_dags", "run", "terminate"]


def load_dags(bundle_path: str, relative_fileloc: str) -> dict[str, DAG]:
    """Import a DAG file of a snapshot; its DAGs by id.

    Raises:
        BundleError: the file is not there, or is no Python file.
        BaseException: whatever the file itself raises.
    """
    path = Path(bundle_path) / relative_fileloc
    if not path.is_file():
        raise BundleError(f"{relative_fileloc} is not in the snapshot at {bundle_path}", file=str(path))
    return {dag.dag_id: dag for dag in collect_dags(_import(path, relative_fileloc))}


def _import(path: Path, relative_fileloc: str) -> ModuleType:
    name = relative_fileloc.removesuffix(".py").replace("/", ".")
    if not all(part.isidentifier() for part in name.split(".")) or name in sys.modules:
        name = f"tradewind_dag_file_{abs(hash(relative_fileloc)):x}"
    return import_file(path, name)  # notes DAGs that no global name holds


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
    return runner.run_attempt(work, dag, api, runner.Surroundings(inline_kb=entries.inline_kb))


def call_back(work: CallbackWork, dags: object, api: ChannelApi, entries: Entries) -> None:
    """Run one callback."""
    dag = _dag(dags, work.dag.dag_id, work.dag.relative_fileloc)
    runner.run_callback(work, dag, api, runner.Surroundings(inline_kb=entries.inline_kb))


def terminate(number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM: let the operator clean up, and end the task."""
    runner.terminate(number, frame)
    raise SystemExit(128 + number)

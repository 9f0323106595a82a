"""Runs DAGs by `dag.test()`, each in a process of its own forked from a warm one; prints what came of each.

A program, not a test: `python run_in_process.py DATE PARALLEL FILE:DAG...` writes one JSON object, DAG -> result.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from tradewind.cli.dag_files import dags_of_file
from tradewind.testing import golden

TIMEOUT_S = 150
"""A DAG that takes longer is ended; that is its result."""


def import_ahead(files: set[Path]) -> None:
    """Import plugins of packages and what files import of the namespace; what fails here fails there again, and is told."""
    for plugin in entry_points(group="airflow.plugins"):
        with contextlib.suppress(Exception):
            plugin.load()
    for file in sorted(files):
        for node in ast.walk(ast.parse(file.read_bytes())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if name.startswith("airflow.") and not name.startswith("airflow.example_dags"):
                    with contextlib.suppress(Exception):
                        importlib.import_module(name)


def run(file: Path, dag_id: str, date: datetime) -> dict[str, Any]:
    """What came of a DAG."""
    try:
        return golden(dags_of_file(file)[dag_id], logical_date=date)
    except BaseException as error:  # noqa: BLE001 - whatever comes is the result
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}


def child(file: Path, dag_id: str, date: datetime, out: Path) -> None:
    """In the forked process: run, and write the result."""
    signal.alarm(TIMEOUT_S)
    began = time.monotonic()
    log = os.open(out.with_suffix(".log"), os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    result = run(file, dag_id, date)
    sys.stderr.flush()
    result["seconds"] = round(time.monotonic() - began, 2)
    part = out.with_suffix(".part")
    part.write_text(json.dumps(result))
    part.replace(out)


def main() -> None:
    date, parallel = datetime.fromisoformat(sys.argv[1]), int(sys.argv[2])
    waiting, running, results = list(sys.argv[3:]), {}, {}
    import_ahead({Path(job.rpartition(":")[0]) for job in waiting})
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < parallel:
                file, _, dag_id = waiting.pop(0).rpartition(":")
                out = Path(folder, f"{dag_id}.json")
                pid = os.fork()
                if not pid:
                    child(Path(file), dag_id, date, out)
                    os._exit(0)
                running[pid] = dag_id, out
            pid, _ = os.wait()
            if pid in running:
                dag_id, out = running.pop(pid)
                late = {"error": f"it took more than {TIMEOUT_S} s, or died"}
                results[dag_id] = json.loads(out.read_text()) if out.exists() else late
                log = out.with_suffix(".log")
                results[dag_id]["log"] = log.read_text(errors="replace")[-1500:] if log.exists() else ""
    print(json.dumps(results))


if __name__ == "__main__":
    main()

"""From a folder of 500 files with 10 tasks each to DAGs in the database, cold; and from an edit to its new version.

Run: python tests/bench/parse_500.py [--files N] [--tasks N] [--edits N] [--processes N]. Prints a line a measurement.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.dag_folder import DagFolder, dag_source


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=500)
    options.add_argument("--tasks", type=int, default=10)
    options.add_argument("--edits", type=int, default=5)
    options.add_argument("--processes", type=int, default=2)
    chosen = options.parse_args()
    logging.basicConfig(level="ERROR")
    with tempfile.TemporaryDirectory() as place:
        measure(DagFolder(Path(place)), chosen)


def measure(folder: DagFolder, chosen: argparse.Namespace) -> None:
    parsing = replace(folder.settings.parsing, processes=chosen.processes)
    folder.settings = replace(folder.settings, parsing=parsing)
    for number in range(chosen.files):
        folder.write(f"dag_{number:04}.py", dag_source(f"dag_{number:04}", tasks=chosen.tasks))
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    started = time.perf_counter()
    with folder.processor():
        cold_s = time.perf_counter() - started
        assert len(folder.dags()) == chosen.files
        print(
            f"{chosen.files} files of {chosen.tasks} tasks, cold: {cold_s:.2f} s ({cold_s / chosen.files * 1000:.1f} ms a file)"
        )
        edits: list[float] = []
        for number in range(chosen.edits):
            name = f"dag_{number * 7 % chosen.files:04}"
            folder.write(f"{name}.py", dag_source(name, f"edited = {number}", tasks=chosen.tasks))
            edits.append(folder.wait_for(lambda: sum(folder.versions().values()), chosen.files + number + 1))
        shown = ", ".join(f"{edit * 1000:.0f}" for edit in edits)
        print(f"an edit to its version: median {statistics.median(edits) * 1000:.0f} ms ({shown})")
    started = time.perf_counter()
    with folder.processor():
        # No process is warm now: the first edit after a while of rest waits for one.
        print(f"restart with nothing changed: {time.perf_counter() - started:.2f} s")
        name = f"dag_{chosen.files - 1:04}"
        folder.write(f"{name}.py", dag_source(name, "edited = True", tasks=chosen.tasks))
        cold_edit = folder.wait_for(lambda: sum(folder.versions().values()), chosen.files + chosen.edits + 1)
        print(f"the first edit after a rest: {cold_edit * 1000:.0f} ms")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"processor time of all parsing processes: {used.ru_utime + used.ru_stime:.1f} s")
    folder.close()


if __name__ == "__main__":
    main()

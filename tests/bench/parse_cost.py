"""What `import airflow` adds to a DAG file, over what else the file imports: in a fresh process, and in a warm parser.

Run: python tests/bench/parse_cost.py [--samples N]. Each file is timed in the environment without provider packages and
in the one with them, where these are there. Prints medians of CPU time in ms (wall time says more of the machine):
`others` is what the file imports that is neither Airflow's nor ours (what provider packages import themselves included),
`on top` all the rest, in a fresh process; `warm` is that rest in a fork of a process with what the parser has loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = {"no provider packages": ROOT / ".venv", "30 provider packages": ROOT / ".venv-ecosystem"}
LIMIT_MS = 150
FILES = {
    "bare interpreter": "",
    "import tradewind": "import tradewind",
    "from tradewind import DAG, task": "from tradewind import DAG, task",
    "from airflow import DAG": "from airflow import DAG",
    "from airflow.sdk import ...": "from airflow.sdk import DAG, Asset, Connection, Variable, dag, task",
    "airflow.operators.python": "from airflow import DAG\nfrom airflow.operators.python import PythonOperator",
    "providers.standard": "from airflow.sdk import DAG, task\n"
    "from airflow.providers.standard.operators.bash import BashOperator\n"
    "from airflow.providers.standard.operators.empty import EmptyOperator\n"
    "from airflow.providers.standard.operators.python import PythonOperator",
    "providers.http and common.sql": "from airflow.sdk import DAG\n"
    "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n"
    "from airflow.providers.http.operators.http import HttpOperator",
    "a DAG with the settings": "from airflow.configuration import conf\nfrom airflow.sdk import DAG\n"
    "conf.getboolean('operators', 'default_deferrable')\nwith DAG('one'): pass",
}
TIMED = """
import builtins, json, os, sys, time
source, others = json.loads(sys.argv[1])
plain, named = builtins.__import__, []
def told(name, globals=None, locals=None, fromlist=(), level=0):
    importer = (globals or {}).get("__name__", "")
    if level == 0 and importer.startswith(("__main__", "airflow.providers")):
        named.append(name)
    return plain(name, globals, locals, fromlist, level)
if others is None:
    builtins.__import__ = told
start = time.process_time()
for name in others or ():
    plain(name)
between = time.process_time()
exec(compile(source, "dags/one.py", "exec"), {"__name__": "__main__"})
end = time.process_time()
ours = ("airflow", "tradewind", "__future__")
print(json.dumps([[n for n in dict.fromkeys(named) if n.partition(".")[0] not in ours], (between - start) * 1000, (end - between) * 1000]))
"""
WARM = """
import json, os, sys, time, gc
from importlib import import_module
from tradewind.parsing.calls import PRELOAD
for name in PRELOAD:
    import_module(name)
gc.freeze()
found = []
for _ in range(int(sys.argv[2])):
    reads, writes = os.pipe()
    if os.fork() == 0:
        source, others = json.loads(sys.argv[1])
        for name in others:
            import_module(name)
        start = time.process_time()
        exec(compile(source, "dags/one.py", "exec"), {"__name__": "dags.one"})
        os.write(writes, str((time.process_time() - start) * 1000).encode())
        os._exit(0)
    os.close(writes)
    found.append(float(os.read(reads, 100)))
    os.wait()
print(json.dumps(found))
"""


def main() -> int:
    """Measure and print; 1 if a file costs more than it may."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--samples", type=int, default=7)
    samples = options.parse_args().samples
    is_over = False
    for label, environment in ENVIRONMENTS.items():
        python = environment / "bin" / "python"
        if not python.exists():
            print(f"{label}: {environment.name} is not there")
            continue
        print(f"{label:34}{'others':>10}{'on top':>10}{'warm':>10}   ms of CPU, medians of {samples}")
        for name, source in FILES.items():
            found = _measured(str(python), source, samples)
            if found is None:
                continue
            others, on_top, warm = found
            is_over |= on_top > LIMIT_MS or warm > LIMIT_MS
            print(f"{name:34}{others:>10.1f}{on_top:>10.1f}{warm:>10.1f}", flush=True)
    return int(is_over)


def _measured(python: str, source: str, samples: int) -> tuple[float, float, float] | None:
    """Others, on top, warm; None: the environment lacks what the file imports."""
    first = _run(python, TIMED, json.dumps([source, None]))
    if first is None:
        return None
    others = first[0]
    pairs = [_run(python, TIMED, json.dumps([source, others])) for _ in range(samples)]
    warm = _run(python, WARM, json.dumps([source, others]), str(samples))
    return (
        statistics.median(pair[1] for pair in pairs),
        statistics.median(pair[2] for pair in pairs),
        statistics.median(warm),
    )


def _run(python: str, code: str, *arguments: str) -> list | None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [python, "-W", "ignore", "-c", code, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode != 0:
        if "ModuleNotFoundError" in done.stderr or "ImportError" in done.stderr:
            return None
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())

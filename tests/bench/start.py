"""The time line of a server's start, on a fresh home and on one that has been used: medians of several, turn by turn.

python tests/bench/start.py            seven starts of each
python tests/bench/start.py 15 --tree OTHER/CHECKOUT   the same turns with another checkout's sources, to compare with

It looks from outside: at what the server writes into its home, at what it logs, and at what it answers.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psutil
import urllib3
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from run import clean_env  # noqa: E402

from support.server import free_port  # noqa: E402

ROOT = HERE.parent.parent
WRITTEN = {
    "holds the home": "standalone.lock",
    "API imported, keys made": "token.key",
    "first password is hashed": "admin-password",
    "ready": "server.json",
}
"""Stage -> the file that is written then; those that were there before say nothing."""
LOGGED = {"scheduler has loaded": "scheduler.loaded"}
LISTS = ("/dags", "/dags/~/dagRuns", "/dags/~/dagRuns/~/taskInstances")
TIMEOUT_S = 120.0
Stages = dict[str, float]
"""Milliseconds since the process was started, or seconds of processor where the name says so."""


@contextlib.contextmanager
def server(tree: Path, home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server from the sources of a checkout."""
    env = clean_env(home) | {"PYTHONPATH": os.pathsep.join([str(tree / "src"), str(tree / "airflow-shim" / "src")])}
    command = [sys.executable, "-m", "tradewind", "standalone", "--dags", str(home / "dags"), "--port", str(port)]
    with (home / "server.out").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def start(tree: Path, home: Path) -> Stages:
    """One start."""
    (home / "dags").mkdir(parents=True, exist_ok=True)
    port = free_port()
    began = time.time()
    stages: Stages = {}
    with server(tree, home, port) as process, urllib3.PoolManager(retries=False) as pool:
        url = f"http://127.0.0.1:{port}"

        def note(stage: str) -> None:
            stages[stage] = (time.time() - began) * 1000

        wait_until_healthy(process, pool, url)
        note("healthy")
        stages["processor until healthy, s"] = sum(psutil.Process(process.pid).cpu_times()[:2])
        login = {"username": "admin", "password": (home / "admin-password").read_text().strip()}
        token = pool.request("POST", f"{url}/auth/token", json=login).json()["access_token"]
        note("a token is given")
        for path in LISTS:
            answer = pool.request("GET", f"{url}/api/v2{path}", headers={"Authorization": f"Bearer {token}"})
            assert answer.status == 200, answer.data
        note("the main lists are answered")
        assert pool.request("GET", f"{url}/api/v2/nothing").status == 404  # which is only known when all routes are
        note("all routes are loaded")
        for stage, name in WRITTEN.items():
            stages[stage] = ((home / name).stat().st_mtime - began) * 1000
        stages |= logged(home / "server.out", began)
    return {stage: value for stage, value in stages.items() if value > 0}


def wait_until_healthy(process: subprocess.Popen[bytes], pool: urllib3.PoolManager, url: str) -> None:
    """Until every part says that it is well."""
    end = time.monotonic() + TIMEOUT_S
    while time.monotonic() < end:
        assert process.poll() is None, "the server has ended"
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            health = pool.request("GET", f"{url}/api/v2/monitor/health", timeout=5.0).json()
            if all(part["status"] == "healthy" for part in health.values()):
                return
        time.sleep(0.005)
    raise TimeoutError(f"not healthy after {TIMEOUT_S} s")


def logged(log: Path, began: float) -> Stages:
    """When lines of the log were written."""
    lines = log.read_text(errors="replace").splitlines()
    found = {stage: next((line for line in lines if word in line), "") for stage, word in LOGGED.items()}
    return {
        stage: (datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f").timestamp() - began) * 1000
        for stage, line in found.items()
        if line
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("times", type=int, nargs="?", default=7)
    parser.add_argument("--tree", type=Path, action="append", default=[], help="another checkout, measured in turns")
    options = parser.parse_args()
    trees = [ROOT, *(tree.resolve() for tree in options.tree)]
    found: dict[tuple[Path, str], list[Stages]] = {}
    for turn in range(options.times + 1):  # the first turn writes byte code, and does not count
        for tree in trees:
            with tempfile.TemporaryDirectory(prefix="tradewind-start-") as home:
                for kind in ("fresh home", "used home"):
                    stages = start(tree, Path(home))
                    if turn:
                        found.setdefault((tree, kind), []).append(stages)
    for (tree, kind), several in found.items():
        table = Table(f"{kind}, {tree.name}", "median", "best", title=f"{len(several)} starts; ms since exec")
        medians = {name: statistics.median(one[name] for one in several if name in one) for name in several[0]}
        for name, median in sorted(medians.items(), key=lambda item: item[1]):
            best, form = min(one[name] for one in several if name in one), ".2f" if name.endswith(", s") else ",.0f"
            table.add_row(name, f"{median:{form}}", f"{best:{form}}")
        Console().print(table)


if __name__ == "__main__":
    main()

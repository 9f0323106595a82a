"""`make start`: bring up the server with the examples, run the flight-delay pipeline to its end, say where to look.

A second call finds what is there: a server that runs is used as it is, a run that has succeeded is not repeated.
`make stop` ends the server.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import urllib3
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("TRADEWIND_HOME") or ROOT / ".tradewind")
EXAMPLES = ROOT / "examples"
DAG, RUN = "flight_delays", "first_run"
LOGICAL_DATE = "2014-01-01T05:00:00Z"  # the interval that ends there is the last day of the year: all flights are used
START_TIMEOUT_S = 60
PARSE_TIMEOUT_S = 60
RUN_TIMEOUT_S = 900
ENDED = {"success", "failed", "skipped", "upstream_failed", "removed"}

console = Console(highlight=False)


class Server:
    """The running server, as its `server.json` describes it."""

    def __init__(self, about: dict[str, Any]) -> None:
        self.url = about["url"]
        self.pid = int(about["pid"])
        self._headers = {"Authorization": f"Bearer {about['token']}", "Content-Type": "application/json"}
        self._http = urllib3.PoolManager(retries=False, timeout=30)

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and decoded body."""
        data = json.dumps(body) if body is not None else None
        reply = self._http.request(method, f"{self.url}/api/v2{path}", body=data, headers=self._headers)
        return reply.status, reply.json() if reply.data else None


def running_server() -> Server | None:
    """The server of this home, if its process lives and it answers."""
    try:
        about = json.loads((HOME / "server.json").read_text())
        os.kill(int(about["pid"]), 0)
        server = Server(about)
        status, _ = server.call("GET", "/version")
    except (OSError, ValueError, KeyError, urllib3.exceptions.HTTPError):
        return None
    return server if status == 200 else None


def start_server(port: int) -> Server:
    """Start one that goes on after this program has ended."""
    HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    out = HOME / "server.log"
    began = time.monotonic()
    with out.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tradewind", "standalone", "--dags", str(EXAMPLES), "--port", str(port)],
            env=os.environ | {"TRADEWIND_HOME": str(HOME)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while time.monotonic() - began < START_TIMEOUT_S:
        if process.poll() is not None:
            sys.exit(f"The server ended at once (exit code {process.returncode}):\n{tail(out)}")
        if server := running_server():
            console.print(f"The server is up after {time.monotonic() - began:.1f} s.")
            return server
        time.sleep(0.05)
    sys.exit(f"The server does not answer after {START_TIMEOUT_S} s:\n{tail(out)}")


def tail(file: Path, lines: int = 15) -> str:
    """The last lines of a file."""
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])


def wait_for_dag(server: Server) -> None:
    """Return once the pipeline's file has been read."""
    end = time.monotonic() + PARSE_TIMEOUT_S
    while time.monotonic() < end:
        status, _ = server.call("GET", f"/dags/{DAG}")
        if status == 200:
            return
        time.sleep(0.1)
    _, errors = server.call("GET", "/importErrors")
    sys.exit(f"{DAG} is not there after {PARSE_TIMEOUT_S} s; import errors: {json.dumps(errors, indent=1)}")


def ask_for_run(server: Server) -> dict[str, Any]:
    """The first run: found, or asked for."""
    status, run = server.call("GET", f"/dags/{DAG}/dagRuns/{RUN}")
    if status == 200 and run["state"] == "failed":
        console.print("The first run had failed; it is cleared and runs again.")
        server.call("POST", f"/dags/{DAG}/dagRuns/{RUN}/clear", {"dry_run": False, "only_failed": True})
        status, run = server.call("GET", f"/dags/{DAG}/dagRuns/{RUN}")
    if status == 404:
        server.call("PATCH", f"/dags/{DAG}", {"is_paused": False})
        body = {"dag_run_id": RUN, "logical_date": LOGICAL_DATE}
        status, run = server.call("POST", f"/dags/{DAG}/dagRuns", body)
    if status != 200:
        sys.exit(f"The run could not be asked for: {status} {run}")
    return dict(run)


def follow(server: Server) -> str:
    """Show the tasks as they end; the state of the run."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown: set[tuple[str, int, str]] = set()
    end = time.monotonic() + RUN_TIMEOUT_S
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(DAG, total=None)
        while time.monotonic() < end:
            _, run = server.call("GET", f"/dags/{DAG}/dagRuns/{RUN}")
            _, page = server.call("GET", f"/dags/{DAG}/dagRuns/{RUN}/taskInstances?limit=100")
            tasks = page["task_instances"]
            for task in sorted(tasks, key=lambda t: t["end_date"] or ""):
                key = (task["task_id"], task["map_index"], task["state"])
                if task["state"] in ENDED and key not in shown:
                    shown.add(key)
                    show(progress, task)
            busy = sorted({t["task_id"] for t in tasks if t["state"] == "running"})
            done = sum(t["state"] in ENDED for t in tasks)
            progress.update(bar, completed=done, total=len(tasks) or None, description=", ".join(busy) or DAG)
            if run["state"] in {"success", "failed"}:
                return str(run["state"])
            time.sleep(0.2)
    sys.exit(f"The run has not ended after {RUN_TIMEOUT_S} s")


def show(progress: Progress, task: dict[str, Any]) -> None:
    """One line for a task that has ended."""
    colour = {"success": "green", "skipped": "magenta"}.get(task["state"], "red")
    index = f"\\[{task['map_index']}]" if task["map_index"] >= 0 else ""
    took = f"{task['duration']:6.1f} s" if task["duration"] is not None else " " * 8
    progress.console.print(f"  [{colour}]{task['state']:<16}[/] {took}  {task['task_id']}{index}")


def explain_failure(server: Server) -> None:
    """What the first failed task said last."""
    _, page = server.call("GET", f"/dags/{DAG}/dagRuns/{RUN}/taskInstances?state=failed")
    for task in page["task_instances"][:1]:
        path = f"/dags/{DAG}/dagRuns/{RUN}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
        _, log = server.call("GET", f"{path}?map_index={task['map_index']}&full_content=true")
        lines = [str(entry.get("event", entry)) for entry in log["content"]][-20:]
        console.print(f"[red]{task['task_id']} failed:[/]\n" + "\n".join(lines), markup=False)


def stop() -> None:
    """End the server of this home."""
    server = running_server()
    if server is None:
        console.print("No server is running.")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGTERM)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.kill(server.pid, 0)
        except ProcessLookupError:
            console.print("The server has ended.")
            return
        time.sleep(0.05)
    sys.exit(f"process {server.pid} has not ended after 30 s")


def main() -> None:
    """Start, run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stop", action="store_true", help="end the server instead")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args()
    if options.stop:
        stop()
        return
    server = running_server()
    if server:
        console.print(f"The server is running at {server.url}.")
    else:
        server = start_server(options.port)
    wait_for_dag(server)
    run = ask_for_run(server)
    state = run["state"]
    if state != "success":
        console.print("Flight delays: 336,776 flights of 2013, from five files to a model.")
        state = follow(server)
    _, run = server.call("GET", f"/dags/{DAG}/dagRuns/{RUN}")
    if state != "success":
        explain_failure(server)
        sys.exit(1)
    results = HOME / "flight_delays" / "runs"
    console.print(f"[green]Run {RUN} of {DAG}: success[/] in {run['duration']:.0f} s.")
    console.print(f"  look at it                  {server.url}/dags/{DAG}/runs/{RUN}")
    console.print(f"  user admin, password in     {HOME / 'admin-password'}")
    console.print(f"  API and its documentation   {server.url}/docs")
    console.print(f"  report, model, model card   {results}")
    console.print(f"  command line                TRADEWIND_HOME={HOME} {ROOT / '.venv/bin/tradewind'} dags list")
    console.print("  to end the server           make stop")


if __name__ == "__main__":
    main()

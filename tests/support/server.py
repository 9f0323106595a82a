"""A real standalone server in a process of its own, and a small client to talk to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import urllib3

from support import warm
from support.ports import free_port

__all__ = ["Server", "free_port"]

FINISHED = {"success", "failed"}
LOOK_EVERY_S = 0.04
"""Each look costs both sides milliseconds, which what is waited for lacks."""


class Server:
    """`tradewind standalone` on a home and a folder of DAGs; use it as a context manager.

    Args:
        is_fresh: its interpreter is a new one, which imports everything itself: what starts are measured by.
    """

    def __init__(
        self,
        home: Path,
        dags: Path,
        *,
        env: dict[str, str] | None = None,
        start_timeout_s: float = 60.0,
        is_fresh: bool = False,
    ) -> None:
        self.home = home
        self.dags = dags
        self.is_fresh = is_fresh
        self.start_timeout_s = start_timeout_s
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("TRADEWIND", "AIRFLOW"))}
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)
        self.env |= {"TRADEWIND_HOME": str(home), **(env or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.healthy_after_s = 0.0
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=30.0)
        self._token = ""

    def __enter__(self) -> Self:
        try:
            self.start(self.start_timeout_s)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- the process -------------------------------------------------------------------------------------------------

    def start(self, timeout_s: float = 60.0) -> None:
        """Start, and return once the server says it is healthy."""
        self.home.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tradewind", "standalone", "--dags", str(self.dags), "--port", str(self.port)]
        self.log = (self.home / "server.out").open("ab")
        began = time.monotonic()
        start = subprocess.Popen if self.is_fresh else warm.Popen
        self.process = start(command, env=self.env, stdout=self.log, stderr=subprocess.STDOUT)
        while time.monotonic() - began < timeout_s:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.output()}")
            if self._is_healthy():
                self.healthy_after_s = time.monotonic() - began
                break
            time.sleep(0.01 if self.is_fresh else LOOK_EVERY_S)
        else:
            raise TimeoutError(f"not healthy after {timeout_s} s:\n{self.output()}")
        reply = self.request("POST", "/auth/token", {"username": "admin", "password": self.password()})
        self._token = reply["access_token"]

    @property
    def token(self) -> str:
        """Of `admin`, made at the last start."""
        return self._token

    def password(self) -> str:
        """That of `admin`, made at the first start."""
        return (self.home / "admin-password").read_text().strip()

    def stop(self) -> None:
        """End it as a person would, with SIGTERM."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def kill9(self) -> None:
        """End it without warning."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def output(self) -> str:
        """What the server printed."""
        return (self.home / "server.out").read_text(errors="replace")

    def _is_healthy(self) -> bool:
        try:
            reply = self._pool.request("GET", f"{self.url}/api/v2/monitor/health", timeout=2.0)
        except urllib3.exceptions.HTTPError:
            return False
        if reply.status != 200:
            return False
        health = reply.json()
        return health["metadatabase"]["status"] == "healthy" and health["scheduler"]["status"] == "healthy"

    # -- the client --------------------------------------------------------------------------------------------------

    def request(self, method: str, path: str, body: Any = None, *, ok: bool = True) -> Any:
        """One call; the decoded JSON body. With `ok`, a status of 400 and more raises."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body)
        reply = self._pool.request(method, self.url + path, body=data, headers=headers)
        if ok and reply.status >= 400:
            raise AssertionError(f"{method} {path}: {reply.status} {reply.data[:2000]!r}")
        return reply.json() if reply.data else None

    def get(self, path: str) -> Any:
        """GET under /api/v2."""
        return self.request("GET", "/api/v2" + path)

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None, **fields: Any) -> str:
        """Ask for a run; its run id."""
        body = {"logical_date": None, "conf": conf or {}, **fields}
        return str(self.request("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """The run as it is now."""
        return dict(self.get(f"/dags/{dag_id}/dagRuns/{run_id}"))

    def wait_run(
        self, dag_id: str, run_id: str, timeout_s: float = 60.0, every_s: float = LOOK_EVERY_S
    ) -> dict[str, Any]:
        """The run once it has ended."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            run = self.run(dag_id, run_id)
            if run["state"] in FINISHED:
                return run
            time.sleep(every_s)
        raise TimeoutError(f"{dag_id} {run_id} is {run['state']} after {timeout_s} s: {self.states(dag_id, run_id)}")

    def instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """All task instances of a run."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100&offset={len(found)}")
            found += page["task_instances"]
            if not page["task_instances"] or len(found) >= page["total_entries"]:
                return found

    def states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """`task_id[map_index]` -> state."""
        return {f"{i['task_id']}[{i['map_index']}]": i["state"] for i in self.instances(dag_id, run_id)}

    def wait_dags(self, dag_ids: set[str], timeout_s: float = 60.0) -> None:
        """Return once all these DAGs are known."""
        end = time.monotonic() + timeout_s
        missing = set(dag_ids)
        while time.monotonic() < end:
            missing = {d for d in missing if "dag_id" not in self.request("GET", f"/api/v2/dags/{d}", ok=False)}
            if not missing:
                return
            time.sleep(LOOK_EVERY_S)
        errors = self.get("/importErrors")["import_errors"]
        raise TimeoutError(f"not there after {timeout_s} s: {missing}; import errors: {errors}")

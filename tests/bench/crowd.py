"""200 clients at once, and a chain of tasks beside them: how many requests fail, and what a task waits for the next one.

Run: python tests/bench/crowd.py [--clients 200] [--seconds 120] [--big]: over a million task instances (`big_database.py`)
or an empty database. The clients live in a process of their own, ask without a
pause (lists, single runs, one trigger in fifty) and wait up to 30 s for an answer. The chain runs before they come and
while they are there; its gap is from the end of a task to the start of the next, as `run.py` measures it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import httpx  # noqa: E402
from big_database import cached_file  # noqa: E402
from limits import describe_machine  # noqa: E402
from run import chain, percentile  # noqa: E402

from support.server import Server  # noqa: E402

READS = (
    "/dags?limit=50", "/dags/~/dagRuns?limit=50&order_by=-run_after", "/dags/~/dagRuns/~/taskInstances?limit=50",
    "/dags/~/dagRuns/~/taskInstances?limit=50&order_by=-start_date", "/dags/one_reuse/dagRuns?limit=10", "/pools",
    "/eventLogs?limit=20&order_by=-when", "/dagStats", "/importErrors", "/monitor/health",
)  # fmt: skip
TRIGGERS = 0.02
ISOLATION = "reuse"


async def client(http: httpx.AsyncClient, until: float, seen: list[float], errors: list[str]) -> None:
    """One of the crowd."""
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            if random.random() < TRIGGERS:
                answer = await http.post(f"/dags/one_{ISOLATION}/dagRuns", json={"logical_date": None})
            else:
                answer = await http.get(random.choice(READS))
            if answer.status_code >= 400:
                errors.append(f"{answer.status_code} {answer.text[:200]}")
        except httpx.HTTPError as error:
            errors.append(repr(error))
        seen.append((time.monotonic() - began) * 1000)


async def crowd(url: str, token: str, clients: int, seconds: float) -> dict[str, object]:
    """All of them, for so long."""
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    seen: list[float] = []
    errors: list[str] = []
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"{url}/api/v2", headers=headers, timeout=30, limits=limits) as http:
        until = time.monotonic() + seconds
        await asyncio.gather(*(client(http, until, seen, errors) for _ in range(clients)))
    return {
        "requests": len(seen), "requests/s": len(seen) / seconds, "errors": len(errors), "first errors": errors[:5],
        "p50 ms": statistics.median(seen), "p95 ms": percentile(seen, 0.95), "p99 ms": percentile(seen, 0.99),
    }  # fmt: skip


def measure(clients: int, seconds: float, *, is_big: bool) -> dict[str, object]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tw-crowd-")))
        if is_big:
            shutil.copyfile(cached_file(), home / "tradewind.db")
        server = stack.enter_context(Server(home, HERE / "dags", start_timeout_s=120, is_fresh=True))
        server.wait_dags({f"chain40_{ISOLATION}", f"one_{ISOLATION}"})
        chain(server, ISOLATION)
        quiet = [chain(server, ISOLATION) for _ in range(5)]
        command = [sys.executable, __file__, "--url", server.url, "--clients", str(clients), "--seconds", str(seconds)]
        with subprocess.Popen([*command, "--token", server._token], stdout=subprocess.PIPE, text=True) as process:
            until = time.monotonic() + seconds - 5
            loaded = []
            while time.monotonic() < until or not loaded:
                loaded.append(chain(server, ISOLATION))
            said, _ = process.communicate()
        after = [chain(server, ISOLATION) for _ in range(3)]
    return {
        "healthy after s": server.healthy_after_s, "clients": clients, "seconds": seconds, "crowd": json.loads(said), "chains beside them": len(loaded),
        **{f"{when} gap {what}": statistics.median(one[f"gap {what}"] for one in many)
           for when, many in (("quiet", quiet), ("loaded", loaded), ("after", after)) for what in ("p50 ms", "p95 ms")},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--big", action="store_true", help="over the large database")
    parser.add_argument("--url", help="of a server: be the crowd, and print what it met")
    parser.add_argument("--token")
    given = parser.parse_args()
    if given.url:
        print(json.dumps(asyncio.run(crowd(given.url, given.token, given.clients, given.seconds))))
        return
    result = {"machine": describe_machine(), **measure(given.clients, given.seconds, is_big=given.big)}
    print(json.dumps(result, indent=1))
    folder = HERE.parents[1] / "bench-results"
    folder.mkdir(exist_ok=True)
    (folder / f"crowd-{datetime.now(UTC):%Y%m%d-%H%M%S}.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

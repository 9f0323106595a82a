"""From a change of state to the client, with a hundred clients that listen: latency, and what listening costs.

Run: python tests/bench/stream.py [--clients N] [--postgres]. An event's time is that of the scheduler's turn in which it
happened, so that a latency has the commit, the reading of the log and the way to the client in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import psutil  # noqa: E402

from support.databases import postgres_server  # noqa: E402
from support.server import Server  # noqa: E402

DAGS = '''"""DAGs of this bench."""
import time
from tradewind import DAG, task

with DAG("calm", schedule=None, is_paused_upon_creation=False):
    before = None
    for number in range(40):
        @task(task_id=f"t{number}", isolation="reuse")
        def work():
            time.sleep(0.02)
        now = work()
        if before is not None:
            before >> now
        before = now

with DAG("wide", schedule=None, is_paused_upon_creation=False):
    @task(isolation="reuse")
    def one(x):
        return x
    one.expand(x=list(range(1000)))
'''
IDLE_S = 20.0
SAMPLE = 20


class Ear:
    """One client."""

    def __init__(self, *, is_exact: bool) -> None:
        self.is_exact = is_exact
        """Reads each event; the others only take what comes, or this process would be what is measured."""
        self.latencies: list[float] = []
        self.ended: set[str] = set()
        self.news = asyncio.Event()
        self.resets = 0

    async def listen(self, server: Server, ready: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = f"GET /api/v2/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n\r\n"
        writer.write(head.encode())
        while line := await reader.readline():
            if line.startswith(b"event: start"):
                ready.set()
                while not self.is_exact and await reader.read(1 << 20):
                    pass
            elif line.startswith(b"event: reset"):
                self.resets += 1
                self.news.set()
            elif line.startswith(b"data: ") and b'"time"' in line:
                event = json.loads(line[6:])
                self.latencies.append(time.time() - datetime.fromisoformat(event["time"]).timestamp())
                if event["type"] == "dag_run" and event["new_state"] in ("success", "failed"):
                    self.ended.add(event["dag_run_id"])
                    self.news.set()

    async def hear_end(self, run: str) -> None:
        """Wait for the end of a run, or for the news that something was missed."""
        while run not in self.ended and not self.resets:
            await self.news.wait()
            self.news.clear()


def shares(values: list[float]) -> str:
    """The latencies in milliseconds."""
    ordered = sorted(values)
    p50, p95, p99 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 for share in (0.5, 0.95, 0.99))
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms, {len(ordered):,} events received"


async def measure(server: Server, clients: int) -> None:
    process = psutil.Process(server.process.pid if server.process else None)
    ears = [Ear(is_exact=number % SAMPLE == 0) for number in range(clients)]
    sample = [ear for ear in ears if ear.is_exact]
    ready = [asyncio.Event() for _ in ears]
    tasks = [asyncio.create_task(ear.listen(server, one)) for ear, one in zip(ears, ready, strict=True)]
    before = process.memory_info().rss
    await asyncio.gather(*(one.wait() for one in ready))
    for dag_id in ("calm", "wide"):
        for ear in ears:
            ear.latencies.clear()
        began = time.monotonic()
        run = await asyncio.to_thread(server.trigger, dag_id)
        await asyncio.gather(*(ear.hear_end(run) for ear in sample))
        took, resets = time.monotonic() - began, sum(ear.resets for ear in ears)
        print(f"{dag_id}: {shares([one for ear in ears for one in ear.latencies])}; {took:.1f} s, {resets} resets")
    used = sum(process.cpu_times()[:2])
    await asyncio.sleep(IDLE_S)
    share = (sum(process.cpu_times()[:2]) - used) / IDLE_S
    print(f"idle, {clients} clients: {share:.2%} of a core; {(process.memory_info().rss - before) / 1e6:.0f} MB more")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    used = sum(process.cpu_times()[:2])
    await asyncio.sleep(IDLE_S)
    print(f"idle, nobody listens: {(sum(process.cpu_times()[:2]) - used) / IDLE_S:.2%} of a core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "dags").mkdir()
        (folder / "dags" / "bench.py").write_text(DAGS)
        env = {"TRADEWIND__WORKER__ISOLATION": "reuse"}
        if given.postgres:
            env["TRADEWIND__DB__URL"] = stack.enter_context(postgres_server(is_durable=True)).empty()
        server = stack.enter_context(Server(folder / "home", folder / "dags", env=env, is_fresh=True))
        server.wait_dags({"calm", "wide"})
        asyncio.run(measure(server, given.clients))


if __name__ == "__main__":
    main()

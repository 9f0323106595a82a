"""From a change of state to the pages that show it, while a hundred are open: latency, and what that costs the server.

Run: python tests/bench/live.py [--tabs 100] [--browser N] [--busy] [--big] [--apart]. Of the tabs, N are real ones of a
Chromium (0: none); the others are what the server sees of a tab, made by a process of its own: a stream that is listened
to, and the requests that the page makes when it is told of a change, as `live.ts` does (together after 40 ms, one reading
after the other). A tab's latency is from the change, by the scheduler's clock, to the end of the answer that was asked for
after it, or, where the page is a real one, to the frame that shows it. `--busy`: tasks run meanwhile without a pause.
`--big`: over a million task instances. `--apart`: the tabs do not say what they have seen, so that each gets an answer of
its own, as they all did once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import psutil  # noqa: E402
from big_database import cached_file  # noqa: E402
from limits import describe_machine  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from support.chromium import launched, open_tab  # noqa: E402
from support.server import Server  # noqa: E402

DAGS = '''"""DAGs of this bench."""
import time
from tradewind import DAG, task
from tradewind.providers.standard.operators.empty import EmptyOperator

with DAG("changing", schedule=None, is_paused_upon_creation=False):
    EmptyOperator(task_id="only")

with DAG("busy", schedule=None, is_paused_upon_creation=False, max_active_runs=1):
    before = None
    for number in range(50):
        @task(task_id=f"t{number}", isolation="reuse")
        def work():
            time.sleep(0.1)
        now = work()
        if before is not None:
            before >> now
        before = now
'''
TOGETHER_S = 0.04
EVERY_S = 1.0
CHANGES = 30
PAGES = {
    "home": ("dag_run", ["/ui/home"]),
    "DAGs": ("dag_run", ["/ui/dags?limit=50"]),
    "runs": ("dag_run", ["/ui/runs?limit=50&order_by=-run_after"]),
    "a DAG": ("", ["/ui/dags/changing"]),
    "a busy DAG": ("", ["/ui/dags/busy"]),
}
"""Of what kind the changes are that a page reads again after (empty: any of its DAG), and what it reads."""


@dataclass
class Tab:
    """What the server sees of a tab."""

    port: int
    token: str
    page: str
    is_apart: bool
    told: list[float] = field(default_factory=list)
    """Milliseconds from a change to the tab, by the stream."""
    shown: list[float] = field(default_factory=list)
    """Milliseconds from a change to the answer that was asked for after it."""
    readings: int = 0
    seen: str = ""
    waiting: list[float] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, is_ready: asyncio.Event) -> None:
        """The stream; what the page shows is noted."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self._request("/events"))
        kind, paths = PAGES[self.page]
        dag_id = paths[0].rpartition("/")[2]
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.seen = line[4:].decode().strip()
            elif line.startswith(b"event: start"):
                is_ready.set()
            elif line.startswith(b"data: ") and b'"time"' in line:
                if (f'"{dag_id}"' if not kind else f'"type":"{kind}"').encode() not in line:
                    continue
                at = datetime.fromisoformat(json.loads(line[6:])["time"]).timestamp()
                self.told.append((time.time() - at) * 1000)
                self.waiting.append(at)
                self.news.set()
        writer.close()

    async def read(self) -> None:
        """What the page reads again, and again."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while True:
                await self.news.wait()
                await asyncio.sleep(TOGETHER_S)
                self.news.clear()
                changes, self.waiting = self.waiting, []
                began = time.monotonic()
                for path in PAGES[self.page][1]:
                    writer.write(self._request(path, seen=self.seen))
                    head = await reader.readuntil(b"\r\n\r\n")
                    assert head.startswith(b"HTTP/1.1 200"), head
                    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                    await reader.readexactly(int(length))
                self.readings += 1
                self.shown += [(time.time() - at) * 1000 for at in changes]
                await asyncio.sleep(min(time.monotonic() - began, 1.0))
        finally:
            writer.close()

    def _request(self, path: str, seen: str = "") -> bytes:
        more = f"X-Seen-Change: {seen}\r\n" if seen and not self.is_apart else ""
        head = f"GET /api/v2{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n{more}\r\n"
        return head.encode()


async def crowd(port: int, token: str, tabs: int, *, is_apart: bool) -> None:
    """So many tabs, until this process is told to end; then what they saw is printed."""
    names = list(PAGES)
    made = [Tab(port, token, names[number % len(names)], is_apart) for number in range(tabs)]
    ready = [asyncio.Event() for _ in made]
    tasks = [asyncio.create_task(tab.listen(one)) for tab, one in zip(made, ready, strict=True)]
    await asyncio.gather(*(one.wait() for one in ready))
    tasks += [asyncio.create_task(tab.read()) for tab in made]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    failed = [task.exception() for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    found = {
        name: {
            "told": [one for tab in made if tab.page == name for one in tab.told],
            "shown": [one for tab in made if tab.page == name for one in tab.shown],
            "readings": sum(tab.readings for tab in made if tab.page == name),
        }
        for name in names
    }
    print(json.dumps({"failed": [repr(one) for one in failed], "pages": found}), flush=True)


@contextmanager
def tabs_of(server: Server, count: int, *, is_apart: bool) -> Iterator[list[dict[str, Any]]]:
    """Tabs in a process of their own; what they saw is in the list afterwards."""
    found = list[dict[str, Any]]()
    command = [
        sys.executable,
        __file__,
        "--crowd",
        str(server.port),
        "--tabs",
        str(count),
        *["--apart"][: int(is_apart)],
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(server.token + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        try:
            yield found
        finally:
            process.stdin.write("end\n")
            process.stdin.flush()
            found.append(json.loads(process.stdout.readline()))


WATCH = """() => { window.seen = {}; new MutationObserver(() => requestAnimationFrame(() => {
    for (const run of window.wanted ?? []) {
        if (!(run in window.seen) && document.body.innerHTML.includes(run)) window.seen[run] = Date.now();
    }
})).observe(document.body, {childList: true, subtree: true, characterData: true, attributes: true}); }"""


def changes(server: Server, pages: list[Page]) -> list[float]:
    """Runs are made, one after the other; milliseconds from when each was queued to the pages that name it."""
    lags = list[float]()
    first = server.trigger("changing", dag_run_id="before-this-bench")
    server.wait_run("changing", first)
    for page in pages:
        page.goto(f"{server.url}/runs", wait_until="load")
        page.wait_for_function("run => document.body.innerHTML.includes(run)", arg=first, timeout=60_000)
        page.evaluate(WATCH)
    for number in range(CHANGES):
        run = f"change-{number:03}-of-this-bench"
        for page in pages:
            page.evaluate("run => { window.wanted = [run]; }", run)
        began = time.monotonic()
        server.trigger("changing", dag_run_id=run)
        done = server.wait_run("changing", run, timeout_s=120, every_s=0.2)
        queued = datetime.fromisoformat(done["queued_at"]).timestamp()
        for page in pages:
            page.wait_for_function("run => window.seen[run]", arg=run, timeout=60_000)
            lags.append(page.evaluate("run => window.seen[run]", run) - queued * 1000)
        time.sleep(max(0.0, EVERY_S - (time.monotonic() - began)))
    return lags


@contextmanager
def tasks_running(server: Server, is_busy: bool) -> Iterator[None]:
    """Tasks that run one after the other, without a pause, while this is open."""
    if not is_busy:
        yield
        return
    is_over = threading.Event()

    def work() -> None:
        client = Server.__new__(Server)
        client.__dict__.update(server.__dict__)
        while not is_over.is_set():
            run = client.trigger("busy")
            while not is_over.wait(0.5) and client.run("busy", run)["state"] not in ("success", "failed"):
                pass

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def shares(values: list[float]) -> dict[str, float]:
    """Of latencies."""
    if not values:
        return {"of": 0}
    ordered = sorted(values)
    p50, p95 = (round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) for share in (0.5, 0.95))
    return {"p50 ms": p50, "p95 ms": p95, "worst ms": round(ordered[-1], 1), "of": len(ordered)}


def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Start a server, open the tabs, change something."""
    (folder / "dags").mkdir()
    (folder / "dags" / "bench.py").write_text(DAGS)
    env = dict[str, str]()
    if given.big:
        shutil.copyfile(cached_file(), folder / "big.db")
        env = {"TRADEWIND__DB__URL": f"sqlite:///{folder / 'big.db'}"}
    with ExitStack() as stack:
        server = stack.enter_context(Server(folder / "home", folder / "dags", env=env, start_timeout_s=180))
        server.wait_dags({"changing", "busy"}, timeout_s=180)
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        pages = list[Page]()
        if given.browser:
            browser = stack.enter_context(launched(stack.enter_context(sync_playwright())))
            pages = [stack.enter_context(open_tab(browser, server)).page for _ in range(given.browser)]
        with (
            tabs_of(server, given.tabs - given.browser, is_apart=given.apart) as crowds,
            tasks_running(server, given.busy),
        ):
            used, began = sum(process.cpu_times()[:2]), time.monotonic()
            real = changes(server, pages)
            took = time.monotonic() - began
            used = sum(process.cpu_times()[:2]) - used
        [found] = crowds
    assert not found["failed"], found["failed"]
    seen = found["pages"].items()
    return {
        "tabs": given.tabs, "real": given.browser, "busy": given.busy, "big": given.big, "apart": given.apart,
        "told": shares([one for _, page in seen for one in page["told"]]),
        "shown": shares([one for _, page in seen for one in page["shown"]]),
        "in a browser": shares(real),
        "by page": {name: shares(page["shown"]) | {"readings": page["readings"]} for name, page in seen},
        "seconds": round(took, 1), "server cpu of a core": round(used / took, 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=100)
    parser.add_argument("--browser", type=int, default=1, metavar="N")
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--big", action="store_true")
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--crowd", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.crowd:
        asyncio.run(crowd(given.crowd, sys.stdin.readline().strip(), given.tabs, is_apart=given.apart))
        return
    with tempfile.TemporaryDirectory(prefix="tw-live-") as name:
        found = measure(given, Path(name))
    print(json.dumps(found, indent=1))
    out = HERE.parents[1] / "bench-results"
    out.mkdir(exist_ok=True)
    file = out / f"live-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps({"machine": describe_machine(), **found}, indent=1))
    print(f"written to {file}")


if __name__ == "__main__":
    main()

"""A log of 100 MB on the page of its task: until its end shows, while one scrolls, searches and jumps.

Run: python tests/bench/long_log.py [--rounds N]. Prints milliseconds, medians of N; the longest time for which the page heard nothing; its
memory; and writes JSON to `bench-results/`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from limits import describe_machine  # noqa: E402
from playwright.sync_api import Browser, expect, sync_playwright  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from support.chromium import launched, open_tab  # noqa: E402
from support.server import Server  # noqa: E402

DAG = """
from tradewind import DAG, task
with DAG("log", schedule=None, is_paused_upon_creation=False):
    @task
    def say():
        print("said")
    say()
"""
LINE = "2026-03-01T12:00:00.000000Z INFO root %s\n"
LOG_BYTES = 100_000_000
STEPS = 60
WATCH = """window.longest = 0; new PerformanceObserver(list => { for (const one of list.getEntries())
    window.longest = Math.max(window.longest, one.duration) }).observe({type: "longtask", buffered: true})"""


def write_log(path: Path) -> None:
    """Lines of a number each, one in the middle of a megabyte, and one at the end."""
    rows = LOG_BYTES // len(LINE % "row 00000000 of the import")
    with path.open("w") as file:
        for first in range(0, rows, 10_000):
            if first == rows // 20_000 * 10_000:
                file.write(LINE % ("long " * 200_000))
            file.writelines(LINE % f"row {number:08d} of the import" for number in range(first, first + 10_000))
        file.write(LINE % "the very last line")


def read(browser: Browser, server: Server, path: str) -> dict[str, float]:
    """One reading of the log, in a browser that has nothing of the page."""
    with open_tab(browser, server) as tab:
        page = tab.page
        page.add_init_script(WATCH)
        log = page.get_by_role("log")
        found = dict[str, float]()

        def timed(what: str, act: Callable[[], Any]) -> None:
            began = time.monotonic()
            act()
            found[f"{what}, ms"] = (time.monotonic() - began) * 1000
            found[f"{what}: longest block, ms"] = page.evaluate("[window.longest, window.longest = 0][0]")

        def opened() -> None:
            page.goto(server.url + path, wait_until="commit")
            expect(log).to_contain_text("the very last line")

        def scrolled() -> None:
            for _ in range(STEPS):
                log.evaluate(
                    "log => new Promise(done => { log.scrollTop -= 1500; requestAnimationFrame(() => done()) })"
                )

        def searched() -> None:
            page.get_by_label("Search the whole log").fill("row 00004711")
            expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()

        def jumped() -> None:
            page.get_by_role("button", name="Next place").click()
            expect(log.get_by_text("row 00004711")).to_be_visible()

        timed("its end", opened)
        timed(f"{STEPS} steps of 1,500 pixels up", scrolled)
        timed("search of the whole", searched)
        timed("jump to what was found", jumped)
        found["memory, MB"] = page.evaluate("performance.memory.usedJSHeapSize / 1e6")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tw-log-") as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "dags").mkdir()
        (folder / "dags" / "log.py").write_text(DAG)
        with Server(folder / "home", folder / "dags", is_fresh=True) as server, launched(playwright) as browser:
            server.wait_dags({"log"})
            run = server.trigger("log")
            server.wait_run("log", run)
            write_log(server.home / f"logs/dag_id=log/run_id={run}/task_id=say/attempt=1.log")
            rounds = [read(browser, server, f"/dags/log/runs/{run}/tasks/say") for _ in range(given.rounds)]
    medians = {what: statistics.median(one[what] for one in rounds) for what in rounds[0]}
    table = Table("a log of 100 MB", "median", "worst")
    for what, median in medians.items():
        table.add_row(what, f"{median:.0f}", f"{max(one[what] for one in rounds):.0f}")
    Console().print(table)
    out = HERE.parents[1] / "bench-results"
    out.mkdir(exist_ok=True)
    file = out / f"long-log-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps({"machine": describe_machine(), "medians": medians, "rounds": rounds}, indent=1))
    Console().print(f"written to {file}")


if __name__ == "__main__":
    main()

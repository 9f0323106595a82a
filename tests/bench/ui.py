"""The web UI as a browser sees it, on a database with a million task instances.

Run: python tests/bench/ui.py [--rounds N]. For each page: until it can be used, in a browser that has nothing of
it (cold) and in one that comes from another page (warm); how much script comes before its content; a grid of 1,000 tasks and
50 runs and a graph of 1,000 tasks. From a change of state to the page: `live.py`.
"""

from __future__ import annotations

import argparse
import json
import shutil
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

from big_database import cached_file, dag_name  # noqa: E402
from limits import describe_machine  # noqa: E402
from playwright.sync_api import Browser, Page, Response, sync_playwright  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from support.chromium import launched, open_tab  # noqa: E402
from support.server import Server  # noqa: E402

console = Console()
DAGS = '''"""DAGs of this bench."""
from tradewind import DAG
from tradewind.providers.standard.operators.empty import EmptyOperator

with DAG("large", schedule=None, is_paused_upon_creation=False, max_active_runs=50):
    layers = [[EmptyOperator(task_id=f"t{layer:02d}_{number:02d}") for number in range(20)] for layer in range(50)]
    for before, after in zip(layers, layers[1:]):
        for number, one in enumerate(before):
            one >> [after[number], after[(number + 1) % 20]]
'''
LARGE_RUNS = 50
USEFUL = """() => document.querySelector('h1') && !document.querySelector('[aria-label="Loading"]')
    && document.querySelector('#content').innerText.length > 60"""
PAGES = {
    "home": "/",
    "DAGs": "/dags",
    "runs": "/runs",
    "a DAG": f"/dags/{dag_name(1)}",
    "assets": "/assets",
    "connections": "/connections",
    "variables": "/variables",
    "pools": "/pools",
    "import errors": "/import-errors",
    "audit": "/audit",
}
FRAMES = """async () => {
    const area = [...document.querySelectorAll('#content *')].filter(one => one.scrollHeight > one.clientHeight + 200)
        .sort((a, b) => b.clientHeight * b.clientWidth - a.clientHeight * a.clientWidth)[0] ?? document.scrollingElement;
    const times = [];
    let last = performance.now();
    for (let frame = 0; frame < 120; frame++) {
        area.scrollTop += 60;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
    }
    times.sort((a, b) => a - b);
    return {per_second: 1000 / (times.reduce((a, b) => a + b) / times.length), worst: times.at(-1), at: area.scrollTop};
}"""
LONGEST_TASK = """() => {
    window.longest = 0;
    new PerformanceObserver(list => {
        for (const one of list.getEntries()) window.longest = Math.max(window.longest, one.duration);
    }).observe({type: 'longtask', buffered: true});
}"""


def until_useful(page: Page, act: Callable[[], Any]) -> float:
    """Milliseconds from an action to a page with its content."""
    began = time.monotonic()
    act()
    page.wait_for_function(USEFUL, polling="raf", timeout=60_000)
    return (time.monotonic() - began) * 1000


def cold(browser: Browser, server: Server, path: str) -> tuple[float, int]:
    """Milliseconds until the page is useful, and the bytes of script that came until then."""
    scripts = list[Response]()
    with open_tab(browser, server) as tab:
        tab.page.on("response", lambda answer: scripts.append(answer) if answer.url.endswith(".js") else None)
        took = until_useful(tab.page, lambda: tab.page.goto(server.url + path, wait_until="commit"))
        sizes = sum(answer.request.sizes()["responseBodySize"] for answer in scripts)
    return took, sizes


def warm(browser: Browser, server: Server, path: str, rounds: int) -> list[float]:
    """Milliseconds for a browser that has been there before."""
    with open_tab(browser, server) as tab:
        found = []
        for _ in range(rounds + 1):
            tab.page.goto(server.url + "/login", wait_until="load")
            found.append(until_useful(tab.page, lambda: tab.page.goto(server.url + path, wait_until="commit")))
        return found[1:]


def pages(browser: Browser, server: Server, rounds: int) -> dict[str, Any]:
    found = dict[str, Any]()
    for name, path in PAGES.items():
        colds = [cold(browser, server, path) for _ in range(rounds)]
        warms = warm(browser, server, path, rounds)
        found[name] = {
            "cold ms": statistics.median(took for took, _ in colds),
            "warm ms": statistics.median(warms),
            "script kB": max(size for _, size in colds) / 1000,
        }
        console.print(f"{name:16} {found[name]}")
    return found


def large(browser: Browser, server: Server) -> dict[str, Any]:
    """The grid of 1,000 tasks and 50 runs, and the graph of 1,000 tasks."""
    runs = [server.trigger("large") for _ in range(LARGE_RUNS)]
    for run in runs:
        server.wait_run("large", run, timeout_s=600, every_s=0.5)
    with open_tab(browser, server) as tab:
        page = tab.page
        grid = [
            until_useful(page, lambda: page.goto(f"{server.url}/dags/large", wait_until="commit")) for _ in range(3)
        ]
        frames = page.evaluate(FRAMES)
        page.add_init_script(f"({LONGEST_TASK})()")
        began = time.monotonic()
        page.goto(f"{server.url}/dags/large?tab=graph", wait_until="commit")
        page.wait_for_selector(".react-flow__node", timeout=60_000)
        laid_out = (time.monotonic() - began) * 1000
        longest = page.evaluate("() => window.longest")
    return {"grid ms": statistics.median(grid), "scroll": frames, "graph ms": laid_out, "longest block ms": longest}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    results: dict[str, Any] = {"machine": describe_machine()}
    with tempfile.TemporaryDirectory(prefix="tw-ui-") as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "dags").mkdir()
        (folder / "dags" / "bench.py").write_text(DAGS)
        shutil.copyfile(cached_file(), folder / "big.db")
        env = {"TRADEWIND__DB__URL": f"sqlite:///{folder / 'big.db'}"}
        with (
            Server(folder / "home", folder / "dags", env=env, start_timeout_s=180, is_fresh=True) as server,
            launched(playwright) as browser,
        ):
            console.print(f"healthy after {server.healthy_after_s:.1f} s")
            server.wait_dags({"large"}, timeout_s=120)
            results["pages"] = pages(browser, server, given.rounds)
            results["large"] = large(browser, server)
            console.print(results["large"])
    table = Table("page", "cold ms", "warm ms", "script kB")
    for page, one in results["pages"].items():
        table.add_row(page, *(f"{one[column]:.0f}" for column in ("cold ms", "warm ms", "script kB")))
    console.print(table)
    out = HERE.parents[1] / "bench-results"
    out.mkdir(exist_ok=True)
    file = out / f"ui-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps(results, indent=1))
    console.print(f"written to {file}")


if __name__ == "__main__":
    main()

"""The web UI as a browser sees it, on a database with a million task instances.

Run: python tests/bench/ui.py [--rounds N] [--only "a run" "an asset"]. For each page: until it can be used and what takes
longest of that, in a browser that has nothing of it (cold) and in one that comes from another page (warm); how much script
comes before its content; a grid of 1,000 tasks and 50 runs and a graph of 1,000 tasks. From a change of state to the page:
`live.py`.
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
from urllib.parse import quote

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
    && (document.querySelector('#content')?.innerText.length ?? 100) > 40"""
RUN = f"/dags/{dag_name(1)}/runs/{{run}}"
PAGES = {
    "log in": "/login",
    "home": "/",
    "DAGs": "/dags",
    "a DAG": f"/dags/{dag_name(1)}",
    "a run": RUN,
    "a task": f"{RUN}/tasks/step_00",
    "runs": "/runs",
    "approvals": "/approvals",
    "assets": "/assets",
    "an asset": "/assets/1",
    "connections": "/connections",
    "variables": "/variables",
    "pools": "/pools",
    "import errors": "/import-errors",
    "jobs": "/jobs",
    "users": "/users",
    "audit": "/audit",
    "providers": "/providers",
    "plugins": "/plugins",
    "config": "/config",
    "account": "/account",
}
"""Each page of the web UI; a run's name takes the place of `{run}`."""
PARTS = r"""() => {
    const [html] = performance.getEntriesByType('navigation');
    const done = performance.getEntriesByType('resource').filter(one => one.responseEnd > 0);
    const ends = wanted => done.filter(wanted).map(one => one.responseEnd);
    const files = Math.max(html.responseEnd, ...ends(one => /\.(js|css)$/.test(one.name)));
    const data = Math.max(0, ...ends(one => one.initiatorType === 'fetch'));
    const [longest] = done.filter(one => one.initiatorType === 'fetch').sort((a, b) => b.duration - a.duration);
    return {
        html: html.responseEnd,
        files: files - html.responseEnd,
        data: Math.max(0, data - files),
        drawing: Math.max(0, performance.now() - Math.max(files, data)),
        longest: longest ? `${new URL(longest.name).pathname} ${Math.round(longest.duration)}` : '',
    };
}"""
"""What one waits for, one after the other: the page, its scripts and styles, data that comes later than those, drawing."""
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


def cold(browser: Browser, server: Server, path: str) -> tuple[float, int, dict[str, Any]]:
    """Milliseconds until the page is useful, the bytes of script that came until then, and what took them."""
    scripts = list[Response]()
    with open_tab(browser, server) as tab:
        tab.page.on("response", lambda answer: scripts.append(answer) if answer.url.endswith(".js") else None)
        took = until_useful(tab.page, lambda: tab.page.goto(server.url + path, wait_until="commit"))
        parts = tab.page.evaluate(PARTS)
        sizes = sum(answer.request.sizes()["responseBodySize"] for answer in scripts)
    return took, sizes, parts


def warm(browser: Browser, server: Server, path: str, rounds: int) -> list[float]:
    """Milliseconds for a browser that has been there before."""
    before = "/login" if path != "/login" else "/config"
    with open_tab(browser, server) as tab:
        found = []
        for _ in range(rounds + 1):
            tab.page.goto(server.url + before, wait_until="load")
            found.append(until_useful(tab.page, lambda: tab.page.goto(server.url + path, wait_until="commit")))
        return found[1:]


def pages(browser: Browser, server: Server, rounds: int, only: list[str]) -> dict[str, Any]:
    """The middle of several loads of each page, and what the slowest part of them is."""
    found = dict[str, Any]()
    newest = server.get(f"/dags/{dag_name(1)}/dagRuns?limit=1&order_by=-run_after")["dag_runs"][0]["dag_run_id"]
    for name, pattern in PAGES.items():
        if only and name not in only:
            continue
        path = pattern.format(run=quote(newest, safe=""))
        colds = [cold(browser, server, path) for _ in range(rounds)]
        warms = warm(browser, server, path, rounds)
        parts = {
            part: statistics.median(one[part] for *_, one in colds) for part in ("html", "files", "data", "drawing")
        }
        slowest = max(parts, key=lambda part: parts[part])
        found[name] = {
            "cold ms": statistics.median(took for took, *_ in colds),
            "warm ms": statistics.median(warms),
            "script kB": max(size for _, size, _ in colds) / 1000,
            "parts ms": parts,
            "slowest part": f"{slowest} {parts[slowest]:.0f}",
            "longest request": colds[-1][2]["longest"],
        }
        one = found[name]
        console.print(f"{name:14} {one['cold ms']:5.0f} cold {one['warm ms']:5.0f} warm; {one['slowest part']} ms")
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
    parser.add_argument(
        "--only", nargs="+", choices=PAGES, default=[], metavar="PAGE", help="these pages, nothing else"
    )
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
            results["pages"] = pages(browser, server, given.rounds, given.only)
            if not given.only:
                results["large"] = large(browser, server)
                console.print(results["large"])
    table = Table("page", "cold ms", "warm ms", "script kB", "slowest part", "longest request")
    for page, one in results["pages"].items():
        numbers = (f"{one[column]:.0f}" for column in ("cold ms", "warm ms", "script kB"))
        table.add_row(page, *numbers, one["slowest part"], one["longest request"])
    console.print(table)
    out = HERE.parents[1] / "bench-results"
    out.mkdir(exist_ok=True)
    file = out / f"ui-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps(results, indent=1))
    console.print(f"written to {file}")


if __name__ == "__main__":
    main()

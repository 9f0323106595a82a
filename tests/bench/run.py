"""`make bench`: the workloads on a real server, for each isolation and database, beside the machine's own limits.

Prints a table and writes everything, with the machine's description, to `bench-results/<time>.json`. Absolute figures
do not travel between machines; ratios within one run do. `--quick` runs each workload once, `--only NAME` one of them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import psutil  # noqa: E402
from limits import describe_machine, machine_limits  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from support.databases import postgres_binaries, postgres_server  # noqa: E402
from support.server import Server  # noqa: E402

Figures = dict[str, float]
console = Console()


def moment(text: str) -> float:
    """Seconds since the epoch."""
    return datetime.fromisoformat(text).timestamp()


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


# -- workloads on a server -------------------------------------------------------------------------------------------


def chain(server: Server, isolation: str) -> Figures:
    """End of a task to start of the next, in milliseconds."""
    dag = f"chain40_{isolation}"
    run = server.wait_run(dag, server.trigger(dag), 180)
    tasks = sorted(server.instances(dag, run["dag_run_id"]), key=lambda t: t["task_id"])
    gaps = [(moment(b["start_date"]) - moment(a["end_date"])) * 1000 for a, b in pairwise(tasks)]
    total = moment(tasks[-1]["end_date"]) - moment(tasks[0]["start_date"])
    return {"gap p50 ms": statistics.median(gaps), "gap p95 ms": percentile(gaps, 0.95), "total s": total}


def throughput(dag_name: str, count: int) -> Callable[[Server, str], Figures]:
    """Tasks a second of one run, from its first start to its last end."""

    def measure(server: Server, isolation: str) -> Figures:
        dag = f"{dag_name}_{isolation}"
        run = server.wait_run(dag, server.trigger(dag), 300, 0.1)  # asking costs the server time, too
        assert run["state"] == "success", run
        taken = moment(run["end_date"]) - moment(run["start_date"])
        return {"tasks/s": count / taken, "total s": taken}

    return measure


def many_runs(server: Server, isolation: str) -> Figures:
    """50 runs of 10 tasks asked for at once."""
    dag = f"tput10_{isolation}"
    began = time.time()
    runs = [server.trigger(dag, dag_run_id=f"burst_{time.time_ns()}_{i}") for i in range(50)]
    ended = max(moment(server.wait_run(dag, run, 300, 0.1)["end_date"]) for run in runs)
    return {"tasks/s": 500 / (ended - began), "total s": ended - began}


def trigger(server: Server, isolation: str) -> Figures:
    """REST trigger to the task's start, one at a time."""
    dag = f"one_{isolation}"
    server.wait_run(dag, server.trigger(dag), 60)
    taken = []
    for _ in range(20):
        began = time.time()
        run = server.trigger(dag)
        server.wait_run(dag, run, 60)
        taken.append((moment(server.instances(dag, run)[0]["start_date"]) - began) * 1000)
    return {"p50 ms": statistics.median(taken), "p95 ms": percentile(taken, 0.95)}


WORKLOADS: dict[str, Callable[[Server, str], Figures]] = {
    "chain40": chain,
    "fan100": throughput("fan100", 102),
    "mapped1000": throughput("mapped1000", 1000),
    "50 runs x 10": many_runs,
    "trigger": trigger,
}
QUICK_FOR_SPAWN = {"chain40", "trigger"}


def large(server: Server) -> dict[str, Figures]:
    """5,000 tasks in layers and a map over 100,000 items, to their ends."""
    server.wait_dags({"layers5000", "mapped100000"})
    found = {}
    for dag, count in (("layers5000", 5000), ("mapped100000", 100_001)):
        run = server.wait_run(dag, server.trigger(dag), 900, 0.5)
        assert run["state"] == "success", run
        taken = moment(run["end_date"]) - moment(run["start_date"])
        assert server.process is not None
        memory = psutil.Process(server.process.pid).memory_info().rss / 2**20
        first, last = rates_at_both_ends(server, dag, run["dag_run_id"], count)
        found[dag] = {
            "tasks/s": count / taken,
            "total s": taken,
            "first quarter tasks/s": first,
            "last quarter tasks/s": last,
            "server RSS MB": memory,
        }
        show(dag, found[dag])
    return found


def rates_at_both_ends(server: Server, dag: str, run_id: str, count: int) -> tuple[float, float]:
    """Tasks that ended in a second, of the first quarter to end and of the last."""

    def ended(place: int) -> float:
        query = f"?order_by=end_date&limit=1&offset={place}"
        return moment(server.get(f"/dags/{dag}/dagRuns/{run_id}/taskInstances{query}")["task_instances"][0]["end_date"])

    quarter = count // 4
    places = (1, quarter, count - quarter, count - 1)
    times = [ended(place) for place in places]
    return (places[1] - places[0]) / (times[1] - times[0]), (places[3] - places[2]) / (times[3] - times[2])


# -- whole processes -------------------------------------------------------------------------------------------------


def timed(command: list[str], env: dict[str, str], cwd: Path, times: int = 5) -> float:
    """Median wall seconds of a whole process, after one run that does not count."""
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        subprocess.run(command, env=env, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def clean_env(home: Path) -> dict[str, str]:
    """The environment less what would change a start."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TRADEWIND", "AIRFLOW"))}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env | {"TRADEWIND_HOME": str(home)}


def processes(folder: Path) -> Figures:
    """Import, `dags list` without a server, and `dag.test()` of the chain."""
    env = clean_env(folder / "processes")
    bench_dags = HERE / "dags"
    script = (
        "import sys; sys.path.insert(0, '.'); import workloads; from tradewind.sdk.collect import collect_dags;"
        "[d.test() for d in collect_dags(workloads) if d.dag_id == 'chain40_fork']"
    )
    tradewind = [sys.executable, "-m", "tradewind"]
    env["TRADEWIND__PARSING__DAGS_FOLDER"] = str(bench_dags)
    subprocess.run([*tradewind, "dags", "reserialize"], env=env, cwd=bench_dags, check=True, stdout=subprocess.DEVNULL)
    bare = timed([sys.executable, "-c", "pass"], env, bench_dags)
    imported = timed([sys.executable, "-c", "import tradewind; tradewind.DAG, tradewind.task"], env, bench_dags)
    return {
        "import ms": (imported - bare) * 1000,
        "version s": timed([*tradewind, "version"], env, bench_dags),
        "dags list, no server s": timed([*tradewind, "dags", "list", "--output", "json"], env, bench_dags),
        "dag.test() of chain40 s": timed([sys.executable, "-c", script], env, bench_dags),
    }


def many_files(folder: Path) -> Figures:
    """500 files of 10 tasks: seconds until all are visible from cold, and until an edit is."""
    dags = folder / "many"
    dags.mkdir()
    source = HERE.joinpath("dags", "ten_tasks.py.txt").read_text()
    for i in range(500):
        (dags / f"dag_{i:03d}.py").write_text(source.replace("DAG_ID", f"dag_{i:03d}"))
    with Server(folder / "many-home", dags, is_fresh=True) as server:
        began = time.monotonic()
        while server.get("/dags?limit=1&exclude_stale=true")["total_entries"] < 500:
            time.sleep(0.02)
        cold = time.monotonic() - began + server.healthy_after_s
        edits = []
        for i in range(5):
            file = dags / f"dag_{i:03d}.py"
            file.write_text(source.replace("DAG_ID", f"edited_{i:03d}"))
            began = time.monotonic()
            server.wait_dags({f"edited_{i:03d}"})
            edits.append(time.monotonic() - began)
    return {"cold s": cold, "edit p50 s": statistics.median(edits)}


def idle(folder: Path) -> Figures:
    """Memory and processor of a server with 100 DAGs and nothing to do, over half a minute."""
    dags = folder / "idle"
    dags.mkdir()
    source = HERE.joinpath("dags", "ten_tasks.py.txt").read_text()
    for i in range(100):
        (dags / f"dag_{i:03d}.py").write_text(source.replace("DAG_ID", f"dag_{i:03d}"))
    with Server(folder / "idle-home", dags, is_fresh=True) as server:
        cold = server.healthy_after_s
        while server.get("/dags?limit=1")["total_entries"] < 100:
            time.sleep(0.05)
        env = clean_env(folder / "idle-home")
        tradewind = [sys.executable, "-m", "tradewind"]
        listing = timed([*tradewind, "dags", "list", "--output", "json"], env, folder)
        time.sleep(5)
        assert server.process is not None
        tree = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]
        before = sum(sum(p.cpu_times()[:2]) for p in tree)
        time.sleep(30)
        used = sum(sum(p.cpu_times()[:2]) for p in tree) - before
        memory = sum(p.memory_full_info().pss for p in tree) / 2**20
    return {
        "healthy after s": cold,
        "dags list, server s": listing,
        "PSS MB": memory,
        "processes": len(tree),
        "% of a core": used / 30 * 100,
    }


# -- the run ---------------------------------------------------------------------------------------------------------


@contextmanager
def server_on(folder: Path, database: str, url: str | None) -> Iterator[Server]:
    """A server with the workloads on a database."""
    env = {"TRADEWIND__SCHEDULER__MAX_BATCH": "200", "TRADEWIND__EXECUTOR__PARALLELISM": "32"}
    if url:
        env["TRADEWIND__DB__URL"] = url
    with Server(folder / f"home-{database}", HERE / "dags", env=env, is_fresh=True) as server:
        server.wait_dags({f"{name}_reuse" for name in ("chain40", "fan100", "mapped1000", "one", "tput10")})
        yield server


def run_workloads(folder: Path, database: str, url: str | None, options: argparse.Namespace) -> dict[str, Any]:
    """All workloads on one database: medians over the repeats."""
    results: dict[str, Any] = {}
    with server_on(folder, database, url) as server:
        for isolation in ("fork", "reuse", "spawn"):
            for name, measure in WORKLOADS.items():
                if (options.only and options.only != name) or (isolation == "spawn" and name not in QUICK_FOR_SPAWN):
                    continue
                rounds = [measure(server, isolation) for _ in range(1 if options.quick else 3)]
                figures = {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
                results[f"{name}, {isolation}, {database}"] = figures
                show(f"{name}, {isolation}, {database}", figures)
        if options.large and database == "sqlite":
            results |= {f"{dag}, reuse, {database}": figures for dag, figures in large(server).items()}
    return results


def show(title: str, figures: Figures) -> None:
    """One line of progress."""
    console.print(f"{title:36} " + "  ".join(f"{key} {value:,.3g}" for key, value in figures.items()))


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of each workload")
    parser.add_argument("--only", help="one workload: " + ", ".join(WORKLOADS))
    parser.add_argument("--large", action="store_true", help="also 5,000 tasks and a map over 100,000 items, on SQLite")
    parser.add_argument("--no-postgres", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("bench-results"))
    options = parser.parse_args()
    results: dict[str, Any] = {"machine": describe_machine(), "at": datetime.now(UTC).isoformat()}
    with_postgres = not options.no_postgres and postgres_binaries() is not None
    with (
        tempfile.TemporaryDirectory(prefix="tradewind-bench-") as name,
        postgres_server(is_durable=True) if with_postgres else nullcontext() as postgres,
    ):
        folder = Path(name)
        url = postgres.empty() if postgres else None
        results["limits, ms"] = machine_limits(url)
        for key, value in results["limits, ms"].items():
            show(key, {"ms": value})
        for database, where in (("sqlite", None), ("postgresql", url)):
            if database == "sqlite" or where:
                results |= run_workloads(folder, database, where, options)
        if not options.only:
            for title, part in (("processes", processes), ("idle", idle), ("500 files", many_files)):
                results[title] = part(folder)
                show(title, results[title])
    options.out.mkdir(exist_ok=True)
    file = options.out / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps(results, indent=2, default=list))
    table = Table("what", "figure", "value")
    for title, figures in results.items():
        for key, value in figures.items() if isinstance(figures, dict) else ():
            table.add_row(title, key, f"{value:,.3g}" if isinstance(value, int | float) else str(value))
    console.print(table)
    console.print(f"written to {file}")


if __name__ == "__main__":
    main()

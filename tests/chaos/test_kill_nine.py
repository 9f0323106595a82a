"""kill -9 of the server, of task processes and of the whole tree, at random moments of 500 runs: nothing is lost."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
import urllib3

from support.server import Server

RUNS = 500
KILLS = 14
HERE = Path(__file__).resolve().parent


def kill_one_task(server: Server, rng: random.Random) -> None:
    """SIGKILL to a process that runs an attempt right now, if there is one."""
    kill_one_of(server, rng, with_children=False)


def kill_server(server: Server, _rng: random.Random) -> None:
    """SIGKILL to the server alone; its task processes are on their own."""
    server.kill9()


def kill_tree(server: Server, _rng: random.Random) -> None:
    """SIGKILL to the server and everything below it."""
    below = descendants(server)
    server.kill9()
    for process in below:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def kill_parent_of_tasks(server: Server, rng: random.Random) -> None:
    """SIGKILL to a process that task processes are forked from."""
    kill_one_of(server, rng, with_children=True)


def kill_one_of(server: Server, rng: random.Random, *, with_children: bool) -> None:
    """SIGKILL to one of the processes below the server that have children, or have none."""
    below = descendants(server)
    parents = set()
    for process in below:
        with contextlib.suppress(psutil.NoSuchProcess):
            parents.add(process.ppid())
    chosen = [p for p in below if (p.pid in parents) == with_children]
    if chosen:
        with contextlib.suppress(psutil.NoSuchProcess):
            rng.choice(chosen).kill()


def descendants(server: Server) -> list[psutil.Process]:
    """All processes below the server's, now."""
    assert server.process is not None
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(server.process.pid).children(recursive=True)
    return []


def ask_for_runs(server: Server, stop: threading.Event) -> None:
    """Ask for all runs, one by one, also while the server is away."""
    for number in range(RUNS):
        while not stop.is_set():
            try:
                answer = server.request(
                    "POST",
                    "/api/v2/dags/ledger/dagRuns",
                    {"logical_date": None, "dag_run_id": f"run{number:03d}"},
                    ok=False,
                )
            except (urllib3.exceptions.HTTPError, OSError, ValueError):
                time.sleep(0.05)
                continue
            if "dag_run_id" in answer or "already" in str(answer):
                break
            time.sleep(0.05)


def wait_until_all_ended(server: Server, seconds: float) -> None:
    """Return once every run has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        states = Counter(
            {s: server.get(f"/dags/ledger/dagRuns?state={s}&limit=1")["total_entries"] for s in ("success", "failed")}
        )
        if states.total() == RUNS:
            return
        time.sleep(0.1)
    raise TimeoutError(f"after {seconds} s only {states} of {RUNS} runs have ended\n{server.output()[-4000:]}")


@pytest.mark.slow
@pytest.mark.timeout(420)
@pytest.mark.xdist_group("alone")
def test_kill_nine_at_random_moments_loses_nothing_and_runs_nothing_twice(tmp_path: Path) -> None:
    seed = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    print(f"CHAOS_SEED={seed}")
    rng = random.Random(seed)
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    server = Server(tmp_path / "home", HERE / "dags", env={"LEDGER": str(ledger)})
    server.start()
    stop = threading.Event()
    try:
        server.wait_dags({"ledger"})
        asking = threading.Thread(target=ask_for_runs, args=(server, stop), daemon=True)
        asking.start()
        done: Counter[str] = Counter()
        for _ in range(KILLS):
            time.sleep(rng.uniform(0.2, 1.2))  # the moment is the point of the test
            blow = rng.choice([kill_one_task, kill_one_task, kill_server, kill_tree, kill_parent_of_tasks])
            blow(server, rng)
            done[blow.__name__] += 1
            assert server.process is not None
            if server.process.poll() is not None:
                server.start()
        print(dict(done))
        asking.join(timeout=120)
        assert not asking.is_alive(), "not all runs could be asked for"
        wait_until_all_ended(server, 180)
    finally:
        stop.set()
        server.stop()

    check_books(tmp_path, ledger)


def check_books(home: Path, folder: Path) -> None:
    """Hold the database and the logs against what the tasks wrote down themselves."""
    entries = [line.split(" ") for line in (folder / "ledger").read_text().splitlines()]
    assert not [e for e in entries if e[0] == "TWO-OWNERS"], "two processes ran the same instance at once"

    database = sqlite3.connect(home / "home" / "tradewind.db")
    runs = dict(database.execute("SELECT state, count(*) FROM dag_run GROUP BY state"))
    assert sum(runs.values()) == RUNS
    assert set(runs) <= {"success", "failed"}
    unfinished = database.execute(
        "SELECT count(*) FROM task_instance WHERE state IS NULL OR state NOT IN"
        " ('success', 'failed', 'upstream_failed', 'skipped')"
    ).fetchone()[0]
    assert unfinished == 0
    twice = database.execute(
        "SELECT run_uid, task_id, count(*) FROM attempt WHERE outcome = 'success'"
        " GROUP BY run_uid, task_id, map_index HAVING count(*) > 1"
    ).fetchall()
    assert twice == [], "a success was recorded twice"
    open_attempts = database.execute("SELECT count(*) FROM attempt WHERE ended_at IS NULL").fetchone()[0]
    assert open_attempts == 0, "an attempt never ended"
    database.close()

    succeeded = {(e[1], e[2]) for e in entries if e[0] == "DONE"}
    assert len(succeeded) >= 3 * runs.get("success", 0)
    missing = []
    for _, run_id, name, attempt, line in (e for e in entries if e[0] == "LOGGED"):
        log = (
            home / "home" / "logs" / "dag_id=ledger" / f"run_id={run_id}" / f"task_id={name}" / f"attempt={attempt}.log"
        )
        if not log.exists() or not re.search(re.escape(line), log.read_text(errors="replace")):
            missing.append(line)
    assert missing == [], f"{len(missing)} log lines written before a kill are gone"


def test_nothing_is_left_running_when_the_server_is_killed(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    server = Server(tmp_path / "home", HERE / "dags", env={"LEDGER": str(ledger)})
    server.start()
    server.wait_dags({"ledger"})
    server.trigger("ledger")
    end = time.monotonic() + 60
    while not descendants(server) and time.monotonic() < end:
        time.sleep(0.01)
    below = descendants(server)
    assert below
    assert server.process is not None
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.log.close()
    gone, alive = psutil.wait_procs(below, timeout=60)
    assert alive == []
    assert len(gone) == len(below)

"""`tradewind backfill` beside a running server: planned, run to its end, paused, cancelled; and across a kill."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from support import warm
from support.server import Server

DAGS = '''"""DAGs of this test."""
from datetime import datetime
from tradewind import DAG, task

for name in ("daily", "resting"):
    with DAG(name, start_date=datetime(2024, 1, 1), schedule="0 0 * * *", is_paused_upon_creation=name == "resting",
             max_active_runs=1):
        @task(isolation="reuse")
        def day(ds=None):
            return ds
        day()
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "dags").mkdir()
    (folder / "dags" / "daily.py").write_text(DAGS)
    with Server(folder / "home", folder / "dags") as running:
        running.wait_dags({"daily", "resting"})
        yield running


@pytest.fixture
def tradewind(server):
    """Run a command in a process of its own, as a person does."""

    def run(*words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = warm.run([sys.executable, "-m", "tradewind", *words], env=server.env, capture_output=True, text=True)
        assert done.returncode == expect, done
        return done

    return run


DATES = ("--dag-id", "daily", "--from-date", "2024-02-01", "--to-date", "2024-02-10")


def test_a_backfill_is_planned_run_watched_and_run_again(tradewind) -> None:
    plan = tradewind("backfill", "create", *DATES, "--dry-run", "-o", "json")
    assert [run["action"] for run in json.loads(plan.stdout)] == ["create"] * 10
    assert "10 runs to make, 0 to run again, 0 to leave alone; 10 task instances" in plan.stderr
    done = tradewind("backfill", "create", *DATES, "--max-active-runs", "3", "--follow", "-o", "json")
    number = json.loads(done.stdout)[0]["id"]
    assert "10 of 10 done (completed): 10 success" in done.stderr
    shown = json.loads(tradewind("backfill", "show", str(number), "-o", "json").stdout)
    assert (shown["state"], shown["total"], shown["runs"]) == ("completed", 10, {"success": 10})
    again = tradewind("backfill", "create", *DATES, "--reprocess-behavior", "completed", "--run-backwards", "--follow")
    assert "10 of 10 done (completed): 10 success" in again.stderr
    assert "about" in tradewind("backfill", "create", *DATES, "--dry-run").stderr
    listed = json.loads(tradewind("backfill", "list", "daily", "-o", "json").stdout)
    assert [one["id"] for one in listed] == [number + 1, number]


MORE = ("--dag-id", "resting", "--from-date", "2023-01-01", "--to-date", "2023-12-31")


def test_a_backfill_is_paused_resumed_and_cancelled(tradewind) -> None:
    made = tradewind("backfill", "create", *MORE, "-o", "json")  # fmt: skip
    assert "resting is paused" in made.stderr
    number = str(json.loads(made.stdout)[0]["id"])
    assert "already a running backfill" in tradewind("backfill", "create", *MORE, expect=4).stderr
    assert json.loads(tradewind("backfill", "pause", number, "-o", "json").stdout)[0]["is_paused"]
    assert not json.loads(tradewind("backfill", "unpause", number, "-o", "json").stdout)[0]["is_paused"]
    assert json.loads(tradewind("backfill", "cancel", number, "-o", "json").stdout)[0]["completed_at"]
    assert "already completed" in tradewind("backfill", "cancel", number, expect=4).stderr
    assert "not found" in tradewind("backfill", "show", "999", expect=3).stderr

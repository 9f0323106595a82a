"""DAG files that can't be imported: the attempt fails with the reason, in its report and in its log."""

from __future__ import annotations

import pytest

from support.local_executor import WAIT_S, Harness, wait_until
from tradewind.executors.base import NotStarted

GOOD = "def noop(work, api): pass\n"
THREADS = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n" + GOOD


def bad(tmp_path, code: str, isolation: str = "fork", **more):
    harness = Harness(tmp_path, GOOD, **more)
    (tmp_path / "bad.py").write_text(code)
    try:
        end = harness.run("a", "noop", isolation, file="bad.py")
        assert harness.run("b", "noop", isolation).outcome == "success", "the good file is not hurt"
        return end, harness.log("a")
    finally:
        harness.executor.stop(0)


@pytest.mark.parametrize("isolation", ["fork", "reuse", "spawn"])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def noop(work, api: pass\n", "SyntaxError"),
        ("import no_such_module_here\n", "ModuleNotFoundError: No module named 'no_such_module_here'"),
        ("raise SystemExit('not today')\n", "SystemExit: not today"),
        ("def f(): f()\nf()\n", "RecursionError"),
        ("import time\nwhile True: time.sleep(1)\n", "importing bad.py took more than 1 s"),
        ("while True:\n    try:\n        while True: pass\n    except Exception: pass\n", "importing bad.py took more"),
    ],
)
def test_a_file_that_can_not_be_imported_fails_the_attempt_with_its_traceback(tmp_path, code, reason, isolation):
    # Only what has no end is to run into the limit.
    end, log = bad(tmp_path, code, isolation, import_timeout_s=1.0 if "took more" in reason else WAIT_S)
    assert end.outcome == "failed"
    assert reason in end.reason
    assert "bad.py" in end.error
    assert reason in "".join(line.fields.get("exception", "") for line in log)


def test_a_file_whose_import_ends_the_process_fails_the_attempt(tmp_path):
    end, _ = bad(tmp_path, "import os\nos._exit(9)\n")
    assert end.outcome == "failed"
    assert "exit code 9" in end.reason


def test_a_file_whose_import_crashes_in_native_code_fails_the_attempt(tmp_path):
    end, _ = bad(tmp_path, "import ctypes\nctypes.string_at(0)\n")
    assert "signal 11 (SIGSEGV)" in end.reason


def test_an_import_that_can_not_be_interrupted_is_killed_from_outside(tmp_path, monkeypatch):
    monkeypatch.setattr("tradewind.executors.local_fleet.SLACK_S", 1.0)
    code = "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\ntime.sleep(600)\n"
    end, _ = bad(tmp_path, code, import_timeout_s=1.5)
    assert end.outcome == "failed"
    assert "could not be interrupted" in end.reason


def test_a_file_that_is_repaired_runs_again(tmp_path):
    harness = Harness(tmp_path, "raise RuntimeError('broken')\n")
    assert harness.run("a", "noop").outcome == "failed"
    (tmp_path / "file.py").write_text(GOOD)
    assert harness.run("b", "noop").outcome == "success"
    harness.executor.stop(0)


def test_a_file_that_starts_threads_is_run_in_fresh_processes_by_itself(tmp_path):
    harness = Harness(
        tmp_path, THREADS + "import os\npid = os.getpid()\ndef same(work, api): assert os.getpid() == pid\n"
    )
    for number in range(3):
        assert harness.run(f"a{number}", "same", "fork").outcome == "success"
    file = next(iter(harness.executor._fleet.files.values()))
    names, has_spare = file.native_threads, file.spare_fresh is not None
    harness.executor.stop(0)
    assert names
    assert has_spare, "the next process has imported the file already"
    assert len({fact.pid for fact in harness.facts if hasattr(fact, "pid")}) == 3


def test_when_worker_processes_can_not_be_started_work_is_refused_and_later_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr("tradewind.executors.local_fleet.NEW_TRY_S", 1.0)
    (tmp_path / "needed.py").write_text("raise ImportError('not installed yet')\n")
    harness = Harness(tmp_path, GOOD, preload=["support.worker_entries", "needed"], python_path=str(tmp_path))
    end = harness.run("a", "noop")
    assert isinstance(end, NotStarted)
    assert "can't be started" in end.reason
    (tmp_path / "needed.py").write_text("")
    wait_until(lambda: harness.executor._fleet._false_starts < 3, "the next try")
    assert harness.run("b", "noop").outcome == "success"
    harness.executor.stop(0)

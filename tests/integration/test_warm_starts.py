"""A program that starts warm behaves as one that starts cold does: words, streams, environment, exit code, signals, death."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from support import warm

TESTS = Path(__file__).parents[1]
LOOK = """
import json, os, sys, time
print(json.dumps({
    "words": sys.argv, "name": __name__, "first": sys.path[0], "on path": "/some/where" in sys.path, "folder": os.getcwd(),
    "environment": dict(os.environ), "read": sys.stdin.read(), "zone": time.strftime("%H:%M", time.localtime(0)),
    "leads": [os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid()], "open": sorted(os.listdir("/proc/self/fd"))[:4],
    "main": sys.modules["__main__"].__dict__ is globals(), "streams": [sys.stdout.encoding, sys.stderr.errors],
}))
print("on the other", file=sys.stderr)
sys.exit(3)
"""
WAIT = "import time\nprint('here', flush=True)\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    raise SystemExit(7)\n"
STARTS = """
import subprocess, sys, time
from support import warm
print(warm.Popen([sys.executable, sys.argv[1]], stdout=subprocess.DEVNULL).pid, flush=True)  # what it says might come first
time.sleep(60)
"""
Start = Callable[..., Any]


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that waits, and says so."""
    file = tmp_path / "wait.py"
    file.write_text(WAIT)
    with warm.Popen([sys.executable, file], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"here\n"
        yield process
        process.kill()


@pytest.mark.parametrize("as_module", [False, True])
@pytest.mark.parametrize("session", [False, True])
def test_a_program_finds_the_same_warm_and_cold(tmp_path: Path, as_module: bool, session: bool) -> None:
    (tmp_path / "look.py").write_text(LOOK)
    words = ["-m", "look"] if as_module else [str(tmp_path / "look.py")]
    environment = {"PATH": "/bin", "A": "é", "TZ": "Asia/Tokyo", "PYTHONPATH": "/some/where", "LANG": "C.UTF-8"}

    def seen(run: Start) -> tuple[dict[str, Any], str, int]:
        done = run(
            [sys.executable, *words, "one", "two words"], cwd=tmp_path, env=environment, input="typed", text=True,
            capture_output=True, start_new_session=session, timeout=60,
        )  # fmt: skip
        return json.loads(done.stdout), done.stderr, done.returncode

    assert seen(warm.run) == seen(subprocess.run)


def test_the_environment_of_who_starts_is_the_program_s_where_no_other_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "look.py").write_text(LOOK)
    monkeypatch.setenv("NAME_OF_THIS_TEST", "é")
    monkeypatch.chdir(tmp_path)
    done = warm.run([sys.executable, "look.py"], capture_output=True, input=b"")
    found = json.loads(done.stdout)
    assert found["environment"]["NAME_OF_THIS_TEST"] == "é"
    assert found["folder"] == str(tmp_path)


@pytest.mark.parametrize(
    ("code", "exit_code", "told"),
    [
        ("raise SystemExit", 0, ""),
        ("raise SystemExit('no')", 1, "no\n"),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("import os; os.abort()", -signal.SIGABRT, ""),
        ("import warnings; warnings.warn('careful')", 0, "UserWarning: careful"),
        ("import atexit; atexit.register(print, 'at the end')", 0, ""),
        ("import threading; threading.Timer(0.05, print, ['later']).start()", 0, ""),
    ],
)
def test_a_program_ends_as_it_would_cold(tmp_path: Path, code: str, exit_code: int, told: str) -> None:
    (tmp_path / "end.py").write_text(code)
    words = [sys.executable, tmp_path / "end.py"]
    ends = [run(words, capture_output=True, text=True) for run in (warm.run, subprocess.run)]
    assert [(end.returncode, end.stdout) for end in ends] == [(exit_code, ends[1].stdout)] * 2
    assert all(told in end.stderr for end in ends)


@pytest.mark.parametrize(
    ("asked", "exit_code", "told"), [("ignore", 0, ""), ("ignore,error::UserWarning", 1, "careful")]
)
def test_warnings_are_as_the_environment_says(tmp_path: Path, asked: str, exit_code: int, told: str) -> None:
    (tmp_path / "warn.py").write_text("import warnings; warnings.warn('careful')")
    env = os.environ | {"PYTHONWARNINGS": asked}
    for run in (warm.run, subprocess.run):
        done = run([sys.executable, tmp_path / "warn.py"], capture_output=True, text=True, env=env)
        assert done.returncode == exit_code
        assert told in done.stderr if told else not done.stderr


def test_a_program_is_ended_by_signals(waiting: subprocess.Popen[bytes]) -> None:
    assert waiting.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(0.01)
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(60) == 7


def test_a_program_can_be_killed(waiting: subprocess.Popen[bytes]) -> None:
    os.kill(waiting.pid, signal.SIGKILL)
    assert waiting.wait(60) == -signal.SIGKILL
    assert not Path(f"/proc/{waiting.pid}").exists()


def test_nothing_outlives_who_started_it(tmp_path: Path) -> None:
    (tmp_path / "wait.py").write_text(WAIT)
    command = [sys.executable, "-c", STARTS, str(tmp_path / "wait.py")]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        started = os.pidfd_open(int(owner.stdout.readline()))
        owner.kill()
    assert select.select([started], [], [], 60)[0], "it still runs"
    os.close(started)


@pytest.mark.parametrize(("words", "exit_code"), [("version", 0), ("no-such-command", 2)])
def test_a_shell_starts_the_command_line_warm(tmp_path: Path, words: str, exit_code: int) -> None:
    env = os.environ | {"PATH": f"{warm.bin_folder()}{os.pathsep}{os.environ['PATH']}"}
    text = f"echo typed | tradewind {words}; echo $?"
    done = subprocess.run(["bash", "-c", text], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stdout.endswith(f"{exit_code}\n")
    assert ("No such command" in done.stderr) == (exit_code == 2)


def test_a_signal_for_the_shell_s_program_reaches_the_command_line(tmp_path: Path) -> None:
    env = os.environ | {"TRADEWIND_HOME": str(tmp_path / "home"), "TRADEWIND__API__PORT": "0"}
    command = [f"{warm.bin_folder()}/tradewind", "standalone"]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        while "server.ready" not in (line := server.stderr.readline()):
            assert line, "it ended"
        told = json.loads((tmp_path / "home" / "server.json").read_text())
        pid = told["pid"]
        assert pid != server.pid
        retries = urllib3.Retry(connect=100, backoff_factor=0.01)
        assert urllib3.request("GET", f"{told['url']}/api/v2/monitor/health", retries=retries).status == 200
        server.terminate()
        assert server.wait(60) == 0
        server.stderr.read()
    assert not Path(f"/proc/{pid}").exists()


def test_one_that_ended_is_replaced_and_why_it_ended_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "ENDED", tmp_path / "kept" / "ended.txt")
    first, folder = warm._warm_process().process, Path(warm.bin_folder()).parent
    first.kill()
    first.wait()
    done = warm.run([sys.executable, "-m", "tradewind", "version"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "kept" / "ended.txt").read_text() == "-9: \n"
    assert warm._warm_process().process.pid != first.pid
    assert not folder.exists(), "it could not clear up behind itself"

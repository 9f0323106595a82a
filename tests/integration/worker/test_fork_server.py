"""Functions called in forked children: values, failures, crashes, time-outs, several at once."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.local_executor import TESTS, is_alive, wait_until
from tradewind.worker.fork_server import CallFailed, ForkServer
from tradewind.worker.process_tree import children

HERE = "support.called"


@pytest.fixture(scope="module")
def server():
    one = ForkServer([HERE], {**os.environ, "PYTHONPATH": str(TESTS)})
    yield one
    one.close()


def test_a_call_returns_what_the_function_returns(server: ForkServer):
    assert server.call(f"{HERE}:echo", b"hello", 10) == b"hello"


def test_large_values_go_both_ways(server: ForkServer):
    data = os.urandom(20_000_000)
    assert server.call(f"{HERE}:echo", data, 30) == data


def test_a_failure_comes_back_with_its_traceback(server: ForkServer):
    with pytest.raises(CallFailed, match="ValueError: no good") as caught:
        server.call(f"{HERE}:fail", b"no good", 10)
    assert "in fail" in caught.value.traceback


def test_a_process_that_dies_says_how(server: ForkServer):
    with pytest.raises(CallFailed, match=r"signal 11 \(SIGSEGV\)"):
        server.call(f"{HERE}:die", str(int(signal.SIGSEGV)).encode(), 10)
    with pytest.raises(CallFailed, match="exit code 5"):
        server.call(f"{HERE}:leave", b"5", 10)


def test_a_call_that_takes_too_long_is_ended_with_all_that_it_started(server: ForkServer, tmp_path):
    with pytest.raises(CallFailed, match=r"more than 0\.5 s") as caught:
        server.call(f"{HERE}:hang_with_child", str(tmp_path / "pids").encode(), 0.5)
    assert caught.value.is_timeout
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    wait_until(lambda: not any(map(is_alive, pids)), "the processes to be ended")


def test_calls_run_at_the_same_time(server: ForkServer):
    server.call(f"{HERE}:echo", b"warm", 10)
    before = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: server.call(f"{HERE}:nap", str(n).encode(), 10), range(8)))
    assert answers == [str(n).encode() for n in range(8)]
    assert time.monotonic() - before < 8 * 0.4


def test_a_zygote_that_was_killed_is_replaced():
    server = ForkServer([HERE], {**os.environ, "PYTHONPATH": str(TESTS)})
    assert server.call(f"{HERE}:echo", b"1", 10) == b"1"
    first = server._popen
    first.kill()
    first.wait()
    assert server.call(f"{HERE}:echo", b"2", 10) == b"2"
    pid = server._popen.pid
    server.close()
    assert not is_alive(pid)
    assert pid not in children(os.getpid())

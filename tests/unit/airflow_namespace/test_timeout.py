"""Limits of blocks of code, one in another."""

from __future__ import annotations

import signal
import time

import pytest
from airflow.sdk.execution_time.timeout import timeout

from tradewind.sdk.exceptions import AirflowTaskTimeout
from tradewind.worker.deadline import deadline

LONG_S = 60.0


def work() -> None:
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        time.sleep(0.01)


def test_a_block_that_takes_too_long_is_left():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(AirflowTaskTimeout, match="too slow"), timeout(0.05, "too slow"):
        work()
    assert signal.getsignal(signal.SIGALRM) == before


def test_the_limit_of_the_task_goes_on_after_a_block_with_one_of_its_own():
    with pytest.raises(AirflowTaskTimeout, match="execution_timeout of"), deadline(1.5, lambda: None):
        with timeout(0.75):
            pass
        work()


def test_the_limit_of_the_task_comes_first_where_it_is_the_shorter():
    late = pytest.raises(AirflowTaskTimeout, match="execution_timeout of")
    with late, deadline(0.1, lambda: None), timeout(LONG_S, "of the block"):
        work()


def test_what_is_left_by_its_own_limit_has_not_used_up_that_of_the_task():
    with deadline(LONG_S, lambda: None):
        with pytest.raises(AirflowTaskTimeout, match="of the block"), timeout(0.05, "of the block"):
            work()
        assert LONG_S / 2 < signal.getitimer(signal.ITIMER_REAL)[0] < LONG_S

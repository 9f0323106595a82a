"""A full disk under the log folder: the task goes on, its report arrives, and the loss is told in words."""

from __future__ import annotations

import logging
import os
import subprocess

import pytest

from support.local_executor import Harness, wait_until
from tradewind.executors.base import Lost

CODE = """
import os, sys
def chatty(work, api):
    for _ in range(3000):
        print("x" * 1000)
    assert sys.stdout.fileno() == 1
def chatty_and_gone(work, api):
    chatty(work, api)
    os._exit(1)
"""


@pytest.fixture
def small_disk(tmp_path):
    """A file system with room for one megabyte."""
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]).returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_task_whose_log_finds_no_room_succeeds_and_the_server_says_what_was_lost(small_disk, caplog):
    harness = Harness(small_disk, CODE)
    with caplog.at_level(logging.ERROR):
        assert harness.run("a", "chatty").outcome == "success"
        wait_until(lambda: not harness.is_known("a"), "the process to be gone")
    harness.executor.stop(0)
    told = [record.getMessage() for record in caplog.records if "can't be written" in record.getMessage()]
    assert len(told) == 2, "once at the first line, once with the count at the end"
    assert "No space left on device" in told[1]
    assert 1900 < int(told[1].split("(")[1].split()[0]) < 3000
    assert len(harness.log("a")) > 500


def test_a_task_that_is_lost_on_a_full_disk_has_that_in_its_reason(small_disk):
    harness = Harness(small_disk, CODE)
    end = harness.run("a", "chatty_and_gone")
    harness.executor.stop(0)
    assert isinstance(end, Lost)
    assert "exit code 1" in end.reason
    assert "No space left on device" in end.reason

"""SIGKILL at random moments, of anything below the server: every attempt is concluded once, and nothing lives on."""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

import pytest

from support.local_executor import Harness, is_alive, wait_until
from tradewind.executors.base import Lost, NotStarted
from tradewind.protocol.messages import Ended, Started
from tradewind.worker.process_tree import descendants, mark_of

CODE = """
import subprocess, time
def short(work, api):
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    print("working")
    time.sleep(0.02)
    child.kill()
    child.wait()
"""
ATTEMPTS = 120


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_attempt_is_concluded_once_and_nothing_lives_on(tmp_path, seed):
    dice = random.Random(seed)
    others = set(descendants(os.getpid()))  # those of other tests
    harness = Harness(tmp_path, CODE)
    pause = threading.Event()
    seen: set[int] = set()
    kills = 0
    for number in range(ATTEMPTS):
        harness.submit(f"a{number}", "short", dice.choice(["fork", "fork", "reuse", "reuse", "spawn"]))
        pause.wait(dice.random() * 0.02)
        if number % 6 == 5:
            zygotes = {zygote.pid for zygote in harness.executor._fleet.zygotes} - {0}  # 0: it has not said yet
            below = [pid for pid in descendants(os.getpid()) if pid not in others]
            seen.update(below)
            targets = [pid for pid in below if pid not in zygotes] if dice.random() < 0.7 else list(zygotes)
            if targets:
                kills += 1
                try:
                    os.kill(dice.choice(targets), signal.SIGKILL)
                except ProcessLookupError:
                    kills -= 1
    for number in range(ATTEMPTS):
        harness.end(f"a{number}")
    harness.executor.stop(0)
    for number in range(ATTEMPTS):
        kinds = [type(fact) for fact in harness.of(f"a{number}")]
        assert kinds in ([Started, Ended], [Started, Lost], [Lost], [NotStarted]), (number, kinds)
    good = [fact for fact in harness.facts if isinstance(fact, Ended) and fact.outcome == "success"]
    assert kills > 5
    assert len(good) > 10
    # What was killed is there until the kernel has time for its end.
    wait_until(lambda: not [pid for pid in seen if is_alive(pid)], "the end of what was below the server")
    wait_until(lambda: not _marked(harness.token), "the end of what the attempts started")


def _marked(token: str) -> list[tuple[int, str]]:
    """Processes of attempts of this test, with their marks."""
    marks = [(int(path.name), mark_of(int(path.name))) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [(pid, mark) for pid, mark in marks if mark.endswith(token)]

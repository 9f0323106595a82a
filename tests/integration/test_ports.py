"""The ports that servers of tests are given: each process has its own, and none is given that somebody listens on."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from pathlib import Path

from support.ports import BLOCK, FIRST, LAST, free_port

TESTS = Path(__file__).parents[1]


def test_no_other_process_is_given_a_port_of_this_one() -> None:
    ours = {free_port() for _ in range(BLOCK)}
    code = f"from support.ports import free_port; print([free_port() for _ in range({BLOCK})])"
    told = subprocess.run([sys.executable, "-c", code], cwd=TESTS, capture_output=True, text=True, check=True)
    theirs = set(ast.literal_eval(told.stdout))
    assert ours.isdisjoint(theirs)
    assert all(FIRST <= port < LAST for port in ours | theirs)


def test_a_port_that_somebody_listens_on_is_not_given() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as listening:
        taken = listening.getsockname()[1]
        assert taken not in {free_port() for _ in range(2 * BLOCK)}

"""The page about following: its commands exist with their options, its events are as described, its program runs."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from support.server import Server
from tradewind.api.models.events import StreamEvent
from tradewind.cli.main import cli
from tradewind.db.change_log import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "follow-live.md").read_text(encoding="utf-8")
DAG = '''"""A DAG of this test."""
from tradewind import DAG, task

with DAG("etl", schedule=None, is_paused_upon_creation=False):
    @task
    def load():
        return 1
    load()
'''


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines()])
def test_a_command_of_the_page_is_one(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, line
        command = found
    command.make_context("it", list(words), resilient_parsing=False)


def test_the_events_of_the_page_are_as_described() -> None:
    shown = [json.loads(data) for data in re.findall(r"^data: (.*)$", PAGE, re.MULTILINE)]
    assert len(shown) == 2
    for data in shown:
        StreamEvent.model_validate(data)
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(KINDS)


def test_the_program_of_the_page_hears_a_run(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "etl.py").write_text(DAG)
    [program] = blocks("python")
    with Server(tmp_path / "home", tmp_path / "dags") as server:
        server.wait_dags({"etl"})
        given = f"URL, TOKEN = {server.url!r}, {server.token!r}\n"
        command = [sys.executable, "-u", "-c", given + program]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            assert "start" in running.stdout.readline()
            run = server.trigger("etl")
            heard = running.stdout.read().splitlines()
    assert running.returncode == 0
    assert "'new_state': 'success'" in heard[-1]
    assert run in heard[-1]

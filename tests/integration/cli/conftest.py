"""The command line on a home of its own, without a server."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from support import warm
from support.command_line import CommandLine

DAG_FILE = '''"""A DAG for tests of the command line."""
from datetime import datetime, timedelta
from tradewind import DAG, Param, task
from tradewind.providers.standard.operators.bash import BashOperator

with DAG("orders", start_date=datetime(2026, 1, 1), schedule="0 9 * * *", params={"rows": Param(3, type="integer")},
         tags=["shop"], is_paused_upon_creation=True):
    @task
    def extract(params=None):
        print("extracting")
        return list(range(params["rows"]))

    @task
    def double(value):
        return value * 2

    done = BashOperator(task_id="done", bash_command="echo {{ ds }}")
    double.expand(value=extract()) >> done

with DAG("by_hand", schedule=None):
    @task
    def divide(params=None):
        return 1 / params.get("by", 0)
    divide()
'''


@pytest.fixture
def tradewind(tmp_path, capsys, monkeypatch) -> CommandLine:
    """Call it with the words of a command."""
    return CommandLine(tmp_path, capsys, monkeypatch)


@pytest.fixture(scope="session")
def read_home(tmp_path_factory) -> Path:
    """A home and a folder of DAGs that have been read, to be copied: reading takes a second."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "dags").mkdir()
    (folder / "dags" / "orders.py").write_text(DAG_FILE)
    environ = os.environ | {
        "TRADEWIND_HOME": str(folder / "home"),
        "TRADEWIND__PARSING__DAGS_FOLDER": str(folder / "dags"),
    }
    warm.run([sys.executable, "-m", "tradewind", "dags", "reserialize"], env=environ, check=True, capture_output=True)
    return folder


@pytest.fixture
def with_dags(tradewind, read_home) -> CommandLine:
    """The same, with two DAGs that have been read."""
    for name in ("home", "dags"):
        shutil.copytree(read_home / name, tradewind.home.parent / name, dirs_exist_ok=True)
    return tradewind

"""The page "Moving from Airflow" is run from top to bottom, on a home of Airflow 2 as it describes one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from support import warm
from support.pages import Block, blocks_of, shows
from support.server import free_port

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "moving-from-airflow.md"
ORDERS = dedent("""\
    from datetime import datetime

    from airflow import DAG
    from airflow.models import Variable
    from airflow.operators.bash import BashOperator
    from airflow.operators.python import PythonOperator

    with DAG("orders", schedule_interval="0 6 * * *", start_date=datetime(2026, 1, 1), catchup=False):
        extract = BashOperator(task_id="extract", bash_command="echo {{ execution_date }} {{ conn.warehouse.host }}")
        load = PythonOperator(task_id="load", python_callable=lambda ds: f"{ds} {Variable.get('region')}")
        extract >> load
    """)


class Walk:
    """Somebody at a terminal who follows the page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        clean = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
        clean.pop("PYTHONDONTWRITEBYTECODE", None)
        path = os.pathsep.join([warm.bin_folder(), str(Path(sys.executable).parent), clean["PATH"]])
        self.env = {**clean, "HOME": str(folder), "PATH": path}
        self.server: subprocess.Popen[bytes] | None = None

    def follow(self, block: Block) -> None:
        """Run a block; fails where a command fails, or the page shows what is not printed."""
        text = block.text.replace("8081", str(self.port))
        if text.rstrip().endswith("&"):
            self._serve(text.rstrip().removesuffix("&"))
            return
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=90,
            check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"line {block.line}: {text}\n{run.stdout}\n{run.stderr}"
        for line in block.shown:
            assert shows(run.stdout, line), f"line {block.line}: {line!r} is not in\n{run.stdout}"

    def _serve(self, command: str) -> None:
        with (self.folder / "server.log").open("wb") as log:
            self.server = subprocess.Popen(
                ["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.env, stdout=log, stderr=subprocess.STDOUT
            )
        until = time.monotonic() + 60
        while time.monotonic() < until and not self._has_read():
            assert self.server.poll() is None, (self.folder / "server.log").read_text()
            time.sleep(0.1)

    def _has_read(self) -> bool:
        """Whether the server answers and has read the folder."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/api/v2/monitor/health", timeout=5) as reply:
                if json.load(reply)["scheduler"]["status"] != "healthy":
                    return False
        except (URLError, OSError, ValueError):
            return False
        listed = subprocess.run(
            ["tradewind", "dags", "list", "-o", "json"], env=self.env, capture_output=True, text=True, check=False
        )
        return "orders" in listed.stdout

    def end(self) -> None:
        """Stop the server."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(30)


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    """A home directory with an Airflow 2 in it, and what it exports."""
    (tmp_path / "airflow" / "dags").mkdir(parents=True)
    (tmp_path / "airflow" / "dags" / "orders.py").write_text(ORDERS)
    (tmp_path / "airflow" / "airflow.cfg").write_text("[core]\nparallelism = 8\nexecutor = LocalExecutor\n")
    (tmp_path / "connections.json").write_text(
        json.dumps({"warehouse": {"conn_type": "postgres", "host": "db", "password": "p"}, "api": "http://api.example"})
    )
    (tmp_path / "variables.json").write_text('{"region": "north"}')
    (tmp_path / "pools.json").write_text(
        '{"default_pool": {"slots": 128, "description": ""}, "db": {"slots": 2, "description": ""}}'
    )
    walk = Walk(tmp_path)
    yield walk
    walk.end()


@pytest.mark.slow
def test_the_page_can_be_followed_from_top_to_bottom(walk: Walk) -> None:
    blocks = blocks_of(PAGE)
    for block in blocks:
        if not block.reason:
            walk.follow(block)
    assert len([block for block in blocks if not block.reason]) >= 8


def test_what_is_not_run_says_why() -> None:
    content = PAGE.read_text(encoding="utf-8")
    assert all(
        block.reason for block in blocks_of(PAGE) if re.search(r"^(airflow|pip|python3)", block.text, re.MULTILINE)
    )
    assert content.count("<!-- not run:") == sum(bool(block.reason) for block in blocks_of(PAGE))

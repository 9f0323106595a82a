"""The page "Say who may do what" is followed from top to bottom, and its table of roles is what the roles allow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import warm
from support.pages import blocks_of, shows
from tradewind.base.policy import BELOW_A_DAG, BUILT_IN, RESOURCES

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "permissions.md"


@pytest.mark.slow
def test_the_page_can_be_followed_from_top_to_bottom(tmp_path: Path) -> None:
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
    path = os.pathsep.join([warm.bin_folder(), str(Path(sys.executable).parent), clean["PATH"]])
    env = {**clean, "HOME": str(tmp_path), "PATH": path, "COLUMNS": "300"}
    blocks = [block for block in blocks_of(PAGE) if not block.reason]
    for block in blocks:
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text], cwd=tmp_path, env=env, capture_output=True, text=True,
            timeout=90, check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"line {block.line}: {block.text}\n{run.stdout}\n{run.stderr}"
        for line in block.shown:
            assert shows(run.stdout, line), f"line {block.line}: {line!r} is not in\n{run.stdout}"
    assert len(blocks) == 3


def test_the_table_of_roles_tells_what_they_allow() -> None:
    rows = re.findall(r"^\| (Viewer|User|Op|Admin) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = dict(rows)
    words = {"backfills": "backfill", "DAGs": "dag", "runs": "dag_run", "task instances": "task_instance",
             "XComs": "xcom", "assets": "asset", "connections": "connection", "pools": "pool",
             "variables": "variable"}  # fmt: skip
    for name, before in (("User", "Viewer"), ("Op", "User")):
        more = {str(grant) for grant in BUILT_IN[name]} - {str(grant) for grant in BUILT_IN[before]} - {"read:audit"}
        assert more == {f"*:{resource}" for word, resource in words.items() if re.search(rf"\b{word}\b", told[name])}
    read = {grant.resource for grant in BUILT_IN["Viewer"]}
    assert read - BELOW_A_DAG - {"token"} == {"asset", "config", "job", "plugin", "pool", "provider"}
    assert told["Viewer"].startswith(
        "read everything about DAGs, and assets, pools, jobs, plugins, providers and settings"
    )
    assert [str(grant) for grant in BUILT_IN["Admin"]] == ["*:*"]


def test_the_resources_of_the_page_are_some() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for action, resource in re.findall(r"[`\"](read|create|edit|delete|\*):(\w+)", text):
        assert resource in RESOURCES, f"{action}:{resource}"

"""The pages on secrets and on the audit log are followed from top to bottom, at a terminal without a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import warm
from support.pages import blocks_of, shows

PAGES = Path(__file__).parents[2] / "docs" / "howto"


@pytest.mark.slow
@pytest.mark.parametrize("page", ["secrets.md", "audit.md"])
def test_the_page_can_be_followed_from_top_to_bottom(tmp_path: Path, page: str) -> None:
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
    path = os.pathsep.join([warm.bin_folder(), str(Path(sys.executable).parent), clean["PATH"]])
    env = {**clean, "HOME": str(tmp_path), "PATH": path, "COLUMNS": "300"}
    blocks = [block for block in blocks_of(PAGES / page) if not block.reason]
    assert blocks
    for block in blocks:
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text], cwd=tmp_path, env=env, capture_output=True, text=True,
            timeout=90, check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"line {block.line}: {block.text}\n{run.stdout}\n{run.stderr}"
        for line in block.shown:
            assert shows(run.stdout, line), f"line {block.line}: {line!r} is not in\n{run.stdout}"

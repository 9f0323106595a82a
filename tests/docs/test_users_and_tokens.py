"""The page "Users and tokens" is followed from top to bottom, at a terminal without a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import warm
from support.pages import blocks_of, shows
from tradewind.base.auth_settings import AuthSettings

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "users-and-tokens.md"


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
    assert len(blocks) == 5
    assert (tmp_path / "token.txt").read_text().count(".") == 2


def test_the_figures_of_the_page_are_those_of_the_settings() -> None:
    settings = AuthSettings()
    assert (settings.session_idle_s, settings.session_ttl_s) == (12 * 3600, 7 * 86_400)
    assert (settings.user_failures, settings.address_failures) == (5, 30)
    assert (settings.lock_s, settings.longest_lock_s) == (30.0, 15 * 60.0)
    assert (settings.token_ttl_s, settings.cli_token_ttl_s) == (86_400, 3600)

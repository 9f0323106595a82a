"""The pages "Serve safely" and "Sign in with OpenID Connect": settings load, commands run, figures are those of the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import warm
from support.api import Api
from support.databases import sqlite_database
from support.pages import blocks_of, shows
from tradewind.api.auth.oidc.flow import LIFE_S
from tradewind.api.auth.oidc.provider import KEYS_S
from tradewind.api.front import LONGEST_URL
from tradewind.base.api_settings import ApiSettings
from tradewind.base.oidc_settings import OidcSettings
from tradewind.base.settings import Settings, load_settings
from tradewind.cli.web_server import check_reach

FOLDER = Path(__file__).parents[2] / "docs" / "howto"
SERVE, OIDC = FOLDER / "serve-safely.md", FOLDER / "sign-in-with-oidc.md"


def loaded(page: Path, tmp_path: Path) -> list[Settings]:
    """The settings of each block, as they are read."""
    found = []
    for block in re.findall(r"^```toml\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
        (tmp_path / "tradewind.toml").write_text(block)
        found.append(load_settings({}, home=tmp_path))
    return found


def test_a_server_starts_with_the_settings_of_serve_safely(tmp_path: Path) -> None:
    found = loaded(SERVE, tmp_path)
    assert len(found) == 3
    for settings in found:
        check_reach(settings.api)
        with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, settings=settings) as api:
            host = {"host": "flow.example.com" if settings.api.base_url else "localhost"}
            assert api.get("/version", headers=host).status == 200
        (tmp_path / "tradewind.db").unlink(missing_ok=True)


def test_the_log_in_page_offers_the_provider_of_the_other_page(tmp_path: Path) -> None:
    [settings] = loaded(OIDC, tmp_path)
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, settings=settings) as api:
        assert "Log in with Example Ltd" in api.get("//auth/login", role=None).text


def test_the_settings_that_the_other_page_lists_are_there() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", OIDC.read_text(), re.MULTILINE))
    assert len(named) == 7
    assert named <= set(OidcSettings.__dataclass_fields__)


def test_the_commands_run(tmp_path: Path) -> None:
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
    path = os.pathsep.join([warm.bin_folder(), str(Path(sys.executable).parent), clean["PATH"]])
    env = {**clean, "HOME": str(tmp_path), "PATH": path, "COLUMNS": "300"}
    [block] = blocks_of(SERVE)
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text], cwd=tmp_path, env=env, capture_output=True, text=True,
        timeout=90, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert all(shows(run.stdout, line) for line in block.shown), run.stdout


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (SERVE, f"{ApiSettings().max_body_mb} MB"),
        (SERVE, f"{ApiSettings().max_header_kb} KB"),
        (SERVE, f"an address, {LONGEST_URL // 1024} KB"),
        (SERVE, f"a head, {ApiSettings().header_timeout_s:.0f} s"),
        (SERVE, f"a body, {ApiSettings().body_timeout_s:.0f} s"),
        (OIDC, f"for {LIFE_S // 60} minutes"),
        (OIDC, f"for {KEYS_S / 60:.0f} minutes more"),
        (OIDC, f"{OidcSettings().clock_skew_s:.0f} seconds"),
    ],
)
def test_the_figures_are_those_of_the_code(page: Path, words: str) -> None:
    assert words in page.read_text()

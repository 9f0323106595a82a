"""The wheel: it carries the pages, and who installs it needs no Node."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".uv/bin/uv"


@pytest.mark.registry
def test_the_wheel_carries_the_pages_and_their_server_finds_them(tmp_path: Path) -> None:
    assert (ROOT / "src/tradewind/api/static/index.html").is_file(), "the web UI is not built: make ui"
    env = os.environ | {"PATH": "/usr/bin:/bin"}
    build = [UV, "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", tmp_path / "dist", ROOT]
    subprocess.run(build, check=True, env=env, capture_output=True, text=True)
    [wheel] = (tmp_path / "dist").glob("tradewind-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "tradewind/api/static/index.html" in names
    assert any(name.startswith("tradewind/api/static/static/") and name.endswith(".js.br") for name in names)
    assert not any("node_modules" in name or name.startswith("ui/") for name in names)
    into = tmp_path / "installed"
    install = [UV, "pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target", into, wheel]
    subprocess.run(install, check=True, env=env, capture_output=True, text=True)
    script = "from tradewind.api.pages import BUILT; print(BUILT / 'index.html', (BUILT / 'index.html').is_file())"
    told = subprocess.run(
        [sys.executable, "-c", script], env=env | {"PYTHONPATH": str(into)}, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == [str(into / "tradewind/api/static/index.html"), "True"]

"""Puts the web UI into the wheel: builds it where a checkout has not got it yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebUi(BuildHookInterface[Any]):
    """Runs before a wheel or an sdist is made; a checkout that is installed to be edited builds by `make ui`."""

    PLUGIN_NAME = "web-ui"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is not there.

        Raises:
            RuntimeError: it can't be built here.
        """
        root = Path(self.root)
        if version == "editable" or (root / "src/tradewind/api/static/index.html").is_file():
            return
        if subprocess.run([sys.executable, str(root / "tools/ui.py"), "build"], check=False).returncode != 0:
            raise RuntimeError("the web UI could not be built; what went wrong stands above")

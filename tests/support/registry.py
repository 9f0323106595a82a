"""Whether a package registry can be reached, asked once: what needs one is skipped where there is none, with the reason."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

__all__ = ["no_answer"]

ASKED_FOR = "apache-airflow-providers-ftp"
TIMEOUT_S = 20


@cache
def no_answer(uv: str) -> str | None:
    """Why no registry answers to uv as it is configured here; None: one does.

    Args:
        uv: the program. It resolves one package, with nothing from its cache, and installs nothing.
    """
    command = [uv, "pip", "install", "--dry-run", "--no-deps", "--reinstall", "--no-cache", "--python", sys.executable]
    try:
        done = subprocess.run(
            [*command, ASKED_FOR],
            env={**os.environ, "UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "10"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return f"no package registry answers within {TIMEOUT_S} s"
    if done.returncode == 0:
        return None
    return f"no package registry can be reached: {' '.join(done.stderr.split())[-300:]}"

"""Runs a function of ours that imports provider code in a process of its own: JSON goes in, JSON comes out.

The child gets the folders of the parent's path that hold distributions. Whatever a package prints goes to the errors.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tradewind.base.errors import TradewindError
from tradewind.sdk.provider_catalogue import distribution_folders, imported

__all__ = ["ChildFailed", "ask", "is_child", "main"]

TIMEOUT_S = 300.0
CHILD = "TRADEWIND_READS_PROVIDERS"
"""Set in the child: what it imports must not start another one."""
START = (
    "import json, sys; sys.path.extend(one for one in json.loads(sys.argv[1]) if one not in sys.path);"
    "from tradewind.sdk.provider_process import main; main()"
)


class ChildFailed(TradewindError):
    """The process gave no answer."""

    code = "child_failed"


def is_child() -> bool:
    """Whether this is such a process."""
    return CHILD in os.environ


def ask(function: str, *arguments: Any, folders: Sequence[str] | None = None, timeout_s: float = TIMEOUT_S) -> Any:
    """What a function gives for these arguments, in a process of its own.

    Args:
        function: its dotted path.
        arguments: for it; what JSON can hold.
        folders: where distributions are; None: where this process finds them.
        timeout_s: after this many seconds there is no answer.

    Raises:
        ChildFailed: it ended without an answer, or took too long.
    """
    source = Path(__file__).resolve().parents[2]
    path = [*(distribution_folders() if folders is None else folders), str(source)]
    command = [sys.executable, "-P", "-c", START, json.dumps(path), function]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(arguments).encode(),
            capture_output=True,
            env={**os.environ, CHILD: "1"},
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed(
            f"the process that imports the provider packages took more than {timeout_s:.0f} s", is_late=True
        ) from error
    except OSError as error:
        raise ChildFailed(f"the process that imports the provider packages can't be started: {error}") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "it said nothing"
        raise ChildFailed(f"the process that imports the provider packages ended with {done.returncode}: {last}")
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise ChildFailed("the process that imports the provider packages ended before it had answered") from error


def main() -> None:
    """Answer on the standard output; nothing else gets there."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    answer = imported(sys.argv[2])(*json.load(sys.stdin))
    json.dump(answer, out)
    out.flush()
    # Threads that a package has started must not hold up the answer.
    os._exit(0)

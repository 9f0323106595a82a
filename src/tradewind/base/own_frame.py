"""What a traceback says to whoever wrote the DAG: the exception, its message, and the innermost line of their own code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tradewind.base.headline import headline

__all__ = ["Failure", "failure_in"]

_FRAME = re.compile(r'  File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>.+)')
_EXCEPTION = re.compile(r"(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?", re.DOTALL)
_KINDS = ("Error", "Exception", "Timeout", "Warning", "Interrupt", "Exit")
"""How the names of exceptions end, so that other sentences with a colon are not taken for one."""
_BUNDLE = re.compile(r".*/bundles/[^/]+/(?:versions/)?[0-9a-f]{7,64}/")
"""Where a checked-out bundle begins: its path says nothing to its author."""
_FOREIGN = ("/site-packages/", "/dist-packages/", "/lib/python", "/tradewind/", "/airflow/", "<frozen ", "<string>")


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure as it is shown above everything else."""

    kind: str
    """Name of the exception's class; empty where the text is no traceback."""
    message: str
    file: str = ""
    """Of the innermost frame in the author's own code, without the folder of the bundle; empty where there is none."""
    line: int = 0
    function: str = ""
    code: str = ""
    """The line of code there."""


def failure_in(error: str) -> Failure:
    """The failure that a traceback tells of.

    Args:
        error: a traceback, or a text that is none, of which all is the message.
    """
    lines = error.strip().splitlines()
    last = max((index for index, line in enumerate(lines) if _FRAME.match(line)), default=None)
    said = headline(error)
    found = _EXCEPTION.fullmatch(said)
    if found is None or (last is None and not found["kind"].endswith(_KINDS)):
        kind, message = "", said
    else:
        kind, message = found["kind"].rsplit(".", 1)[-1], found["message"] or ""
    if last is None:
        return Failure(kind, message)
    start = max((index for index, line in enumerate(lines[:last]) if line.startswith("Traceback ")), default=0)
    for index in range(last, start - 1, -1):
        frame = _FRAME.match(lines[index])
        if frame is None or any(part in frame["file"] for part in _FOREIGN):
            continue
        below = lines[index + 1].strip() if index + 1 < len(lines) and lines[index + 1].startswith("    ") else ""
        return Failure(kind, message, _BUNDLE.sub("", frame["file"]), int(frame["line"]), frame["function"], below)
    return Failure(kind, message)

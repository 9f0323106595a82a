"""The words of an error, out of its traceback: for a line of a log, a list, or an answer to why."""

from __future__ import annotations

__all__ = ["headline"]

LONGEST = 500
ENDS = (".", ":", ",", ";", "!", "?", "=", "(", ")")


def headline(error: str) -> str:
    """What the last exception of a traceback says, with the further lines of its message and its notes, as one line.

    Args:
        error: a traceback, or a text that is none, of which all is taken.
    """
    lines = error.strip().splitlines()
    frames = [index for index, line in enumerate(lines) if line.startswith('  File "')]
    below = lines[frames[-1] + 1 :] if frames else lines
    while below and below[0].startswith("  "):  # the code of the frame, and where in it
        below = below[1:]
    said = ""
    for part in (line.strip() for line in below or lines[-1:]):
        if part:
            said += ("" if not said else " " if said.endswith(ENDS) else "; ") + part
    said = said or "it says nothing"
    return said if len(said) <= LONGEST else said[:LONGEST] + "..."

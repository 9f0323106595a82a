"""Runs a page of the documentation: its shell blocks in order, each compared with the output that the page shows after it.

A block that can't be run here stands under a comment `<!-- not run: reason -->`. A `text` block shows parts of what the block before it
prints: each line must be in one of the lines printed, with `...` for anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Block", "blocks_of", "shows"]

FENCE = re.compile(
    r"(?:<!-- not run: (?P<reason>[^>]*) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """A shell block."""

    line: int
    text: str
    reason: str
    """Why it is not run; empty: it is."""
    shown: tuple[str, ...]
    """Lines of the output that the page shows."""


def blocks_of(page: Path) -> list[Block]:
    """The shell blocks of a page."""
    content = page.read_text(encoding="utf-8")
    found: list[Block] = []
    for match in FENCE.finditer(content):
        line = content.count("\n", 0, match.start("text")) + 1
        if match["kind"] == "sh":
            found.append(Block(line, match["text"], match["reason"] or "", ()))
        elif match["kind"] == "text":
            found[-1] = Block(found[-1].line, found[-1].text, found[-1].reason, tuple(match["text"].splitlines()))
    return found


def shows(output: str, line: str) -> bool:
    """Whether an output has a line as the page shows it."""
    pattern = re.compile(".*".join(re.escape(part) for part in line.split("...")))
    return any(pattern.search(printed) for printed in output.splitlines())

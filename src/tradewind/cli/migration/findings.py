"""What a check finds: where, by which rule, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tradewind.cli.migration.rulebook import RULES

__all__ = ["FileReport", "Finding", "Level", "finding"]


class Level(IntEnum):
    """How much a finding weighs; a file weighs as much as the heaviest of its findings."""

    RUNS = 0
    DIFFERENT = 1
    NEEDS = 2
    UNSUPPORTED = 3

    @property
    def words(self) -> str:
        """As people read it."""
        return WORDS[self]


WORDS = {
    Level.RUNS: "runs",
    Level.DIFFERENT: "runs differently",
    Level.NEEDS: "needs a package",
    Level.UNSUPPORTED: "not supported",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a file."""

    code: str
    line: int
    message: str
    fix: str = ""
    """What to do, in a sentence; empty: nothing has to be done."""
    replacement: str = ""
    """The exact text that takes the place of `found`, where there is one."""
    found: str = ""

    @property
    def level(self) -> Level:
        """What its rule says."""
        return Level[RULES[self.code].level]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        about = {"code": self.code, "level": self.level.words, "line": self.line, "message": self.message}
        more = {"fix": self.fix, "found": self.found, "replacement": self.replacement}
        return {**about, "meaning": RULES[self.code].meaning, **{name: text for name, text in more.items() if text}}


def finding(code: str, line: int, message: str, fix: str = "", *, swap: tuple[str, str] = ("", "")) -> Finding:
    """A finding; `swap` is the text that is there and the one that replaces it."""
    return Finding(code, line, message, fix, replacement=swap[1], found=swap[0])


@dataclass(slots=True)
class FileReport:
    """All about one file."""

    path: str
    findings: list[Finding] = field(default_factory=list[Finding])
    dags: list[str] = field(default_factory=list[str])
    """Ids of its DAGs, as far as known."""
    was_imported: bool = False
    from_airflow: int = 0
    """The version of Airflow that it was written for: 2 or 3; 0: can't be told."""

    @property
    def level(self) -> Level:
        """The heaviest of its findings."""
        return max((one.level for one in self.findings), default=Level.RUNS)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "file": self.path,
            "verdict": self.level.words,
            "imported": self.was_imported,
            "dags": self.dags,
            "findings": [one.as_json() for one in self.findings],
        }

    def settle(self) -> None:
        """Put the findings in order, each once."""
        self.findings = sorted(dict.fromkeys(self.findings), key=lambda one: (one.line, one.code, one.message))

"""Runs commands of the command line in this process, on a home of their own."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tradewind.cli.main import main

__all__ = ["CommandLine", "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    exit_code: int
    out: str
    err: str

    def json(self) -> Any:
        """The output, read as JSON."""
        return json.loads(self.out)


class CommandLine:
    """`tradewind` with a home folder and a folder of DAGs."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = folder / "home"
        self.dags = folder / "dags"
        self.dags.mkdir(exist_ok=True)
        self._capsys = capsys
        monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody is there to answer
        monkeypatch.setenv("TRADEWIND_HOME", str(self.home))
        monkeypatch.setenv("TRADEWIND__PARSING__DAGS_FOLDER", str(self.dags))

    def __call__(self, *words: str, expect: int | None = 0) -> Outcome:
        """Run one command; fails where its exit code is another than expected (None: any will do)."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(words)
        printed = self._capsys.readouterr()
        outcome = Outcome(int(caught.value.code or 0), printed.out, printed.err)
        assert expect is None or outcome.exit_code == expect, outcome
        return outcome

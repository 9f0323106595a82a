"""Runs many commands of `airflowctl` in one interpreter: words as JSON come in by line, exit code and output go out."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import traceback
from collections.abc import Iterator

__all__ = ["main"]


def _commands(parser: argparse.ArgumentParser, before: tuple[str, ...] = ()) -> Iterator[str]:
    """All commands that the parser takes, with the group they are in."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(before)
    for group in groups:
        for name, below in group.choices.items():
            yield from _commands(below, (*before, name))


def _run(words: list[str]) -> int:
    from airflowctl.__main__ import main as airflowctl

    sys.argv = ["airflowctl", *words]
    try:
        airflowctl()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code)
            return 1
        return end.code or 0
    except Exception:  # noqa: BLE001 - the edge: a crash is a result
        traceback.print_exc()
        return 70
    return 0


def main() -> None:
    """Say which commands there are; then answer each line."""
    from airflowctl.ctl import cli_parser

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(sorted(_commands(cli_parser.get_parser()))), file=answers, flush=True)
    for line in sys.stdin:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = _run(json.loads(line))
        print(json.dumps([code, out.getvalue()]), file=answers, flush=True)


if __name__ == "__main__":
    main()

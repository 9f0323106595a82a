"""Before and after in one run: the same bench on an earlier commit and on this checkout, turn by turn.

    python tests/bench/compare.py COMMIT [--rounds 3] [--only NAME] [--no-postgres]

Machines are noisy and drift; two runs next to each other do not. Prints medians over the rounds and their ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent.parent
console = Console()
Figures = dict[tuple[str, str], list[float]]


def measure(tree: Path, out: Path, options: list[str]) -> None:
    """One bench of a tree, with its own sources before those that are installed."""
    env = os.environ | {"PYTHONPATH": str(tree / "src")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, str(tree / "tests/bench/run.py"), "--quick", "--out", str(out), *options]
    subprocess.run(command, cwd=tree, env=env, check=True, stdout=subprocess.DEVNULL)


def collect(out: Path) -> Figures:
    """All figures of all rounds of one tree."""
    found: Figures = {}
    for file in sorted(out.glob("*.json")):
        for title, figures in json.loads(file.read_text()).items():
            for name, value in figures.items() if isinstance(figures, dict) and title != "machine" else ():
                if isinstance(value, int | float):
                    found.setdefault((title, name), []).append(value)
    return found


def report(before: Figures, after: Figures) -> None:
    """The table."""
    table = Table("what", "figure", "before", "after", "after / before")
    for key in before:
        if key in after:
            old, new = statistics.median(before[key]), statistics.median(after[key])
            table.add_row(*key, f"{old:,.3g}", f"{new:,.3g}", f"{new / old:.2f}" if old else "-")
    console.print(table)


def main() -> None:
    """Run both, turn by turn, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only")
    parser.add_argument("--no-postgres", action="store_true")
    options = parser.parse_args()
    more = [*(["--only", options.only] if options.only else []), *(["--no-postgres"] if options.no_postgres else [])]
    with tempfile.TemporaryDirectory(prefix="tradewind-compare-") as name:
        folder = Path(name)
        tree = folder / "before"
        subprocess.run(["git", "worktree", "add", "-q", "--detach", str(tree), options.commit], cwd=ROOT, check=True)
        try:
            for number in range(options.rounds):
                for label, place in (("before", tree), ("after", ROOT)):
                    console.print(f"round {number + 1} of {options.rounds}: {label}")
                    measure(place, folder / f"results-{label}", more)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)
        report(collect(folder / "results-before"), collect(folder / "results-after"))


if __name__ == "__main__":
    main()

"""Prints what a check found: file by file, then counts and what to do first; or all of it as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from tradewind.cli.migration.check import Checked
from tradewind.cli.migration.findings import FileReport, Level
from tradewind.cli.migration.packages import ADD
from tradewind.cli.migration.rulebook import RULES

__all__ = ["as_json", "print_report"]

COLOURS = {Level.RUNS: "green", Level.DIFFERENT: "yellow", Level.NEEDS: "cyan", Level.UNSUPPORTED: "red"}
SIGNS = {Level.RUNS: "✓", Level.DIFFERENT: "≈", Level.NEEDS: "+", Level.UNSUPPORTED: "✗"}
MOST = 5
"""Rules and files that the summary names."""


def print_report(checked: Checked, *, is_quiet: bool) -> None:
    """For people."""
    for report in checked.files:
        _file(report, is_quiet=is_quiet)
    configuration = checked.configuration
    if configuration is not None and configuration.settings and not is_quiet:
        click.echo("\nWhat airflow.cfg says, as tradewind.toml:\n")
        click.echo("\n".join(f"    {line}".rstrip() for line in configuration.as_toml().splitlines()))
    _summary(checked)


def as_json(checked: Checked) -> dict[str, Any]:
    """For programs."""
    configuration = checked.configuration
    return {
        "summary": {
            "files": len(checked.files),
            "verdicts": {level.words: count for level, count in _verdicts(checked).items()},
            "dags": sum(len(report.dags) for report in checked.files),
            "ignored": checked.ignored,
            "codes": dict(sorted(_codes(checked).items())),
            "commands": _commands(checked),
            "not_imported": checked.not_imported,
            "supported": checked.is_supported,
        },
        "files": [report.as_json() for report in checked.files],
        "settings": {} if configuration is None else configuration.settings,
    }


def _file(report: FileReport, *, is_quiet: bool) -> None:
    shown = [one for one in report.findings if one.level >= (Level.NEEDS if is_quiet else Level.RUNS)]
    if is_quiet and not shown:
        return
    level = report.level
    dags = f"  ({', '.join(report.dags[:MOST])}{', ...' if len(report.dags) > MOST else ''})" if report.dags else ""
    click.echo(
        f"{click.style(SIGNS[level], fg=COLOURS[level])} {click.style(report.path, bold=True)}: {level.words}{dags}"
    )
    for one in shown:
        place = f"    {report.path.rpartition('/')[2]}:{one.line} {click.style(one.code, fg=COLOURS[one.level])}"
        if one.level is Level.RUNS:
            click.echo(f"{place} {one.message}; {one.fix}")
        else:
            click.echo(f"{place} {one.message}\n        → {one.fix}" if one.fix else f"{place} {one.message}")


def _summary(checked: Checked) -> None:
    verdicts = _verdicts(checked)
    counts = ", ".join(
        f"{click.style(str(count), fg=COLOURS[level], bold=True)} {_verb(level, count)}"
        for level, count in verdicts.items()
        if count
    )
    total = len(checked.files)
    click.echo(f"\n{total} file{'' if total == 1 else 's'}: {counts or 'nothing to check'}")
    if checked.ignored:
        click.echo(f"{checked.ignored} passed over by .airflowignore")
    if checked.not_imported:
        click.echo(checked.not_imported[:1].upper() + checked.not_imported[1:])
    todo = [*_commands(checked), *_most_common(checked)]
    if todo:
        click.echo("\nDo first:")
        for number, line in enumerate(todo, 1):
            click.echo(f"  {number}. {line}")


def _verb(level: Level, count: int) -> str:
    one = count == 1
    return {
        Level.RUNS: "runs" if one else "run",
        Level.DIFFERENT: "runs differently" if one else "run differently",
        Level.NEEDS: "needs a package or value" if one else "need a package or value",
        Level.UNSUPPORTED: "has something that is not supported" if one else "have something that is not supported",
    }[level]


def _verdicts(checked: Checked) -> dict[Level, int]:
    counts = Counter(report.level for report in checked.files)
    return {level: counts[level] for level in Level}


def _codes(checked: Checked) -> Counter[str]:
    return Counter(one.code for report in checked.files for one in report.findings)


def _commands(checked: Checked) -> list[str]:
    """Commands that settle the most at once."""
    found = [one for report in checked.files for one in report.findings]
    packages = sorted(
        {
            name
            for one in found
            if one.fix.startswith(f"{ADD} ")
            for name in [one.fix.removeprefix(f"{ADD} ").partition(",")[0]]
        }
    )
    commands = [f"{ADD} {' '.join(packages)}"] if packages else []
    if any(one.code == "TW007" for one in found):
        commands.append("tradewind airflow import --connections connections.json --variables variables.json")
    return commands


def _most_common(checked: Checked) -> list[str]:
    files: Counter[str] = Counter()
    for report in checked.files:
        files.update({one.code for one in report.findings if one.level >= Level.UNSUPPORTED})
    return [
        f"{code} {RULES[code].title}, in {count} file{'' if count == 1 else 's'}: {RULES[code].meaning}"
        for code, count in files.most_common(MOST)
    ]
